"""The jobs of a server in a ledger: a repeated call finds its job again, also after the server was killed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from ...clients.jobs.async_job import AsyncJob
from ...clients.jobs.async_jobs import AsyncJobsOf
from ...errors.client import ClientError
from ...errors.own import OwnErrors
from ...http.request import Json
from ...jobs.errors import JobCancelled, JobExpired, JobFailed, SubmitUncertain
from ...jobs.kind import JobKind
from ...ledger.batch.journal import Journal
from ...ledger.file.entry import COLUMNS, LedgerEntry, entry_of
from ...ledger.file.store import Store
from ...ledger.file.worker import Worker
from ...ledger.state import EntryState
from ...steps.submission_json import read_submission
from ...steps.text import dumps, loads
from ...waiting.submits.submission import Submission
from .errors import Busy
from .text import portable

AGAIN = 600.0
"""Seconds in which a call with the same arguments means the same job."""

_UNSURE = (
    "may or may not have made a job: it is not sent again by itself; look at the provider's dashboard, then settle it:"
    " `python -m bide_runtime.ledger status {path}` shows it, and `retry --unsure` lets the next call submit it again"
)


class Book:
    """The jobs of a server in a ledger."""

    def __init__(self, path: str, provider: str) -> None:
        """Open or make the file. Raises `LedgerFileError`."""
        self._store = Store(path, provider=provider)
        self._worker = Worker(self._store)
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    def close(self) -> None:
        """Close the file; others may go on with its jobs."""
        self._worker.leave()
        self._store.close()

    async def job_of(
        self, jobs: AsyncJobsOf[Any, Any, Any], arguments: Mapping[str, Any], given: Json
    ) -> AsyncJob[Any, Any] | Any:
        """The job of a call: one that the ledger has, or a new one.

        A job that has no id comes back as its result, if the ledger has that. Raises what `send` raises.
        """
        fresh = jobs.prepare(**arguments)  # type: ignore[attr-defined]  # of each generated kind
        kind = fresh.kind.name
        content = msgspec.json.encode([given, *_files_in(arguments)], order="sorted")
        digest = blake2b(content, digest_size=16).hexdigest()
        async with self._locks.setdefault((kind, digest), asyncio.Lock()):
            entry = self._claimed(kind, digest, given)
            journal = self._journal(fresh.kind)
            if entry.state in (EntryState.RUNNING, EntryState.DONE):
                return journal.outcome_of(entry) if entry.token is None else jobs.resume(entry.token)
            return await self._sent(jobs, fresh, entry, journal)

    def note_end(self, kind: JobKind[Any, Any], token: str, end: Any) -> None:
        """A job ended: with a result, or with an error."""
        rows = self._store.read("SELECT number FROM job WHERE token = ? AND state = 'running'", token)
        journal = self._journal(kind)
        for (number,) in rows:
            if not isinstance(end, ClientError):
                journal.note_result(number, end)
            elif isinstance(end, JobFailed | JobCancelled | JobExpired):
                journal.note_error(number, end, has_job=True, may_exist=False)
        journal.commit()

    def newest(self, limit: int) -> list[dict[str, Json]]:
        """The newest jobs."""
        rows = self._store.read(f"SELECT kind, {COLUMNS} FROM job ORDER BY number DESC LIMIT ?", limit)
        return [_listed(kind, entry_of(columns)) for kind, *columns in rows]

    def _claimed(self, kind: str, digest: str, given: Json) -> LedgerEntry:
        """The entry of a call, which is this server's. Raises `SubmitUncertain`."""
        with self._store.writing() as database:
            rows = database.execute(
                f"SELECT {COLUMNS} FROM job WHERE kind = ? AND (key = ? OR key LIKE ?) ORDER BY number DESC",
                (kind, digest, f"{digest}-%"),
            ).fetchall()
            newest = entry_of(rows[0]) if rows else None
            if newest is not None and newest.state is EntryState.UNSURE:
                raise SubmitUncertain(f"an earlier call with the same arguments {self._unsure}")
            if newest is not None and newest.is_to_submit:
                if newest.owner not in (None, self._worker.number) and self._worker.is_alive(newest.owner):
                    raise Busy("another process submits this job at this moment")
                database.execute("UPDATE job SET owner = ? WHERE number = ?", (self._worker.number, newest.number))
                return newest
            if newest is not None and newest.state in (EntryState.RUNNING, EntryState.DONE):
                age = time.time() - (newest.sent_at or 0.0)
                if abs(age) < AGAIN:  # it is negative if the clock was set back
                    return newest
            key = f"{digest}-{len(rows) + 1}" if rows else digest
            made = database.execute(
                f"INSERT INTO job (kind, key, input, owner) VALUES (?, ?, ?, ?) RETURNING {COLUMNS}",
                (kind, key, dumps(given).decode(), self._worker.number),
            ).fetchone()
            return entry_of(made)

    async def _sent(
        self, jobs: AsyncJobsOf[Any, Any, Any], fresh: Submission[Any, Any], entry: LedgerEntry, journal: Journal
    ) -> AsyncJob[Any, Any]:
        """Submit the job of an entry, unless it exists by then."""
        number, may_exist, submission = entry.number, entry.state is EntryState.SENDING, fresh
        try:
            if may_exist:
                assert entry.submission is not None
                submission = read_submission(fresh.kind, loads(entry.submission))
                if not _may_send_again(submission, entry):
                    found = await self._found(jobs, submission, entry)
                    if found is not None:
                        return await _noted(journal, number, found)
                    journal.note_nothing_made(number)
                    may_exist = False

            async def before_send() -> None:
                if not may_exist:  # else it is written down already
                    journal.note_sending(number, submission, time.time())
                    journal.commit(must_last=True)

            async def nothing_made() -> None:
                if not may_exist:
                    journal.note_nothing_made(number)
                    journal.commit()

            job = await jobs.send(submission, before_send=before_send, nothing_made=nothing_made)
        except ClientError as error:
            journal.note_error(number, error, has_job=False, may_exist=may_exist)
            journal.note_handed(number)  # so that a person can settle it while this server runs
            journal.commit()
            raise
        return await _noted(journal, number, job)

    async def _found(
        self, jobs: AsyncJobsOf[Any, Any, Any], submission: Submission[Any, Any], entry: LedgerEntry
    ) -> AsyncJob[Any, Any] | None:
        """The job of a submit whose reply was lost; `None`: it made none. Raises `SubmitUncertain`."""
        if jobs.facts.can_be_found:
            found: AsyncJob[Any, Any] | None = await jobs.find(submission, sent_at=entry.sent_at)
            return found
        raise SubmitUncertain(
            f"a server ended before the reply to a submit with the same arguments, which {self._unsure}"
        )

    @property
    def _unsure(self) -> str:
        return _UNSURE.format(path=self._store.path)

    def _journal(self, kind: JobKind[Any, Any]) -> Journal:
        return Journal(self._store, kind, OwnErrors())


def _files_in(arguments: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """The files of a call, as they are now: one that was changed makes another job."""
    for value in arguments.values():
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, Path) and path.is_file():
                found = path.stat()
                yield str(path), found.st_size, found.st_mtime_ns


async def _noted(journal: Journal, number: int, job: AsyncJob[Any, Any]) -> AsyncJob[Any, Any]:
    """Write down that the job exists; one without an id is over, and cannot be asked for later."""
    journal.note_running(number, job.id, job.token if job.id else None)
    try:
        if not job.id:
            journal.note_result(number, await job.result())
    except ClientError as error:
        journal.note_error(number, error, has_job=True, may_exist=False)
        raise
    finally:
        journal.commit()
    return job


def _may_send_again(submission: Submission[Any, Any], entry: LedgerEntry) -> bool:
    """Whether the provider still knows the key of a submit that may have arrived, so that it makes no second job."""
    at = submission.kind.submit
    age = time.time() - (entry.sent_at or 0.0)
    return at.has_keys and submission.idempotency_key is not None and age <= at.key_is_good_for


def _listed(kind: str, entry: LedgerEntry) -> dict[str, Json]:
    found: dict[str, Json] = {
        "number": entry.number,
        "kind": kind,
        "state": str(entry.state),
        "arguments": loads(entry.input),
    }
    if entry.sent_at is not None:
        found["submitted_at"] = datetime.fromtimestamp(entry.sent_at, UTC).isoformat(timespec="seconds")
    if entry.token is not None:
        found["job"] = portable(entry.token)
    return found
