"""The hooks into urllib3, aiohttp and httpcore2: private attributes and subclasses of internals, one file per library.

Everything that a new release of these libraries may break is here. `tests/runtime/engines/test_canary.py` names each
private attribute, and `make canary` checks them in the newest releases.
"""
