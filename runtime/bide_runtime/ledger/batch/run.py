"""One batch on a ledger: what is done for each input, and what is written down on the way. Sans-IO but for the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from ...errors.client import ClientError
from ...http.request import Json
from ...jobs.errors import SubmitUncertain
from ...jobs.kind import JobKind
from ...jobs.record import Record
from ...steps.submission_json import read_submission
from ...steps.text import loads
from ...waiting.deadline import Deadline
from ...waiting.flow import AboutToSend, Commit, Created, Flow, NothingMade, Received
from ...waiting.links import resume_record
from ...waiting.policies.policy import Policy
from ...waiting.session import Session
from ...waiting.submits.find import find
from ...waiting.submits.reference import reference_in
from ...waiting.submits.submission import Submission
from ...waiting.submits.submit import called, prepared, submit
from ...waiting.submits.submit_reply import raise_uncertain
from ...waiting.wait import wait
from ..file.entry import LedgerEntry
from ..state import EntryState
from .journal import Journal

S = TypeVar("S")
R = TypeVar("R")


class HowToWait(msgspec.Struct, frozen=True, kw_only=True):
    """How to wait for the jobs of a batch."""

    policy: Policy
    timeout: float | None
    """Of each job, in seconds."""
    cancel_on_timeout: bool = False


class Run(Generic[S, R]):
    """The flows of one batch on a ledger."""

    def __init__(
        self,
        session: Session,
        kind: JobKind[S, R],
        journal: Journal,
        how: HowToWait,
        make: Callable[[Mapping[str, Any]], Submission[S, R]],
    ) -> None:
        self._session = session
        self._kind = kind
        self._journal = journal
        self._how = how
        self._make = make
        self.submitting: set[int] = set()
        """The entries whose submit is under way: only these can become unsure."""
        self._may_exist: set[int] = set()
        """The entries that were sent before, so that a job may exist whatever becomes of a new attempt."""

    def flow(self, entry: LedgerEntry, arguments: Mapping[str, Any], now: float) -> Flow[R]:
        """What is left to do for an entry, up to its result. Raises its error."""
        if entry.is_to_submit:
            self.submitting.add(entry.number)
        return self._flow(entry, arguments, now)

    def _flow(self, entry: LedgerEntry, arguments: Mapping[str, Any], now: float) -> Flow[R]:
        if not entry.state.is_open:
            result: R = self._journal.outcome_of(entry)
            return result
        record: Record[S, R] | None = None
        try:
            if entry.state is EntryState.RUNNING:
                record = self._resumed(entry, now)
                yield Created(record)
                deadline = Deadline(self._how.timeout, now)
            else:
                deadline = Deadline(self._how.timeout, now)
                record, now = yield from self._submit(entry, arguments, deadline, now)
            result = yield from wait(
                self._session,
                record,
                self._how.policy,
                deadline=deadline,
                cancel_on_timeout=self._how.cancel_on_timeout,
                now=now,
            )
        except ClientError as error:
            may_exist = entry.number in self._may_exist
            has_job = record is not None or entry.state is EntryState.RUNNING
            self._journal.note_error(entry.number, error, has_job=has_job, may_exist=may_exist)
            raise
        finally:
            self.submitting.discard(entry.number)
            self._may_exist.discard(entry.number)
        self._journal.note_result(entry.number, result)
        return result

    def _resumed(self, entry: LedgerEntry, now: float) -> Record[S, R]:
        """The job of a batch that has ended. It may have been polled just now."""
        assert entry.token is not None
        record = resume_record(self._session.account, self._kind, entry.token)
        self._session.min_interval.note_poll(record, now)
        return record

    def _submit(
        self, entry: LedgerEntry, arguments: Mapping[str, Any], deadline: Deadline, now: float
    ) -> Flow[tuple[Record[S, R], float]]:
        """Submit the job of an entry, unless it exists by then. What may have arrived is searched for, if it can be.

        Raises `SubmitUncertain` if it may exist, and is neither found nor to be sent again.
        """
        record: Record[S, R] | None = None
        if entry.state is EntryState.NEW:
            submission = prepared(self._session.account, called(lambda: self._make(arguments)))
        else:
            assert entry.submission is not None
            self._may_exist.add(entry.number)
            submission = read_submission(self._kind, loads(entry.submission))
            if (why := self._why_not_again(entry, submission)) is not None:
                if reference_in(submission) is None:
                    raise SubmitUncertain(why)
                record, now = yield from self._found(entry.number, submission, entry.sent_at, deadline, now)
        losses = 0
        while record is None:
            try:
                return (yield from self._submitted(entry, submission, deadline, now))
            except SubmitUncertain as error:
                if error.reference is None:
                    raise
                lost = error
            losses += 1
            now = (yield Commit()).now
            record, now = yield from self._found(entry.number, submission, None, deadline, now)
            if record is None and losses > self._session.account.max_retries:
                raise lost
        return record, now

    def _found(
        self, number: int, submission: Submission[S, R], sent_at: float | None, deadline: Deadline, now: float
    ) -> Flow[tuple[Record[S, R] | None, float]]:
        """The job of a submit whose reply was lost; `None` if it made none. Raises `SubmitUncertain`."""
        self.submitting.discard(number)
        try:
            record, now = yield from find(self._session, submission, sent_at, deadline=deadline.at, now=now)
        except SubmitUncertain:
            raise
        except ClientError as error:
            # The next batch searches again.
            why = f"the search for it failed: {error.message}"
            reference, key = reference_in(submission), submission.idempotency_key
            raise_uncertain(self._kind, key, why, error, reference=reference)
        if record is None:
            self.submitting.add(number)
            self._may_exist.discard(number)
            self._journal.note_nothing_made(number)
        else:
            self._journal.note_running(number, record.id, record.token)
        return record, (yield Commit()).now

    def _why_not_again(self, entry: LedgerEntry, submission: Submission[S, R]) -> str | None:
        """Why a submit that may have arrived must not be sent again; `None` if it may be."""
        assert entry.sent_at is not None
        if not self._kind.submit.has_keys or submission.idempotency_key is None:
            return (
                f"the {self._kind.name} job may or may not have been created: the process ended before the reply to its"
                " submit; it is not sent again by itself: check the provider's dashboard, then settle it in the ledger"
            )
        age = self._session.account.wall() - entry.sent_at
        if age > self._kind.submit.key_is_good_for:
            return (
                f"the {self._kind.name} job may or may not have been created: the process ended before the reply to its"
                f" submit, {age / 3600:.1f} hours ago, and the provider may have forgotten its idempotency key; check"
                " the provider's dashboard, then settle it in the ledger"
            )
        return None

    def _submitted(
        self, entry: LedgerEntry, submission: Submission[S, R], deadline: Deadline, now: float
    ) -> Flow[tuple[Record[S, R], float]]:
        """Submit the job. What may cost money is on disk before it is sent, and the job as soon as it exists."""
        account, number = self._session.account, entry.number
        flow = submit(self._session, submission, deadline=deadline, in_turn=True, announces=True, now=now)
        received: Received | None = None
        try:
            while True:
                try:
                    action = flow.send(received)  # type: ignore[arg-type]  # a generator starts with None
                except StopIteration as end:
                    found: tuple[Record[S, R], float] = end.value
                    return found
                if isinstance(action, AboutToSend | NothingMade) and number in self._may_exist:
                    # It is written down already, and this attempt says nothing of those before.
                    received = yield Commit()
                elif isinstance(action, AboutToSend):
                    self._journal.note_sending(number, submission, account.wall())
                    received = yield Commit(must_last=True)
                elif isinstance(action, NothingMade):
                    self._journal.note_nothing_made(number)
                    received = yield Commit()
                elif isinstance(action, Created):
                    record = action.record
                    self._journal.note_running(number, record.id, record.token if record.id else None)
                    self.submitting.discard(number)
                    yield action
                    received = yield Commit()
                else:
                    received = yield action
        finally:
            flow.close()


def given_of(entry: LedgerEntry) -> Json:
    """The input of an entry, as it is in JSON."""
    return loads(entry.input)
