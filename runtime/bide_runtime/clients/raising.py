"""Methods whose errors are of the package's own classes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import CO_COROUTINE
from typing import Any, ParamSpec, TypeVar, cast

from ..errors.own import OwnErrors

P = ParamSpec("P")
T = TypeVar("T")


def raises_own(method: Callable[P, T]) -> Callable[P, T]:
    """Raise the package's own exceptions from *method* of a client, or of something that has one as `_client`."""
    if method.__code__.co_flags & CO_COROUTINE:

        @wraps(method)
        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
            with _own_errors(args[0]):
                return await cast(Awaitable[Any], method(*args, **kwargs))

        return cast(Callable[P, T], awaited)

    @wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        with _own_errors(args[0]):
            return method(*args, **kwargs)

    return called


def _own_errors(holder: Any) -> OwnErrors:
    own: OwnErrors = getattr(holder, "_client", holder)._provider.own_errors
    return own
