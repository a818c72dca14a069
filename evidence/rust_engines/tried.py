"""What was found with one interpreter."""

from __future__ import annotations

from typing import NamedTuple

from evidence.rust_engines.conformance import Result
from evidence.rust_engines.runs import Run
from evidence.rust_engines.speed import Times


class Tried(NamedTuple):
    """The results with one interpreter."""

    versions: dict[str, str]
    rust: list[Result]
    ours: list[Result]
    """The same tests with our own engines."""
    short: list[Run]
    times: Times
