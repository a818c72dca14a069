"""A ledger, to look at and to settle: without a client, and also while batches are at work on it."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Self

from ..errors.client import InvalidArgument
from ..errors.own import OwnErrors
from ..http.request import Json
from ..jobs.token import read as read_token
from ..steps.error_json import read_error
from ..steps.text import loads
from .export import export
from .file.beside import kept
from .file.entry import COLUMNS, LedgerEntry, entry_of
from .file.store import Store
from .file.worker import is_alive
from .outcome import LedgerOutcome
from .state import EntryState

_PLAIN = OwnErrors()

_LARGEST = 2**63 - 1
"""The largest number that SQLite has."""


class Ledger:
    """A ledger, to look at and to settle. Batches may be at work on it meanwhile. Raises `LedgerFileError`."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._store = Store(path)

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    @property
    def provider(self) -> str:
        """The provider whose jobs it has."""
        [[found]] = self._store.read("SELECT provider FROM about")
        return str(found)

    @property
    def kinds(self) -> list[str]:
        """The kinds of jobs that it has."""
        return [kind for (kind,) in self._store.read("SELECT DISTINCT kind FROM job ORDER BY kind")]

    def tally(self, kind: str | None = None) -> dict[EntryState, int]:
        """How many inputs are in each state."""
        rows = self._store.read("SELECT state, count(*) FROM job WHERE ?1 IS NULL OR kind = ?1 GROUP BY state", kind)
        found = {EntryState(state): number for state, number in rows}
        return {state: found.get(state, 0) for state in EntryState}

    @property
    def paid(self) -> int:
        """How many submits may have cost money."""
        [[found]] = self._store.read("SELECT count(*) FROM submit")
        return int(found)

    def outcomes(self, *states: EntryState | str, kind: str | None = None) -> Iterator[LedgerOutcome]:
        """The inputs in these states, in the order of the ledger; without any, all that are over."""
        chosen = _states(states) or [state for state in EntryState if not state.is_open]
        marks = ", ".join("?" * len(chosen))
        rows = self._store.rows(
            f"SELECT kind, {COLUMNS} FROM job WHERE state IN ({marks}) AND (? IS NULL OR kind = ?) ORDER BY number",
            *chosen,
            kind,
            kind,
        )
        for found, *columns in rows:
            yield self._outcome(found, entry_of(columns))

    def retry(
        self,
        *,
        failed: bool = False,
        refused: bool = False,
        unsure: bool = False,
        running: bool = False,
        kind: str | None = None,
    ) -> int:
        """Let the next batch submit these again, with new keys; returns how many.

        What is unsure or running may be paid twice: *running* is for jobs that the provider no longer knows. Those that
        a batch is waiting for now stay as they are.
        """
        chosen = {
            EntryState.FAILED: failed,
            EntryState.REFUSED: refused,
            EntryState.UNSURE: unsure,
            EntryState.RUNNING: running,
        }
        states = [state for state, is_chosen in chosen.items() if is_chosen]
        marks = ", ".join("?" * len(states))
        with self._store.writing(must_last=True) as database:
            return database.execute(
                f"UPDATE job SET {_NEW} WHERE state IN ({marks}) AND (? IS NULL OR kind = ?) AND {self._is_left}",
                (*states, kind, kind),
            ).rowcount

    def settle(self, number: int, *, token: str | None = None, nothing_made: bool = False) -> None:
        """Say what became of a submit that is unsure: the *token* of its job, or that *nothing_made* it.

        `client.fetch.attach(job_id).token` is the token of a job that you know by its id. A running job that the
        provider no longer knows can be settled too, unless a batch is waiting for it now. Raises `InvalidToken` for a
        token of another kind of job, and `InvalidArgument` if there is nothing to settle.
        """
        if (token is None) == (not nothing_made):
            raise InvalidArgument("say either the token of the job or nothing_made=True")
        row = number if 0 < number <= _LARGEST else 0  # which no input has
        if token is not None:
            for (kind,) in self._store.read("SELECT kind FROM job WHERE number = ?", row):
                read_token(token, provider=self.provider, job=kind)
        change = _NEW if token is None else "state = 'running', token = ?, outcome = NULL, is_handed = 0, owner = NULL"
        with self._store.writing(must_last=True) as database:
            values = () if token is None else (token,)
            count = database.execute(
                f"UPDATE job SET {change} WHERE number = ? AND state IN ('unsure', 'running') AND {self._is_left}",
                (*values, row),
            ).rowcount
        if not count:
            raise InvalidArgument(
                f"the input {number} of {self.path} is neither unsure nor running, or a batch is waiting for its job"
            )

    def export(self, to: str | PathLike[str], *, kind: str | None = None) -> int:
        """Write the outcomes to a file: `.jsonl`, `.csv` or, with pyarrow, `.parquet`; returns how many."""
        return export(self.outcomes(kind=kind), Path(to))

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Ledger({str(self.path)!r})"

    @property
    def _is_left(self) -> str:
        """That no batch at work has an entry, as a condition of SQL."""
        owners = self._store.read("SELECT DISTINCT owner FROM job WHERE owner IS NOT NULL")
        at_work = [str(number) for (number,) in owners if is_alive(self.path, number)]
        return f"(owner IS NULL OR owner NOT IN ({', '.join(at_work)}))"

    def _outcome(self, kind: str, entry: LedgerEntry) -> LedgerOutcome:
        stored: dict[str, Json] = {}
        if entry.outcome is not None:
            stored = loads(kept(self.path, entry.outcome) if entry.is_beside else entry.outcome)
        return LedgerOutcome(
            number=entry.number,
            kind=kind,
            key=entry.key,
            input=loads(entry.input),
            state=entry.state,
            token=entry.token,
            job_id=None if entry.token is None else loads(entry.token)["id"],
            result=stored.get("result"),
            error=read_error(None, _PLAIN, stored["error"]) if "error" in stored else None,
        )


_NEW = (
    "state = 'new', submission = NULL, sent_at = NULL, token = NULL, outcome = NULL, is_beside = 0, is_handed = 0,"
    " owner = NULL"
)


def _states(given: tuple[EntryState | str, ...]) -> list[EntryState]:
    try:
        return [EntryState(state) for state in given]
    except ValueError as error:
        known = ", ".join(EntryState)
        raise InvalidArgument(f"{error}: the states of a ledger are {known}") from error
