"""The base of all views."""

from __future__ import annotations

from bide.emit.views.context import Context


class View:
    """A part of the IR in Python's terms."""

    def __init__(self, provider: Context) -> None:
        self.provider = provider
