"""The processes at work on a ledger. Each holds a lock that the kernel releases when it ends, however it ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ...errors.ledger import LedgerFileError
from ...process import fork_count
from .store import Store

_ours: dict[tuple[Path, int], int] = {}
"""The workers of this process, with its `fork_count`: their locks cannot be probed from here."""


_RESERVE = 256 * 1024
"""Bytes that a worker keeps on the disk: freed when it is full, they hold what has to be written down even then."""


class Worker:
    """One batch of one process at work on a ledger."""

    def __init__(self, store: Store) -> None:
        self._ledger = store.path.absolute()
        with store.writing() as database:
            [self.number] = database.execute(
                "INSERT INTO worker (pid) VALUES (?) RETURNING number", (os.getpid(),)
            ).fetchone()
            try:
                # Locked before others can see the number.
                self._lock = _path(self._ledger, self.number).open("wb")
                _try_lock(self._lock)
                self._lock.write(bytes(_RESERVE))
                self._lock.flush()
            except OSError as error:
                raise LedgerFileError(f"the ledger {store.path} cannot be written: {error.strerror}") from error
        _ours[self._ledger, self.number] = fork_count()

    def is_alive(self, number: int) -> bool:
        """Whether the worker of this number is at work."""
        return is_alive(self._ledger, number)

    def free_reserve(self) -> None:
        """Free the space that was kept for a full disk."""
        self._lock.truncate(0)

    def leave(self) -> None:
        """End the work: others may take over at once."""
        if _ours.get((self._ledger, self.number)) != fork_count():
            return
        del _ours[self._ledger, self.number]
        _path(self._ledger, self.number).unlink(missing_ok=True)
        self._lock.close()


def is_alive(ledger: Path, number: int) -> bool:
    """Whether the worker of this number is at work on the ledger at this path."""
    ledger = ledger.absolute()
    if _ours.get((ledger, number)) == fork_count():
        return True
    path = _path(ledger, number)
    try:
        with path.open("r+b") as file:
            if not _try_lock(file):
                return True
    except FileNotFoundError:
        return False
    path.unlink(missing_ok=True)
    return False


def _path(ledger: Path, number: int) -> Path:
    return ledger.with_name(f"{ledger.name}-worker-{number}")


def _try_lock(file: IO[bytes]) -> bool:
    """Lock the file for this process; false if another process holds the lock."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
