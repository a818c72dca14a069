"""One kind of job of a blocking client.

The asyncio twin differs only by `await`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar

from ...errors.client import InvalidArgument
from ...errors.own import raises_own
from ...http.request import Json
from ...jobs.kind import JobKind
from ...jobs.record import Record
from ...jobs.snapshot import Snapshot
from ...waiting.flow import Flow, saw
from ...waiting.links import attach_record
from ...waiting.policies.policy import Policy
from ...waiting.submits.submission import Submission
from ...waiting.submits.submit import deferred, submit
from ..client import Client
from ..options import BatchOptions, Hook, WaitOptions, check_functions, policy_of
from ..progress import ProgressDisplay, bar_of
from .flows import JobFlows
from .job import CancellableJob, Job
from .kind import checked_submission

if TYPE_CHECKING:
    from ...batch.counts import Counts
    from ...batch.outcome import Outcome
    from ...ledger.batch.opening import OpenLedger
    from ...steps.look import Look
    from ..batches.job_batch import JobBatch
    from ..webhooks import Headers, Secrets, Webhooks

S = TypeVar("S")
R = TypeVar("R")
P = ParamSpec("P")
In = TypeVar("In")
J = TypeVar("J", bound="Job[Any, Any]")
T = TypeVar("T")


class JobsOf(JobFlows[S, R], Generic[S, R, J]):
    """One kind of job of a client; `J` is its handle."""

    def __init__(self, client: Client, kind: JobKind[S, R]) -> None:
        self._client = client
        self._kind = kind

    def get(self, job_id: str, **values: str | int) -> Snapshot[S]:
        """Poll a job once."""
        return self.attach(job_id, **values).poll()

    @raises_own
    def attach(self, job_id: str, **values: str | int) -> J:
        """Return a handle for an existing job. Nothing is sent. Raises `InvalidArgument`.

        *values* are what its addresses need beside the id: arguments of its submit, or values of the reply to it.
        """
        return self._handle(attach_record(self._session.account, self._kind, job_id, values))

    @raises_own
    def resume(self, token: str) -> J:
        """Return the handle that a token was saved from. Nothing is sent. Raises `InvalidToken`."""
        return self._handle(self._resumed(token))

    @raises_own
    def send(
        self,
        submission: Submission[S, R],
        *,
        before_send: Hook | None = None,
        nothing_made: Hook | None = None,
    ) -> J:
        """Send a submission from `prepare` and return the handle of its job. Raises what `submit` raises.

        Args:
            submission: From `prepare`, perhaps of another process.
            before_send: Called before each attempt is sent, when the rate limit allows it. From then on the job may
                exist.
            nothing_made: Called after an attempt that certainly made no job; it says nothing of earlier calls.
        """
        return self._handle(self._sent(submission, before_send, nothing_made))

    @raises_own
    def find(self, submission: Submission[S, R], *, sent_at: float | None = None) -> J | None:
        """Return the handle of the job that a submit whose reply was lost has made; `None` if it made none.

        The provider's list of jobs is searched for the reference of the submission. As long as the job may still be
        missing from the list, this sleeps and searches once more.

        Args:
            submission: The one that was sent: from `prepare`, perhaps of another process.
            sent_at: When it was sent, in seconds since 1970. Default: just now.

        Raises:
            InvalidArgument: The provider has no such list, or the submission no reference.
            SubmitUncertain: The list cannot tell: it has several such jobs, or is too long or too short.
            ApiError, TransportError, DecodeError: The search failed.
        """
        record = self._found(submission, sent_at)
        return None if record is None else self._handle(record)

    @raises_own
    def look(self, token: str, memo: str | None = None, *, policy: Policy | None = None) -> Look[S, R]:
        """Look at a job once, without sleeping: how it ended, or when to look again.

        Sends nothing before the look is due, and polls no job that is known to be over: only its result is fetched, if
        it has an address of its own. Save `token` and `memo` of each look for the next one, also in another process:
        minimum interval, schedule and age go on from there.

        Args:
            token: From the handle, or from the last look.
            memo: From the last look; `None` for the first.
            policy: When to look. Default: from the intervals and times of the spec.

        Raises:
            InvalidToken, InvalidArgument: The token or the memo is damaged.
            ApiError, DecodeError: An error that says nothing of how the job ended, and that another look will not fix.
        """
        from ...steps.look import look

        record, now = self._resumed(token), self._now
        flow = look(self._session, record, memo, policy_of(policy, self._kind.polling), now=now)
        return self._client._drive(flow)

    @raises_own
    def outcome_from_json(self, text: str | bytes) -> Outcome[Json, R, J]:
        """The outcome that `outcome_to_json` wrote, with the handle of its job, resumed. Its input is plain JSON.

        Nothing is sent. Raises `InvalidArgument` for any other text.
        """
        return self._outcome_in(text, self.resume)

    @raises_own
    def wait_many(
        self,
        jobs: Iterable[J],
        *,
        timeout: float | Literal["default"] | None = "default",
        max_in_flight: int = 1000,
        in_order: bool = False,
        on_update: Callable[[Counts], None] | None = None,
        progress: bool | ProgressDisplay = False,
        policy: Policy | None = None,
    ) -> JobBatch[J, R, J]:
        """Wait for existing jobs side by side; iterate over their outcomes as they end.

        Args:
            jobs: The handles; each outcome's `input` is its own.
            timeout: Deadline of each job in seconds; `None` waits without limit. Default: that of this kind of job.
            max_in_flight: How many jobs to wait for at the same time.
            in_order: Whether outcomes come in the order of the jobs.
            on_update: Called with a `Counts` whenever a job was polled or ended.
            progress: Whether to show a line in the terminal, which needs `rich`; or a `rich.progress.Progress` to
                show it in.
            policy: When to poll. Default: from the intervals and times of the spec.
        """
        options = BatchOptions(
            max_in_flight=max_in_flight,
            timeout=timeout,
            in_order=in_order,
            on_update=on_update,
            progress=progress,
            policy=policy,
        )
        session = self._session.coalescing
        how = WaitOptions(timeout=timeout, policy=policy)

        def start(_: int, job: J) -> Flow[R]:
            if not isinstance(job, Job):
                with self._client._provider.own_errors:
                    raise InvalidArgument(f"wait_many takes handles of jobs, not {job!r}")
            return self._waiting(session, job._record, how)

        return self._batch(jobs, start, options)

    @raises_own
    def _received(self, body: bytes, headers: Headers, secret: Secrets | None) -> Record[S, R]:
        """The record of the job that a webhook tells of."""
        from ...waiting.webhooks.webhook import received

        webhooks: Webhooks = vars(self._client)["webhooks"]
        webhooks.verify(body, headers, secret=secret)
        record = received(self._session, self._kind, body)
        if self._client._trace is not None:
            self._client._trace.note_job(saw(record), by="webhook")
        self._client._wake()
        return record

    def _sent(self, submission: Submission[S, R], before_send: Hook | None, nothing_made: Hook | None) -> Record[S, R]:
        checked_submission(self._kind, submission)
        flow = submit(self._session, submission, announces=True, now=self._now)
        record, _ = self._client._drive(flow, before_send=before_send, nothing_made=nothing_made)
        return record

    def _found(self, submission: Submission[S, R], sent_at: float | None) -> Record[S, R] | None:
        from ...waiting.submits.find import find  # most programs never lose a reply

        checked_submission(self._kind, submission)
        flow = find(self._session, submission, sent_at, now=self._now)
        record, _ = self._client._drive(flow)
        return record

    @raises_own
    def _submit(self, make: Callable[P, Submission[S, R]], /, *args: P.args, **kwargs: P.kwargs) -> Record[S, R]:
        submission = make(*args, **self._referred(kwargs))
        flow = submit(self._session, submission, now=self._now)
        record, _ = self._client._drive(flow)
        return record

    @raises_own
    def _run(
        self, make: Callable[P, Submission[S, R]], options: WaitOptions, /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        submission = make(*args, **self._referred(kwargs))
        bar = bar_of(self._kind.name, options.progress)
        flow = self._running(self._session, submission if bar is None else bar.watched(submission), options)
        return self._client._drive(flow, options.on_update, bar=bar)

    @raises_own
    def _run_many(
        self,
        make: Callable[..., Submission[S, R]],
        inputs: Iterable[In],
        options: BatchOptions,
    ) -> JobBatch[In, R, J]:
        session = self._session.coalescing
        wait = WaitOptions(timeout=options.timeout, policy=options.policy, cancel_on_timeout=options.cancel_on_timeout)
        tagged = self._tagged(make, options.tag)

        def start(_: int, arguments: In) -> Flow[R]:
            return deferred(lambda: self._running(session, tagged(arguments), wait))

        return self._batch(inputs, start, options, self._ledger(options, tagged))

    def _batch(
        self,
        inputs: Iterable[In],
        start: Callable[[int, In], Flow[R]],
        options: BatchOptions,
        ledger: OpenLedger[In, R] | None = None,
    ) -> JobBatch[In, R, J]:
        from ..batches.job_batch import JobBatch

        check_functions(on_update=options.on_update, tag=options.tag)
        bar = bar_of(self._kind.name, options.progress)
        return JobBatch(self._client, inputs, start, options, self._handle, bar, ledger)

    def _handle(self, record: Record[S, R]) -> J:
        """The handle of a job."""
        raise NotImplementedError


class Jobs(JobsOf[S, R, Job[S, R]]):
    """One kind of job of a client."""

    def _handle(self, record: Record[S, R]) -> Job[S, R]:
        return Job(self._client, record)


class CancellableJobs(JobsOf[S, R, CancellableJob[S, R]]):
    """One kind of job that can be cancelled."""

    def _handle(self, record: Record[S, R]) -> CancellableJob[S, R]:
        return CancellableJob(self._client, record)
