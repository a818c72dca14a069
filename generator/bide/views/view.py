"""What every view has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .provider import ProviderView


class View:
    """A thing of the IR in Python's terms, and the provider it belongs to."""

    def __init__(self, provider: ProviderView) -> None:
        self.provider = provider
