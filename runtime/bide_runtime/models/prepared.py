"""Let msgspec inspect each type in one thread first."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from ..process import LockOfProcess

T = TypeVar("T")

_one_thread = LockOfProcess()
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
