"""What belongs to one process, such as locks and connections. A child process gets its own; pickles hold none."""

from __future__ import annotations

import os
from itertools import count
from threading import Lock
from typing import Any, NoReturn, Protocol, Self
from weakref import WeakValueDictionary


class Resettable(Protocol):
    """An object with state that a child process must not use."""

    def _reset_in_child(self) -> None:
        """Replace locks, and drop connections without using them. Called in the child, which has one thread."""
        ...


_numbers = count()
_registered: WeakValueDictionary[int, Resettable] = WeakValueDictionary()
_forks = 0


def reset_after_fork(thing: Resettable) -> None:
    """Call `thing._reset_in_child()` in each child process that this process forks. *thing* is referred to weakly."""
    _registered[next(_numbers)] = thing


def fork_count() -> int:
    """How often this process and its ancestors were forked: another number means another process."""
    return _forks


def _reset_all() -> None:
    global _forks
    _forks += 1
    failed: Exception | None = None
    # The newest first: a part is reset before the object that made it.
    for _, thing in sorted(_registered.items(), reverse=True, key=lambda item: item[0]):
        try:
            thing._reset_in_child()
        except Exception as error:  # the others have to be reset all the same
            failed = error
    if failed is not None:
        raise failed  # Python prints it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)


class LockOfProcess:
    """A lock that is free in a child process, whoever held it at the fork."""

    def __init__(self) -> None:
        self.lock = Lock()
        reset_after_fork(self)

    def _reset_in_child(self) -> None:
        self.lock = Lock()


class OfOneProcess:
    """The base of objects that hold locks, connections or secrets. A copy is the object itself; it has no pickle."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} objects cannot be pickled, {self._why_no_pickle}")

    _why_no_pickle = "because they have the locks and connections of one process: make one in each process"
    """The end of the message: why, and what to do instead."""
