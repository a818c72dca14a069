"""A transport over each engine of Rust, in the form that the tests of our engines take."""

from __future__ import annotations

from typing import Any

from evidence.rust_engines.adapters.pyqwest_transport import AsyncPyqwestTransport, PyqwestTransport
from evidence.rust_engines.adapters.pyreqwest_transport import AsyncPyreqwestTransport, PyreqwestTransport

BLOCKING: dict[str, type[Any]] = {"pyreqwest": PyreqwestTransport, "pyqwest": PyqwestTransport}
AWAITED: dict[str, type[Any]] = {"async-pyreqwest": AsyncPyreqwestTransport, "async-pyqwest": AsyncPyqwestTransport}
