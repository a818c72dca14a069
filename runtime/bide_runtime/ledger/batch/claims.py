"""Which inputs a batch works on: those that nobody else has, and those of processes that have ended."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from os import PathLike, fspath
from typing import Any, NamedTuple

import msgspec

from ...errors.client import InvalidArgument
from ...http.request import Json
from ...http.scalar import scalar
from ...models.plain import plain
from ...steps.text import dumps
from ..file.entry import COLUMNS, LedgerEntry, entry_of
from ..file.store import Store
from ..file.worker import Worker


class Claims:
    """The inputs that one worker has of one kind of job."""

    def __init__(self, store: Store, worker: Worker, kind: str) -> None:
        self._store = store
        self._worker = worker
        self._kind = kind
        with store.writing() as database:
            database.execute("CREATE TEMP TABLE seen (key TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")

    def claim(self, inputs: Sequence[tuple[str | None, StoredInput]]) -> list[LedgerEntry | None]:
        """The entries of these inputs, each with its key or `None`; `None` for each that there is nothing to do for.

        An input without a key is told apart by its content; if it comes twice, it is two jobs.
        """
        found: list[LedgerEntry | None] = []
        with self._store.writing() as database:
            for key, given in inputs:
                key = self._key(database, given) if key is None else self._seen(database, key)
                row = database.execute(
                    "INSERT INTO job (kind, key, input, owner) VALUES (?, ?, ?, ?)"
                    f" ON CONFLICT (kind, key) DO NOTHING RETURNING {COLUMNS}",
                    (self._kind, key, given.text, self._worker.number),
                ).fetchone()
                found.append(entry_of(row) if row is not None else self._left(database, key))
        return found

    def _left(self, database: Any, key: str) -> LedgerEntry | None:
        """The entry of an input that was there before; `None` if there is nothing to do for it."""
        entry = entry_of(
            database.execute(f"SELECT {COLUMNS} FROM job WHERE kind = ? AND key = ?", (self._kind, key)).fetchone()
        )
        if not self._is_free(entry):
            return None
        if entry.owner != self._worker.number:
            self._take(database, entry.number)
        return entry

    def take_over(self, limit: int) -> list[LedgerEntry]:
        """The entries of workers that have ended, also those that are over and were not handed out."""
        dead = [number for number in self._others() if not self._worker.is_alive(number)]
        if not dead or limit < 1:
            return []
        marks = ", ".join("?" * len(dead))
        with self._store.writing() as database:
            rows = database.execute(
                f"SELECT {COLUMNS} FROM job WHERE owner IN ({marks}) AND kind = ? ORDER BY number LIMIT ?",
                (*dead, self._kind, limit),
            ).fetchall()
            entries = [entry_of(row) for row in rows]
            for entry in entries:
                self._take(database, entry.number)
        return entries

    def left_over(self, limit: int, without: set[int]) -> list[LedgerEntry]:
        """Open entries that nobody has, *without* those that this batch has given up."""
        with self._store.writing() as database:
            rows = database.execute(
                f"SELECT {COLUMNS} FROM job WHERE kind = ? AND owner IS NULL AND state IN ('sending', 'running')"
                " ORDER BY number LIMIT ?",
                (self._kind, limit + len(without)),
            ).fetchall()
            entries = [entry for entry in map(entry_of, rows) if entry.number not in without][:limit]
            for entry in entries:
                self._take(database, entry.number)
        return entries

    @property
    def others_are_at_work(self) -> bool:
        """Whether another process has entries of this kind."""
        return bool(self._others())

    def _others(self) -> list[int]:
        rows = self._store.read(
            "SELECT DISTINCT owner FROM job WHERE owner IS NOT NULL AND owner != ? AND kind = ?",
            self._worker.number,
            self._kind,
        )
        return [number for (number,) in rows]

    def _is_free(self, entry: LedgerEntry) -> bool:
        """Whether there is something to do for an entry, and nobody does it."""
        if not entry.state.is_open and entry.is_handed:
            return False
        return entry.owner is None or (entry.owner != self._worker.number and not self._worker.is_alive(entry.owner))

    def _take(self, database: Any, number: int) -> None:
        database.execute("UPDATE job SET owner = ? WHERE number = ?", (self._worker.number, number))

    def _key(self, database: Any, given: StoredInput) -> str:
        """The key of an input by its content, with a number if it came before."""
        times = self._see(database, given.digest)
        return given.digest if times == 1 else f"{given.digest}-{times}"

    def _seen(self, database: Any, key: str) -> str:
        """The caller's key. Raises `InvalidArgument` if it came before in this batch."""
        if self._see(database, key) > 1:
            raise InvalidArgument(f"two inputs of this batch have the key {key!r:.80}, so they would be one job")
        return key

    def _see(self, database: Any, key: str) -> int:
        [times] = database.execute(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1 RETURNING times", (key,)
        ).fetchone()
        return int(times)


class StoredInput(NamedTuple):
    """An input as it is in the file."""

    text: str
    """JSON."""
    digest: str
    """Of its content."""


def stored_input(given: object) -> StoredInput:
    """An input as JSON; files are named by their paths, or are in it. Raises `InvalidArgument`."""
    if not isinstance(given, dict):
        raise InvalidArgument(f"an input of a batch is a dict of the arguments of one job, not {given!r:.80}")
    try:
        return _stored(plain(given, ""))
    except InvalidArgument:
        pass
    try:
        return _stored(msgspec.to_builtins(given, enc_hook=_as_json, str_keys=True))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"a ledger cannot store this input as JSON: {error}") from error


def _stored(values: Json) -> StoredInput:
    text = dumps(values).decode()
    return StoredInput(text, blake2b(msgspec.json.encode(values, order="sorted"), digest_size=16).hexdigest())


def _as_json(value: object) -> Json:
    return fspath(value) if isinstance(value, PathLike) else scalar(value, "input")
