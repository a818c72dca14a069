"""Let msgspec inspect each type in one thread first."""

from __future__ import annotations

from threading import Lock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_lock = Lock()
_known: set[Any] = set()


def prepared(wanted: T) -> T:
    """*wanted*, a type, after msgspec has inspected it.

    msgspec publishes its information about a class before that is complete. If another thread uses it then, the
    process crashes.
    """
    if wanted not in _known:
        with _lock:
            msgspec.json.Decoder(wanted)
            _known.add(wanted)
    return wanted
