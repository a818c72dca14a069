"""Clocks and transports of the other colour are refused when a client is made."""

from __future__ import annotations

from typing import Any

import pytest
from bide_runtime.clients.clock import AsyncSystemClock, SystemClock
from bide_runtime.clients.colour import refuse_other_colour
from bide_runtime.errors.client import InvalidArgument


class Unannotated:
    """A transport whose `send` has no return annotation."""

    def send(self, request: Any, *, timeout: float):  # type: ignore[no-untyped-def]  # that is the point
        """Send."""


@pytest.mark.parametrize(
    ("colour", "given"),
    [
        ("blocking", {"clock": SystemClock(), "transport": None}),
        ("asyncio", {"clock": AsyncSystemClock()}),
        ("blocking", {"transport": Unannotated()}),
        ("asyncio", {"transport": Unannotated(), "clock": None}),
        ("asyncio", {"transport": object()}),
    ],
)
def test_a_matching_or_unknown_colour_is_accepted(colour: Any, given: dict[str, Any]) -> None:
    """Only a certain mismatch is refused."""
    refuse_other_colour(colour, **given)


@pytest.mark.parametrize(
    ("colour", "clock", "wanted"),
    [("blocking", AsyncSystemClock(), "a blocking function"), ("asyncio", SystemClock(), "a coroutine function")],
)
def test_the_other_colour_is_refused(colour: Any, clock: Any, wanted: str) -> None:
    """The message says what to pass."""
    with pytest.raises(InvalidArgument, match=f"this client is {colour}: pass one whose sleep is {wanted}"):
        refuse_other_colour(colour, clock=clock)
