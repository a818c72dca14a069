"""The handle of one job of a blocking client.

The asyncio twin differs only by `await`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

from ...calls.account import seconds_of
from ...errors.own import raises_own
from ...jobs.handle import Handle
from ...jobs.record import Record
from ...jobs.snapshot import Snapshot, Update
from ...process import OfOneProcess
from ...waiting.deadline import Deadline
from ...waiting.flow import Flow
from ...waiting.policies.policy import Policy
from ...waiting.wait import cancel, poll, result, updates, wait
from ..client import Client
from ..options import policy_of
from ..progress import ProgressDisplay, bar_of

if TYPE_CHECKING:
    pass

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
