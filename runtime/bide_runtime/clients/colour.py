"""Clocks and transports come in two colours, blocking and asyncio. A client refuses the other one when it is made."""

from __future__ import annotations

from inspect import CO_COROUTINE
from typing import Any, Literal

from ..errors.client import InvalidArgument

Colour = Literal["blocking", "asyncio"]

_METHODS = {"clock": "sleep", "transport": "send"}
"""The method that shows the colour of each argument."""

_OTHER: dict[Colour, Colour] = {"blocking": "asyncio", "asyncio": "blocking"}


def refuse_other_colour(colour: Colour, **given: Any) -> None:
    """Raise `InvalidArgument` if a clock or transport is not for clients of this *colour*."""
    for name, value in given.items():
        method = getattr(value, _METHODS[name], None)
        code = getattr(method, "__code__", None)
        if code is not None and bool(code.co_flags & CO_COROUTINE) != (colour == "asyncio"):
            raise InvalidArgument(
                f"{name} is a {type(value).__name__}, which is for {_OTHER[colour]} clients, and this client is "
                f"{colour}: pass one whose {_METHODS[name]}() is {'a coroutine' if colour == 'asyncio' else 'blocking'}"
            )
