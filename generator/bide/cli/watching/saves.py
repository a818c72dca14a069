"""Detect when files are saved, checking 10 times a second, and wait until they no longer change.

An editor may write a file in pieces or replace it, so that it is missing for a moment. The clock and the disk are
arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

CHECK_EVERY = 0.1
"""Seconds between two checks of unchanged files."""

SETTLED_AFTER = 0.02
"""Seconds that a saved file must stay unchanged."""

PATIENCE = 1.0
"""Seconds after which a missing file is reported."""

Stamp: TypeAlias = tuple[int, ...]
Stamps: TypeAlias = Mapping[Path, Stamp | None]
"""For each file, values that change when it is saved; `None` if there is no file."""


def stamps(paths: Sequence[Path]) -> Stamps:
    """The current stamps of the files."""
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
    """Yield all files at the start, then the saved files after each save. No save is lost.

    *missed* is called with files that have been missing for `PATIENCE` seconds; the wait for them continues.
    """
    known = look()
    yield list(known)
    while True:
        pause(CHECK_EVERY)
        if look() == known:
            continue
        now = _at_rest(look, pause, missed)
        saved = [path for path, stamp in now.items() if stamp != known[path]]
        known = now
        if saved:
            yield saved


def _at_rest(
    look: Callable[[], Stamps], pause: Callable[[float], None], missed: Callable[[list[Path]], None]
) -> Stamps:
    """The stamps once every file exists and none changes any more."""
    before, gone_for = look(), 0.0
    while True:
        gone = [path for path, stamp in before.items() if stamp is None]
        length = CHECK_EVERY if gone_for > PATIENCE else SETTLED_AFTER
        pause(length)
        now = look()
        if now == before and not gone:
            return now
        was_patient = gone_for <= PATIENCE
        gone_for = gone_for + length if gone else 0.0
        if was_patient and gone_for > PATIENCE:
            missed(gone)
        before = now
