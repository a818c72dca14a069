"""What one kind of job of a client does, as flows: for both colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from ...calls.account import seconds_of
from ...errors.client import InvalidArgument
from ...jobs.record import Record
from ...jobs.token import checked_tag
from ...waiting.deadline import Deadline
from ...waiting.flow import Flow
from ...waiting.links import resume_record
from ...waiting.session import Session
from ...waiting.submits.reference import with_reference
from ...waiting.submits.submission import Submission
from ...waiting.submits.submit import run
from ...waiting.wait import wait
from ..options import BatchOptions, WaitOptions, check_functions, policy_of
from .kind import KindOfJobs

if TYPE_CHECKING:
    from ...ledger.batch.opening import OpenLedger

S = TypeVar("S")
R = TypeVar("R")


class JobFlows(KindOfJobs[S, R]):
    """What one kind of job of a client does, as flows. They are driven by `Jobs` and by `AsyncJobs`."""

    @property
    def _session(self) -> Session:
        session: Session = vars(self)["_client"]._session
        return session

    @property
    def _now(self) -> float:
        now: float = vars(self)["_client"]._clock.now()
        return now

    def _adopt(self, record: Record[S, R]) -> Record[S, R]:
        """Set the submit time and the base URL of a job that an operation returned."""
        record.submitted_at = self._session.account.wall()
        record.base = self._session.account.variables
        return record

    def _resumed(self, token: str) -> Record[S, R]:
        return resume_record(self._session.account, self._kind, token)

    def _referred(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a submit, with the reference by which its job can be found, if the spec says how."""
        return with_reference(self._session.account, self._kind, arguments)

    def _tagged(
        self, make: Callable[..., Submission[S, R]], tag: Callable[[Any], str] | None
    ) -> Callable[[Any], Submission[S, R]]:
        """A function that makes the submission of an input of a batch."""

        def tagged(arguments: Any) -> Submission[S, R]:
            submission = make(**self._referred(arguments))
            return submission if tag is None else replace(submission, tag=checked_tag(tag(arguments)))

        return tagged

    def _running(self, session: Session, submission: Submission[S, R], options: WaitOptions) -> Flow[R]:
        now = self._now
        return run(
            session,
            submission,
            policy_of(options.policy, self._kind.polling),
            deadline=Deadline(seconds_of(options.timeout, self._kind.polling.timeout), now),
            cancel_on_timeout=options.cancel_on_timeout,
            in_turn=session.coalesces,
            now=now,
        )

    def _waiting(self, session: Session, record: Record[S, R], options: WaitOptions) -> Flow[R]:
        now, polling = self._now, self._kind.polling
        deadline = Deadline(seconds_of(options.timeout, polling.timeout), now)
        return wait(session, record, policy_of(options.policy, polling), deadline=deadline, is_entry=True, now=now)

    def _ledger(self, options: BatchOptions, make: Callable[[Any], Submission[S, R]]) -> OpenLedger[Any, R] | None:
        """The ledger of a batch, if it has one. Raises `InvalidArgument`, and `LedgerFileError`."""
        if options.ledger is None:
            return None
        from ...ledger.batch.opening import OpenLedger
        from ...ledger.batch.run import HowToWait

        if options.in_order:
            raise InvalidArgument("in_order needs all inputs in one process: leave it out if there is a ledger")
        check_functions(key=options.key)
        how = HowToWait(
            policy=policy_of(options.policy, self._kind.polling),
            timeout=seconds_of(options.timeout, self._kind.polling.timeout),
            cancel_on_timeout=options.cancel_on_timeout,
        )
        return OpenLedger(
            options.ledger,
            self._session.coalescing,
            self._kind,
            how,
            make,
            key=options.key,
            max_submitting=options.max_submitting,
            max_in_flight=options.max_in_flight,
            now=vars(self)["_client"]._clock.now,
        )
