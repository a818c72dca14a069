"""The file of a ledger: an SQLite database. Every failure is one sentence."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors.client import InvalidArgument
from ...errors.ledger import LedgerFileError
from .place import network_of

FORMAT = 1
"""The version of the tables, kept as `user_version`."""

_APPLICATION = 0x42494445
"""`BIDE`, kept as `application_id`."""

_BUSY = 60.0
"""Seconds that a write waits for those of other processes."""

_TABLES = (
    "CREATE TABLE about (provider TEXT NOT NULL) STRICT",
    """CREATE TABLE job (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        input TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'new',
        owner INTEGER,
        submission TEXT,
        sent_at REAL,
        token TEXT,
        outcome TEXT,
        is_beside INTEGER NOT NULL DEFAULT 0,
        is_handed INTEGER NOT NULL DEFAULT 0,
        UNIQUE (kind, key)
    ) STRICT""",
    "CREATE INDEX job_by_owner ON job (owner) WHERE owner IS NOT NULL",
    "CREATE TABLE submit (job INTEGER NOT NULL, at REAL NOT NULL, idempotency_key TEXT, job_id TEXT) STRICT",
    "CREATE INDEX submit_by_job ON submit (job)",
    "CREATE TABLE worker (number INTEGER PRIMARY KEY AUTOINCREMENT, pid INTEGER NOT NULL) STRICT",
)
"""Of each input its job, of each submit that may have cost money a row, and the processes that were at work."""


class Store:
    """The file of a ledger. May be used from one thread at a time."""

    def __init__(self, path: str | os.PathLike[str], *, provider: str | None = None) -> None:
        """Open the file. With a *provider*, it is made if it is missing."""
        self.path = _checked(path)
        if (network := network_of(self.path)) is not None:
            raise LedgerFileError(
                f"{self.path} is on a network share ({network}), where a ledger could lose jobs: put it on a disk of"
                " this machine"
            )
        if provider is None and not self.path.exists():
            raise LedgerFileError(f"there is no ledger {self.path}")
        self._database = self._opened(provider)
        self._syncs: bool | None = None
        """Whether the next commit syncs."""

    def read(self, sql: str, *values: Any) -> list[Any]:
        """The rows that a query finds."""
        with self._in_words():
            return self._database.execute(sql, values).fetchall()

    def rows(self, sql: str, *values: Any) -> Iterator[Any]:
        """The rows that a query finds, one by one."""
        with self._in_words():
            yield from self._database.execute(sql, values)

    @contextmanager
    def writing(self, *, must_last: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction. With *must_last* it outlasts a power cut, and so do all before it; else the process."""
        with self._in_words():
            if must_last is not self._syncs:
                self._database.execute(f"PRAGMA synchronous = {'FULL' if must_last else 'NORMAL'}")
                self._syncs = must_last
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._in_words():
            self._database.close()

    def _opened(self, provider: str | None) -> sqlite3.Connection:
        with self._in_words():
            mode = "rw" if provider is None else "rwc"
            uri = f"{self.path.absolute().as_uri()}?mode={mode}"
            database = sqlite3.connect(uri, uri=True, timeout=_BUSY, isolation_level=None, check_same_thread=False)
            try:
                self._prepare_in_turn(database, provider)
            except BaseException:
                database.close()
                raise
        return database

    def _prepare_in_turn(self, database: sqlite3.Connection, provider: str | None) -> None:
        """Prepare the file. SQLite does not wait for others that open it at this moment, or that were just killed."""
        give_up_at = time.monotonic() + _BUSY
        while True:
            try:
                return self._prepare(database, provider)
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > give_up_at:
                    raise
                if database.in_transaction:
                    database.execute("ROLLBACK")
            time.sleep(0.01)

    def _prepare(self, database: sqlite3.Connection, provider: str | None) -> None:
        """Make the tables, or check that they are those of this provider and this version."""
        # In one transaction: another process may be making the tables.
        database.execute("BEGIN")
        application, version, tables = (
            database.execute(sql).fetchone()[0]
            for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
        )
        database.execute("COMMIT")
        if application != _APPLICATION and (tables or provider is None):
            raise LedgerFileError(f"{self.path} is not a ledger: choose another path")
        if version > FORMAT:
            raise LedgerFileError(
                f"{self.path} was made by a newer version of this package (format {version}, this one reads {FORMAT}):"
                " update it, pip install --upgrade bide-runtime"
            )
        if database.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            database.execute("PRAGMA journal_mode = WAL").fetchall()
        if application != _APPLICATION:
            database.execute("BEGIN IMMEDIATE")
            # Another process may have made them in between.
            if not database.execute("PRAGMA application_id").fetchone()[0]:
                for table in _TABLES:
                    database.execute(table)
                database.execute("INSERT INTO about VALUES (?)", (provider,))
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
                database.execute(f"PRAGMA user_version = {FORMAT}")
            database.execute("COMMIT")
        [found] = database.execute("SELECT provider FROM about").fetchone()
        if provider is not None and found != provider:
            raise LedgerFileError(
                f"{self.path} has jobs of {found!r}, and this client is for {provider!r}: give each provider a ledger"
                " of its own"
            )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say what a failure of the database means."""
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerFileError(self._said(error)) from error

    def _said(self, error: sqlite3.Error) -> str:
        text = str(error)
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith("SQLITE_FULL"):
            return f"the disk is full, so the ledger {self.path} cannot be written: free some space, then go on"
        if name.startswith("SQLITE_READONLY") or "readonly" in text:
            return f"the ledger {self.path} is read-only: let this user write the file and its folder"
        if name.startswith("SQLITE_CANTOPEN"):
            return f"the ledger {self.path} cannot be opened: does its folder exist, and may this user write there?"
        if name.startswith("SQLITE_NOTADB"):
            return f"{self.path} is not a ledger: choose another path"
        if name.startswith("SQLITE_CORRUPT"):
            return f"the ledger {self.path} is damaged ({text}): restore a copy of it, with its -wal file"
        if name.startswith("SQLITE_BUSY"):
            return f"another process has kept the ledger {self.path} locked for {_BUSY:.0f} s"
        return f"the ledger {self.path} cannot be used: {text}"


def _checked(path: object) -> Path:
    """The path of a ledger. Raises `InvalidArgument`."""
    if not isinstance(path, str | os.PathLike) or not str(path) or str(path) == ":memory:":
        raise InvalidArgument(f'a ledger is the path of a file, such as "crawl.db", not {path!r:.80}')
    return Path(path)
