"""What every view has."""

from __future__ import annotations

from bide.emit.views.context import Context


class View:
    """A thing of the IR in Python's terms, and the provider it belongs to."""

    def __init__(self, provider: Context) -> None:
        self.provider = provider
