"""What a batch writes down while it runs: many notes in one transaction, on disk when it matters."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from ...errors.client import ClientClosed, ClientError, ConfigurationError
from ...errors.ledger import LedgerFileError
from ...errors.own import OwnErrors
from ...errors.transport import TransportError
from ...http.errors import ApiError, AuthenticationError, PaymentRequired, PermissionDenied
from ...http.request import Json
from ...jobs.errors import JobCancelled, JobExpired, JobFailed, JobTimeout, SubmitUncertain
from ...jobs.kind import JobKind
from ...steps.error_json import read_error, write_error
from ...steps.result_json import read_value, write_value
from ...steps.submission_json import write_submission
from ...steps.text import dumps, loads
from ...waiting.submits.submission import Submission
from ..file.beside import LARGE, keep, kept
from ..file.entry import LedgerEntry
from ..file.store import Store
from ..state import IS_OPEN, EntryState

_ENDED = (JobFailed, JobCancelled, JobExpired)
"""How a job ends without a result. After any other error it is still there, to be waited for."""

_SAY_NOTHING = (
    AuthenticationError,
    PaymentRequired,
    PermissionDenied,
    ClientClosed,
    ConfigurationError,
    LedgerFileError,
    TransportError,
    JobTimeout,
)
"""Errors of a submit that say nothing of its arguments: the next batch tries them again."""


class Journal:
    """The notes of one batch. They are written together, by `commit`."""

    def __init__(self, store: Store, kind: JobKind[Any, Any], own_errors: OwnErrors) -> None:
        self._store = store
        self._kind = kind
        self._own_errors = own_errors
        self._notes: list[tuple[str, tuple[Any, ...]]] = []
        self._intents: list[tuple[str, tuple[Any, ...]]] = []
        """The notes of submits, which leave when these are written and synced: so nothing else may write them."""
        self._lock = Lock()
        self.given_up: set[int] = set()
        """The entries that this batch leaves to a later one."""

    def commit(self, *, must_last: bool = False) -> None:
        """Write all notes in one transaction, and with *must_last* the intents of submits, synced.

        If that fails, they are kept, and the next commit writes them.
        """
        with self._lock:
            notes = [*self._notes, *self._intents] if must_last else self._notes
            if not notes:
                return
            number, intents = len(self._notes), len(self._intents)
            with self._store.writing(must_last=must_last) as database:
                for sql, values in notes:
                    database.execute(sql, values)
            self._notes = self._notes[number:]
            if must_last:
                self._intents = self._intents[intents:]

    def close(self, free_reserve: Callable[[], None]) -> None:
        """Write all notes; a submit that did not leave has none. If the disk is full, *free_reserve* makes room."""
        self._intents = []
        try:
            self.commit(must_last=True)
        except LedgerFileError:
            free_reserve()
            self.commit(must_last=True)

    def note_sending(self, number: int, submission: Submission[Any, Any], now: float) -> None:
        """The submit is about to leave, at *now* in seconds since 1970."""
        text = dumps(write_submission(submission)).decode()
        sent = "UPDATE job SET state = 'sending', submission = ?, sent_at = ? WHERE number = ?"
        self._intents.append((sent, (text, now, number)))
        audit = "INSERT INTO submit VALUES (?, ?, ?, NULL)"
        self._intents.append((audit, (number, now, submission.idempotency_key)))

    def note_nothing_made(self, number: int) -> None:
        """The submit that was about to leave has certainly made no job."""
        self._note("UPDATE job SET state = 'new' WHERE number = ?", number)
        self._note("DELETE FROM submit WHERE job = ? AND job_id IS NULL", number)

    def note_running(self, number: int, job_id: str, token: str | None) -> None:
        """The job exists."""
        self._note("UPDATE job SET state = 'running', token = ? WHERE number = ?", token, number)
        self._note("UPDATE submit SET job_id = ? WHERE job = ? AND job_id IS NULL", job_id, number)

    def note_result(self, number: int, result: Any) -> None:
        """The job ended with this result."""
        self._note_outcome(number, EntryState.DONE, {"result": write_value(self._kind.result, result)})

    def note_error(self, number: int, error: ClientError, *, has_job: bool, may_exist: bool) -> None:
        """The wait ended with this error. *may_exist*: an earlier attempt may have made a job."""
        state = state_after(error, has_job=has_job)
        if state is EntryState.REFUSED and may_exist:
            state = EntryState.UNSURE
        if state is None:
            # A later batch goes on from here; for this one it is over.
            self.given_up.add(number)
            self._note("UPDATE job SET owner = NULL WHERE number = ?", number)
        else:
            self._note_outcome(number, state, {"error": write_error(self._kind, error)})

    def note_handed(self, number: int) -> None:
        """The loop that got the outcome has asked for the next one."""
        self._note(
            f"UPDATE job SET is_handed = 1, owner = NULL WHERE number = ? AND NOT {IS_OPEN}",
            number,
        )

    def outcome_of(self, entry: LedgerEntry) -> Any:
        """The result of an entry. Raises its error if it has one."""
        assert entry.outcome is not None
        stored = loads(kept(self._store.path, entry.outcome) if entry.is_beside else entry.outcome)
        if "error" in stored:
            raise read_error(self._kind, self._own_errors, stored["error"])
        return read_value(self._kind.result, stored["result"])

    def _note_outcome(self, number: int, state: EntryState, outcome: dict[str, Json]) -> None:
        text = dumps(outcome).decode()
        is_beside = len(text) > LARGE
        if is_beside:
            text = keep(self._store.path, number, text)
        sql = "UPDATE job SET state = ?, outcome = ?, is_beside = ? WHERE number = ?"
        self._note(sql, str(state), text, int(is_beside), number)

    def _note(self, sql: str, *values: Any) -> None:
        self._notes.append((sql, values))


def state_after(error: ClientError, *, has_job: bool) -> EntryState | None:
    """The state that an error leaves; `None` if a later batch should go on where this one stopped."""
    if isinstance(error, _ENDED):
        return EntryState.FAILED
    if has_job:
        return None
    if isinstance(error, SubmitUncertain):
        # With a key the same submit is sent again, and with a reference its job is searched for.
        is_known = error.idempotency_key is not None or error.reference is not None
        return None if is_known else EntryState.UNSURE
    is_transient = isinstance(error, ApiError) and error.is_transient
    return None if is_transient or isinstance(error, _SAY_NOTHING) else EntryState.REFUSED
