"""Refuse a clock or transport of the wrong colour: asyncio in a blocking client, or blocking in an asyncio one."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import CO_COROUTINE, iscoroutinefunction
from typing import Any, Literal

from ..errors.client import InvalidArgument

Colour = Literal["blocking", "asyncio"]

_METHODS = {"clock": "sleep", "transport": "send"}
"""The method of each argument that is checked for its colour."""

_BLOCKING = ("None", "Response")
"""Return annotations of such a method if it is certainly blocking. A wrapper may return an awaitable."""


def refuse_other_colour(colour: Colour, **given: Any) -> None:
    """Raise `InvalidArgument` if a clock or transport is certainly not for clients of this *colour*."""
    for name, value in given.items():
        method = getattr(value, _METHODS[name], None)
        other = _colour_of(method)
        if other is not None and other != colour:
            wanted = "a coroutine function" if colour == "asyncio" else "a blocking function"
            raise InvalidArgument(
                f"{name} is a {type(value).__name__}, which is for {other} clients, and this client is {colour}: "
                f"pass one whose {_METHODS[name]} is {wanted}"
            )


def refuse_async_functions(functions: Mapping[str, object]) -> None:
    """Raise `InvalidArgument` if a function for a blocking client is async."""
    for name, function in functions.items():
        if iscoroutinefunction(function) or iscoroutinefunction(vars(type(function)).get("__call__")):
            raise InvalidArgument(
                f"{name} is an async function, and this client is blocking: pass one that is not async, or use the "
                "asyncio client"
            )


def _colour_of(method: Any) -> Colour | None:
    code = getattr(method, "__code__", None)
    if code is None:
        return None
    if code.co_flags & CO_COROUTINE:
        return "asyncio"
    returns = getattr(method, "__annotations__", {}).get("return", "")
    return "blocking" if getattr(returns, "__name__", str(returns)) in _BLOCKING else None
