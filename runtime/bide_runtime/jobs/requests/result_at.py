"""A result with an address of its own."""

from __future__ import annotations

import msgspec

from ...calls.link import Link
from ...calls.pages import Pages


class ResultAt(msgspec.Struct, frozen=True, kw_only=True):
    """A result with an address of its own."""

    path: str | Link
    method: str = "GET"
    not_ready: frozenset[int] = frozenset({409})
    """HTTP statuses that mean: not ready yet."""
    gone: frozenset[int] = frozenset({404, 410})
    """HTTP statuses that mean: no longer kept."""
    failed: frozenset[int] = frozenset()
    """HTTP statuses that mean: the job failed."""
    pages: Pages | None = None
    """How the result is paginated, if it is."""
