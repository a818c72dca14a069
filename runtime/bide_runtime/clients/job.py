"""Jobs of a blocking client: the handle of one job, and the namespace of one kind.

The asyncio twin differs only by `await`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast

from msgspec.structs import replace

from ..calls.account import seconds_of
from ..errors.client import InvalidArgument, InvalidToken
from ..errors.own import raises_own
from ..http.request import Json
from ..jobs.handle import Handle
from ..jobs.kind import JobKind
from ..jobs.record import Record
from ..jobs.snapshot import Snapshot, Update
from ..jobs.token import checked_tag, kind_in
from ..process import OfOneProcess
from ..waiting.deadline import Deadline
from ..waiting.flow import Flow
from ..waiting.links import attach_record, resume_record
from ..waiting.policies.policy import Policy
from ..waiting.session import Session
from ..waiting.submits.find import find
from ..waiting.submits.reference import with_reference
from ..waiting.submits.submission import Submission
from ..waiting.submits.submit import deferred, run, submit
from ..waiting.wait import cancel, poll, result, updates, wait
from .client import Client
from .kind import KindOfJobs, checked_submission
from .options import BatchOptions, Hook, WaitOptions, check_functions, policy_of
from .progress import ProgressDisplay, bar_of

if TYPE_CHECKING:
    from ..batch.counts import Counts
    from ..batch.outcome import Outcome
    from ..ledger.batch.opening import OpenLedger
    from ..steps.look import Look
    from .batches.job_batch import JobBatch
    from .webhooks import Headers, Secrets, Webhooks

S = TypeVar("S")
R = TypeVar("R")
P = ParamSpec("P")
In = TypeVar("In")
H = TypeVar("H")
T = TypeVar("T")


class Job(OfOneProcess, Handle[S, R]):
    """The handle of one job, from `submit`, `attach` or `resume`. Save its `token` to resume it in another process."""

    _why_no_pickle = (
        "because they have a client of one process: pass `job.token`, and call `resume(token)` of a client there"
    )

    def __init__(self, client: Client, record: Record[S, R]) -> None:
        self._client = client
        self._record = record

    @raises_own
    def poll(self) -> Snapshot[S]:
        """Poll the job once, not sooner than its minimum interval. A job that is done is not polled again."""
        return self._client._drive(poll(self._client._session, self._record, now=self._client._clock.now()))

    @raises_own
    def wait(
        self,
        timeout: float | Literal["default"] | None = "default",
        *,
        on_update: Callable[[Update[S]], None] | None = None,
        policy: Policy | None = None,
        progress: bool | ProgressDisplay = False,
    ) -> R:
        """Wait until the job is done and return its result.

        Args:
            timeout: Overall deadline in seconds; `None` waits without limit. Default: that of this kind of job.
            on_update: Called after each poll.
            policy: When to poll. Default: from the intervals and times of the spec.
            progress: Whether to show a line in the terminal, which needs `rich`; or a `rich.progress.Progress` to
                show it in.

        Raises:
            JobTimeout: The deadline passed. The job is still running and can be waited for again.
            JobFailed, JobCancelled, JobExpired: How the job ended.
            ApiError, DecodeError: An error that retrying will not fix.
        """
        flow: Flow[R] = self._watching(wait, timeout, policy)
        return self._client._drive(flow, on_update, bar=bar_of(self._record.kind.name, progress))

    @raises_own
    def updates(
        self, timeout: float | Literal["default"] | None = "default", *, policy: Policy | None = None
    ) -> Iterator[Update[S]]:
        """Poll like `wait`, and yield an update after each poll, until the job is done; then call `result`."""
        return self._client._watch(self._watching(updates, timeout, policy))

    @raises_own
    def result(self) -> R:
        """Return the result of a job that is done. Raises `JobNotDone` if it is not, else what `wait` raises."""
        return self._client._drive(result(self._client._session, self._record, now=self._client._clock.now()))

    def _watching(
        self,
        flow: Callable[..., Flow[T]],
        timeout: float | Literal["default"] | None,
        policy: Policy | None,
        **more: bool,
    ) -> Flow[T]:
        polling, now = self._record.kind.polling, self._client._clock.now()
        return flow(
            self._client._session,
            self._record,
            policy_of(policy, polling),
            deadline=Deadline(seconds_of(timeout, polling.timeout), now),
            now=now,
            **more,
        )


class CancellableJob(Job[S, R]):
    """A job that can be cancelled."""

    @raises_own
    def wait(
        self,
        timeout: float | Literal["default"] | None = "default",
        *,
        on_update: Callable[[Update[S]], None] | None = None,
        policy: Policy | None = None,
        progress: bool | ProgressDisplay = False,
        cancel_on_timeout: bool = False,
    ) -> R:
        """Wait until the job is done and return its result.

        Args:
            timeout: Overall deadline in seconds; `None` waits without limit. Default: that of this kind of job.
            on_update: Called after each poll.
            policy: When to poll. Default: from the intervals and times of the spec.
            progress: Whether to show a line in the terminal, which needs `rich`; or a `rich.progress.Progress` to
                show it in.
            cancel_on_timeout: Whether to ask the provider at the deadline to cancel the job, which may take 5 s more.
        """
        flow: Flow[R] = self._watching(wait, timeout, policy, cancel_on_timeout=cancel_on_timeout)
        return self._client._drive(flow, on_update, bar=bar_of(self._record.kind.name, progress))

    @raises_own
    def cancel(self) -> None:
        """Ask the provider to cancel the job. A job that is done stays as it is; that is not an error."""
        return self._client._drive(cancel(self._client._session, self._record, now=self._client._clock.now()))


class Jobs(KindOfJobs[S, R]):
    """One kind of job of a client."""

    def __init__(self, client: Client, kind: JobKind[S, R]) -> None:
        self._client = client
        self._kind = kind

    def get(self, job_id: str, **values: str | int) -> Snapshot[S]:
        """Poll a job once."""
        return self.attach(job_id, **values).poll()

    @raises_own
    def attach(self, job_id: str, **values: str | int) -> Job[S, R]:
        """Return a handle for an existing job. Nothing is sent. Raises `InvalidArgument`.

        *values* are the arguments of its submit that its addresses need, where they need any.
        """
        return self._handle(attach_record(self._client._session.account, self._kind, job_id, values))

    @raises_own
    def resume(self, token: str) -> Job[S, R]:
        """Return the handle that a token was saved from. Nothing is sent. Raises `InvalidToken`."""
        return self._handle(self._resumed(token))

    @raises_own
    def send(
        self,
        submission: Submission[S, R],
        *,
        before_send: Hook | None = None,
        nothing_made: Hook | None = None,
    ) -> Job[S, R]:
        """Send a submission from `prepare` and return the handle of its job. Raises what `submit` raises.

        Args:
            submission: From `prepare`, perhaps of another process.
            before_send: Called before each attempt is sent, when the rate limit allows it. From then on the job may
                exist.
            nothing_made: Called after an attempt that certainly made no job.
        """
        return self._handle(self._sent(submission, before_send, nothing_made))

    @raises_own
    def find(self, submission: Submission[S, R], *, sent_at: float | None = None) -> Job[S, R] | None:
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
        from ..steps.look import look

        record, now = self._resumed(token), self._client._clock.now()
        flow = look(self._client._session, record, memo, policy_of(policy, self._kind.polling), now=now)
        return self._client._drive(flow)

    @raises_own
    def outcome_from_json(self, text: str | bytes) -> Outcome[Json, R, Job[S, R]]:
        """The outcome that `outcome_to_json` wrote, with the handle of its job, resumed. Its input is plain JSON.

        Nothing is sent. Raises `InvalidArgument` for any other text.
        """
        return self._outcome_in(text, self.resume)

    @raises_own
    def wait_many(
        self,
        jobs: Iterable[Job[S, R]],
        *,
        timeout: float | Literal["default"] | None = "default",
        max_in_flight: int = 1000,
        in_order: bool = False,
        on_update: Callable[[Counts], None] | None = None,
        progress: bool | ProgressDisplay = False,
        policy: Policy | None = None,
    ) -> JobBatch[Job[S, R], R, Job[S, R]]:
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
        session = self._client._session.coalescing

        how = WaitOptions(timeout=timeout, policy=policy)

        def start(_: int, job: Job[S, R]) -> Flow[R]:
            if not isinstance(job, Job):
                with self._client._provider.own_errors:
                    raise InvalidArgument(f"wait_many takes handles of jobs, not {job!r}")
            return self._waiting(session, job._record, how)

        return self._batch(jobs, start, options, self._handle)

    @raises_own
    def _received(self, body: bytes, headers: Headers, secret: Secrets | None) -> Record[S, R]:
        """The record of the job that a webhook tells of."""
        from ..waiting.webhooks.webhook import received

        webhooks: Webhooks = vars(self._client)["webhooks"]
        webhooks.verify(body, headers, secret=secret)
        record = received(self._client._session, self._kind, body)
        self._client._wake()
        return record

    def _handle(self, record: Record[S, R]) -> Job[S, R]:
        return Job(self._client, record)

    def _adopt(self, record: Record[S, R]) -> Record[S, R]:
        """Set the submit time and the base URL of a job that an operation returned."""
        record.submitted_at = self._client._clock.wall()
        record.base = self._client._session.account.variables
        return record

    def _resumed(self, token: str) -> Record[S, R]:
        return resume_record(self._client._session.account, self._kind, token)

    def _sent(self, submission: Submission[S, R], before_send: Hook | None, nothing_made: Hook | None) -> Record[S, R]:
        checked_submission(self._kind, submission)
        flow = submit(self._client._session, submission, announces=True, now=self._client._clock.now())
        record, _ = self._client._drive(flow, before_send=before_send, nothing_made=nothing_made)
        return record

    def _found(self, submission: Submission[S, R], sent_at: float | None) -> Record[S, R] | None:
        checked_submission(self._kind, submission)
        flow = find(self._client._session, submission, sent_at, now=self._client._clock.now())
        record, _ = self._client._drive(flow)
        return record

    def _referred(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a submit, with the reference by which its job can be found, if the spec says how."""
        return with_reference(self._client._session.account, self._kind, arguments)

    @raises_own
    def _submit(self, make: Callable[P, Submission[S, R]], /, *args: P.args, **kwargs: P.kwargs) -> Record[S, R]:
        submission = make(*args, **self._referred(kwargs))
        flow = submit(self._client._session, submission, now=self._client._clock.now())
        record, _ = self._client._drive(flow)
        return record

    @raises_own
    def _run(
        self, make: Callable[P, Submission[S, R]], options: WaitOptions, /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        flow = self._running(self._client._session, make(*args, **self._referred(kwargs)), options)
        bar = bar_of(self._kind.name, options.progress)
        return self._client._drive(flow, options.on_update, bar=bar)

    @raises_own
    def _run_many(
        self,
        make: Callable[..., Submission[S, R]],
        inputs: Iterable[In],
        options: BatchOptions,
        handle: Callable[[Record[S, R]], H],
    ) -> JobBatch[In, R, H]:
        session = self._client._session.coalescing
        wait = WaitOptions(timeout=options.timeout, policy=options.policy, cancel_on_timeout=options.cancel_on_timeout)

        def tagged(arguments: In) -> Submission[S, R]:
            submission = make(**self._referred(cast(dict[str, Any], arguments)))
            tag = None if options.tag is None else checked_tag(options.tag(arguments))
            return submission if tag is None else replace(submission, tag=tag)

        def start(_: int, arguments: In) -> Flow[R]:
            return deferred(lambda: self._running(session, tagged(arguments), wait))

        ledger = None if options.ledger is None else self._opened(options.ledger, options, wait, tagged)
        return self._batch(inputs, start, options, handle, ledger)

    def _opened(
        self,
        path: str | PathLike[str],
        options: BatchOptions,
        wait: WaitOptions,
        make: Callable[[Any], Submission[S, R]],
    ) -> OpenLedger[Any, R]:
        """The ledger of a batch."""
        from ..ledger.batch.opening import OpenLedger
        from ..ledger.batch.run import HowToWait

        if options.in_order:
            raise InvalidArgument("in_order needs all inputs in one process: leave it out if there is a ledger")
        check_functions(key=options.key)
        how = HowToWait(
            policy=policy_of(wait.policy, self._kind.polling),
            timeout=seconds_of(wait.timeout, self._kind.polling.timeout),
            cancel_on_timeout=wait.cancel_on_timeout,
        )
        return OpenLedger(
            path,
            self._client._session.coalescing,
            self._kind,
            how,
            make,
            key=options.key,
            max_submitting=options.max_submitting,
            max_in_flight=options.max_in_flight,
            now=self._client._clock.now,
        )

    def _running(self, session: Session, submission: Submission[S, R], options: WaitOptions) -> Flow[R]:
        now = self._client._clock.now()
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
        now, polling = self._client._clock.now(), self._kind.polling
        deadline = Deadline(seconds_of(options.timeout, polling.timeout), now)
        return wait(session, record, policy_of(options.policy, polling), deadline=deadline, is_entry=True, now=now)

    def _batch(
        self,
        inputs: Iterable[In],
        start: Callable[[int, In], Flow[R]],
        options: BatchOptions,
        handle: Callable[[Record[S, R]], H],
        ledger: OpenLedger[In, R] | None = None,
    ) -> JobBatch[In, R, H]:
        from .batches.job_batch import JobBatch

        check_functions(on_update=options.on_update, tag=options.tag)
        bar = bar_of(self._kind.name, options.progress)
        return JobBatch(self._client, inputs, start, options, handle, bar, ledger)


class CancellableJobs(Jobs[S, R]):
    """One kind of job that can be cancelled."""

    @raises_own
    def attach(self, job_id: str, **values: str | int) -> CancellableJob[S, R]:
        """Return a handle for an existing job. Nothing is sent. Raises `InvalidArgument`.

        *values* are the arguments of its submit that its addresses need, where they need any.
        """
        return self._handle(attach_record(self._client._session.account, self._kind, job_id, values))

    @raises_own
    def resume(self, token: str) -> CancellableJob[S, R]:
        """Return the handle that a token was saved from. Nothing is sent. Raises `InvalidToken`."""
        return self._handle(self._resumed(token))

    @raises_own
    def send(
        self,
        submission: Submission[S, R],
        *,
        before_send: Hook | None = None,
        nothing_made: Hook | None = None,
    ) -> CancellableJob[S, R]:
        """Send a submission from `prepare` and return the handle of its job. Raises what `submit` raises.

        Args:
            submission: From `prepare`, perhaps of another process.
            before_send: Called before each attempt is sent, when the rate limit allows it. From then on the job may
                exist.
            nothing_made: Called after an attempt that certainly made no job.
        """
        return self._handle(self._sent(submission, before_send, nothing_made))

    @raises_own
    def find(self, submission: Submission[S, R], *, sent_at: float | None = None) -> CancellableJob[S, R] | None:
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
    def outcome_from_json(self, text: str | bytes) -> Outcome[Json, R, CancellableJob[S, R]]:
        """The outcome that `outcome_to_json` wrote, with the handle of its job, resumed. Its input is plain JSON.

        Nothing is sent. Raises `InvalidArgument` for any other text.
        """
        return self._outcome_in(text, self.resume)

    def _handle(self, record: Record[S, R]) -> CancellableJob[S, R]:
        return CancellableJob(self._client, record)


class JobsClient(Client):
    """A client with its kinds of jobs: the base of every generated blocking client."""

    @property
    def jobs(self) -> Mapping[str, Jobs[Any, Any]]:
        """The kinds of jobs by name: `client.jobs["fetch"]` is `client.fetch`."""
        return MappingProxyType({part._kind.name: part for part in vars(self).values() if isinstance(part, Jobs)})

    @raises_own
    def resume(self, token: str) -> Job[Any, Any]:
        """Return the handle that a token was saved from, of any kind of job. Nothing is sent. Raises `InvalidToken`."""
        name = kind_in(token, provider=self._provider.name)
        if name not in self.jobs:
            raise InvalidToken(f"this token cannot be used: it belongs to a job of the unknown kind {name!r}")
        return self.jobs[name].resume(token)
