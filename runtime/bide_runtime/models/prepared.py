"""Let msgspec inspect each type in one thread first."""

from __future__ import annotations

from threading import Lock
from typing import Any, TypeVar

import msgspec

from ..process import reset_after_fork

T = TypeVar("T")


class _OneThread:
    """A lock that is free in a child process, whatever thread of the parent held it."""

    def __init__(self) -> None:
        self.lock = Lock()

    def _reset_in_child(self) -> None:
        self.lock = Lock()


_one_thread = _OneThread()
reset_after_fork(_one_thread)
_known: set[Any] = set()


def prepared(wanted: T) -> T:
    """*wanted*, a type, after msgspec has inspected it.

    msgspec publishes its information about a class before that is complete. If another thread uses it then, the
    process crashes.
    """
    if wanted not in _known:
        with _one_thread.lock:
            msgspec.json.Decoder(wanted)
            _known.add(wanted)
    return wanted
