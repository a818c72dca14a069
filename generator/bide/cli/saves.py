"""When files are saved: looks at them ten times a second, and decides when what is in them has come to rest.

An editor may write a file in pieces, or put another one in its place, so that there is none for a moment. Knows neither
the clock nor the disk: both come in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

LOOK_EVERY = 0.1
"""Seconds between two looks at files that rest."""

SETTLED_AFTER = 0.02
"""Seconds in which a file that was saved must not change any more."""

PATIENCE = 1.0
"""Seconds after which a file that is gone is missed."""

Stamp: TypeAlias = tuple[int, ...]
Stamps: TypeAlias = Mapping[Path, Stamp | None]
"""What changes when a file is saved, for each file; `None` where there is no file."""


def stamps(paths: Sequence[Path]) -> Stamps:
    """What the disk says of the files now."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def saves(
    look: Callable[[], Stamps], pause: Callable[[float], None], missed: Callable[[list[Path]], None]
) -> Iterator[list[Path]]:
    """The files that were saved, whenever some were; all of them at once to begin with. No save is lost.

    *missed* is told which files have been gone for a while; the wait for them goes on.
    """
    told = look()
    yield list(told)
    while True:
        pause(LOOK_EVERY)
        if look() == told:
            continue
        now = _at_rest(look, pause, missed)
        saved = [path for path, stamp in now.items() if stamp != told[path]]
        told = now
        if saved:
            yield saved


def _at_rest(
    look: Callable[[], Stamps], pause: Callable[[float], None], missed: Callable[[list[Path]], None]
) -> Stamps:
    """What the files are when all of them are there and none changes any more."""
    before, gone_for = look(), 0.0
    while True:
        gone = [path for path, stamp in before.items() if stamp is None]
        length = LOOK_EVERY if gone_for > PATIENCE else SETTLED_AFTER
        pause(length)
        now = look()
        if now == before and not gone:
            return now
        was_patient = gone_for <= PATIENCE
        gone_for = gone_for + length if gone else 0.0
        if was_patient and gone_for > PATIENCE:
            missed(gone)
        before = now
