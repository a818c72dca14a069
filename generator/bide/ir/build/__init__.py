"""Build the meaning of a checked document.

Build only documents without errors: everything here relies on `schema` and `lint`.
"""

from bide.ir.build.provider import build

__all__ = ["build"]
