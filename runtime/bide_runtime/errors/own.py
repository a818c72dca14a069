"""The exceptions of one package: for each class of the runtime, the package's own class of the same name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from inspect import CO_COROUTINE
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from .client import ClientError

E = TypeVar("E", bound=ClientError)
P = ParamSpec("P")
T = TypeVar("T")


class OwnErrors:
    """Converts errors to the classes of one package, so that `except` can distinguish providers.

    As a context manager, converts any error that leaves the block.
    """

    def __init__(self, names: Mapping[str, object] | None = None) -> None:
        found = (names or {}).items()
        self._classes = {name: cls for name, cls in found if isinstance(cls, type) and issubclass(cls, ClientError)}

    def named(self, name: str) -> type[ClientError] | None:
        """The package's own class of this name, if it has one."""
        return self._classes.get(name)

    def of(self, error: E) -> E:
        """*error* as an instance of the package's own class, with the same attributes, cause and traceback."""
        for cls in type(error).__mro__:
            own = self._classes.get(cls.__name__)
            if own is not None:
                return error if isinstance(error, own) else cast(E, _copied(error, own))
        return error

    def __enter__(self) -> None:
        """Enter the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, ClientError):
            own = self.of(error)
            if own is not error:
                raise own


def _copied(error: ClientError, own: type[ClientError]) -> ClientError:
    copy = own.__new__(own, *error.args)
    copy.__dict__.update(error.__dict__)
    copy.__cause__ = error.__cause__  # also hides the error itself from the traceback
    return copy.with_traceback(error.__traceback__)


def raises_own(method: Callable[P, T]) -> Callable[P, T]:
    """Decorate *method* of a client, or of an object with a `_client`, to raise the package's own exceptions."""
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
