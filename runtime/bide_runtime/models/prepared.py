"""Types that msgspec knows, before several threads ask about them at once."""

from __future__ import annotations

from threading import Lock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_lock = Lock()
_known: set[Any] = set()


def prepared(wanted: T) -> T:
    """*wanted*, a type, once msgspec has learnt all of it.

    msgspec shows what it has learnt of a class to other threads before it has learnt it all, and they crash the
    process.
    """
    if wanted not in _known:
        with _lock:
            msgspec.json.Decoder(wanted)
            _known.add(wanted)
    return wanted
