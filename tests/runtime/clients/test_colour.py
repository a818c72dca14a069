"""Clocks and transports of the other colour are refused when a client is made."""

from __future__ import annotations

from typing import Any

import pytest
from bide_runtime.clients.clock import AsyncSystemClock, SystemClock
from bide_runtime.clients.colour import refuse_other_colour
from bide_runtime.errors.client import InvalidArgument


class Unsaid:
    """A transport that does not say what its `send` returns."""

    def send(self, request: Any, *, timeout: float):  # type: ignore[no-untyped-def]  # that is the point
        """Send."""


@pytest.mark.parametrize(
    ("colour", "given"),
    [
        ("blocking", {"clock": SystemClock(), "transport": None}),
        ("asyncio", {"clock": AsyncSystemClock()}),
        ("blocking", {"transport": Unsaid()}),
        ("asyncio", {"transport": Unsaid(), "clock": None}),
        ("asyncio", {"transport": object()}),
    ],
)
def test_what_fits_or_is_unknown_passes(colour: Any, given: dict[str, Any]) -> None:
    """Nothing is refused on suspicion."""
    refuse_other_colour(colour, **given)


@pytest.mark.parametrize(
    ("colour", "clock", "wanted"),
    [("blocking", AsyncSystemClock(), "a blocking function"), ("asyncio", SystemClock(), "a coroutine function")],
)
def test_the_other_colour_is_refused(colour: Any, clock: Any, wanted: str) -> None:
    """In a sentence that says what to pass."""
    with pytest.raises(InvalidArgument, match=f"this client is {colour}: pass one whose sleep is {wanted}"):
        refuse_other_colour(colour, clock=clock)
