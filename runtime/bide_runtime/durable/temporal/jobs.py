"""Jobs in workflows: the calls that a workflow makes, each of which is one or two activities."""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, NoReturn

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ActivityError, RetryState, TimeoutError, is_cancelled_exception

from ...calls.account import seconds_of
from ...errors.client import ClientError, InvalidArgument
from ...errors.own import OwnErrors
from ...jobs.errors import JobCancelled, JobExpired, JobFailed, JobTimeout
from ...jobs.kind import JobKind
from ...jobs.state import State
from ...jobs.token import checked_tag, kind_in
from ...steps.result_json import read_value
from ...steps.text import dumps, read
from ...waiting.submits.submit_reply import raise_uncertain
from ..package import Package, package_named
from .failure import error_in, raised_in_workflow
from .outside import outside
from .steps import (
    HEARTBEAT_TIMEOUT,
    SENDING,
    Cancel,
    Ended,
    LookAt,
    Submit,
    Submitted,
    activity_name,
    key_of,
)

ATTEMPT = timedelta(minutes=10)
"""The longest time that one attempt of an activity may take, with the waits for rate limits in it."""

GRACE = 60.0
"""Seconds after the deadline for a last look, if no worker was there."""

CANCEL_TIMEOUT = timedelta(minutes=5)


async def run_job(
    package: str,
    job: str,
    arguments: Mapping[str, Any],
    *,
    timeout: float | Literal["default"] | None = "default",
    cancel_on_timeout: bool = False,
    tag: str | None = None,
    task_queue: str | None = None,
    search_attributes: bool = False,
) -> Any:
    """Submit a job, wait for it, and return its result: a model of the package.

    If the workflow is cancelled, the provider is asked to cancel the job, where it can.

    Args:
        package: The import name of a generated package, such as `acme_client`.
        job: The kind of job: its name in the client, such as `fetch`.
        arguments: Those of its `submit`, as JSON has them.
        timeout: Overall deadline in seconds; `None` waits without limit. Default: that of this kind of job.
        cancel_on_timeout: Whether to ask the provider at the deadline to cancel the job.
        tag: A text of your own, for the job's token.
        task_queue: Where the workers with the provider's activities listen. Default: where the workflow's do.
        search_attributes: Whether the workflow gets `BideJobId` and `BideState`, which the namespace must have as
            keywords. The memo has them in any case.

    Raises:
        What `run` of the package raises. A workflow that does not catch it fails with it.
    """
    calls = _Calls(package, job, task_queue, search_attributes)
    end, wait = calls.deadline(timeout)
    submitted = await calls.submit(arguments, tag, end)
    return await calls.wait(submitted, end, wait, cancel_on_timeout=cancel_on_timeout)


async def submit_job(
    package: str,
    job: str,
    arguments: Mapping[str, Any],
    *,
    timeout: float | Literal["default"] | None = "default",
    tag: str | None = None,
    task_queue: str | None = None,
    search_attributes: bool = False,
) -> Submitted:
    """Submit a job, once. The arguments are those of `run_job`, and *timeout* is for the submit alone."""
    calls = _Calls(package, job, task_queue, search_attributes)
    return await calls.submit(arguments, tag, calls.deadline(timeout)[0])


async def wait_job(
    package: str,
    job: Submitted | str,
    *,
    timeout: float | Literal["default"] | None = "default",
    cancel_on_timeout: bool = False,
    task_queue: str | None = None,
    search_attributes: bool = False,
) -> Any:
    """Wait for a job from `submit_job`, or for that of a token, and return its result. Like `run_job` otherwise."""
    submitted = job if isinstance(job, Submitted) else Submitted("", job, State.PENDING.value)
    calls = _Calls(package, _kind_of(package, submitted.token), task_queue, search_attributes)
    return await calls.wait(submitted, *calls.deadline(timeout), cancel_on_timeout=cancel_on_timeout)


async def cancel_job(package: str, job: Submitted | str, *, task_queue: str | None = None) -> None:
    """Ask the provider to cancel a job. One that is over stays as it is; that is not an error."""
    token = job.token if isinstance(job, Submitted) else job
    calls = _Calls(package, _kind_of(package, token), task_queue)
    if calls.kind.lifecycle.cancel is None:
        calls.refuse(InvalidArgument(f"{calls.kind.name} jobs cannot be cancelled"))
    try:
        await calls.cancel(token)
    except ActivityError as failure:
        calls.raise_own(failure)


@dataclass
class _Calls:
    """The calls for one kind of job."""

    package_name: str
    job: str
    task_queue: str | None
    search_attributes: bool = False

    def __post_init__(self) -> None:
        self.package = _package(self.package_name)
        try:
            self.kind: JobKind[Any, Any] = self.package.kind(self.job)
        except InvalidArgument as error:
            raise raised_in_workflow(self.package, None, error) from None

    def deadline(self, timeout: float | Literal["default"] | None) -> tuple[float | None, float | None]:
        """The end of a wait that begins now, in seconds since 1970, and how long it is."""
        try:
            seconds = seconds_of(timeout, self.kind.polling.timeout)
        except ClientError as error:
            self.refuse(error)
        return (None, None) if seconds is None else (_now() + seconds, seconds)

    async def submit(self, arguments: Mapping[str, Any], tag: str | None, deadline: float | None) -> Submitted:
        """Submit a job, once. If the workflow is cancelled meanwhile, so is the job."""
        has_keys = self.kind.submit.has_keys
        limits = [] if deadline is None else [max(deadline - _now(), 0.001)]
        if has_keys:
            limits.append(self.kind.submit.key_is_good_for)
        try:
            dumps(dict(arguments))
            asked = Submit(self.job, dict(arguments), checked_tag(tag))
        except (ClientError, TypeError, ValueError) as error:
            said = error.message if isinstance(error, ClientError) else str(error)
            self.refuse(InvalidArgument(f"arguments of a job in a workflow are JSON values, by name: {said}"))
        task = workflow.start_activity(
            activity_name(self.package.provider, "submit"),
            asked,
            result_type=Submitted,
            task_queue=self.task_queue,
            schedule_to_close_timeout=timedelta(seconds=min(limits)) if limits else None,
            start_to_close_timeout=ATTEMPT,
            heartbeat_timeout=timedelta(seconds=HEARTBEAT_TIMEOUT),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        try:
            submitted: Submitted = await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            await self._cancelled_during(task)
            raise
        except ActivityError as failure:
            self._not_submitted(failure)
        self._note(submitted.job_id, submitted.state)
        return submitted

    async def wait(
        self, submitted: Submitted, deadline: float | None, timeout: float | None, *, cancel_on_timeout: bool
    ) -> Any:
        """The result of a job."""
        if submitted.result is not None:
            return self._result(submitted.result)
        polling = self.kind.polling
        left = None if deadline is None else timedelta(seconds=max(deadline - _now(), 0.0) + GRACE)
        # What another worker takes over is not polled sooner than the minimum interval after the last poll.
        between = timedelta(seconds=max(polling.min_interval, 1.0))
        try:
            ended = await workflow.execute_activity(
                activity_name(self.package.provider, "look"),
                LookAt(self.job, submitted.token, deadline, timeout),
                result_type=Ended,
                task_queue=self.task_queue,
                schedule_to_close_timeout=left,
                start_to_close_timeout=ATTEMPT,
                heartbeat_timeout=timedelta(seconds=HEARTBEAT_TIMEOUT),
                retry_policy=RetryPolicy(initial_interval=between, backoff_coefficient=1.0, maximum_interval=between),
                summary=f"{self.job} {submitted.job_id}".strip(),
            )
        except (ActivityError, asyncio.CancelledError) as failure:
            if is_cancelled_exception(failure):
                await self._cancel_if_possible(submitted.token)
                raise
            await self._not_ended(submitted, failure, timeout, cancel_on_timeout)
        self._note(submitted.job_id, ended.state)
        return self._result(ended.result)

    async def cancel(self, token: str) -> None:
        """Ask the provider to cancel a job."""
        await workflow.execute_activity(
            activity_name(self.package.provider, "cancel"),
            Cancel(self.job, token),
            task_queue=self.task_queue,
            schedule_to_close_timeout=CANCEL_TIMEOUT,
            start_to_close_timeout=CANCEL_TIMEOUT,
            heartbeat_timeout=timedelta(seconds=HEARTBEAT_TIMEOUT),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
        )

    def refuse(self, error: ClientError) -> NoReturn:
        """Let the workflow fail with an error of its own."""
        raise raised_in_workflow(self.package, self.kind, error) from None

    def raise_own(self, failure: BaseException) -> NoReturn:
        """Raise the package's own error in the failure of an activity, or else the failure."""
        error = error_in(self.package, failure)
        if error is None:
            raise failure
        raise raised_in_workflow(self.package, self.kind, error) from failure

    async def _cancelled_during(self, task: workflow.ActivityHandle[Submitted]) -> None:
        """Cancel the job of a submit that could not be stopped any more."""
        try:
            submitted = await task
        except ActivityError:
            return
        self._note(submitted.job_id, submitted.state)
        await self._cancel_if_possible(submitted.token)

    async def _cancel_if_possible(self, token: str) -> None:
        if self.kind.lifecycle.cancel is None or not token:
            return
        try:
            await self.cancel(token)
        except ActivityError as failure:
            workflow.logger.warning("the provider was not asked to cancel the job: %s", failure.cause)

    def _not_submitted(self, failure: ActivityError) -> NoReturn:
        """Raise why there is no job, or that nobody knows whether there is."""
        timeout = _timeout_in(failure)
        if timeout is None:
            self.raise_own(failure)
        if SENDING not in timeout.last_heartbeat_details:
            self.refuse(JobTimeout(f"the {self.job} job was not submitted before the deadline"))
        info = workflow.info()
        key = key_of(info.namespace, info.workflow_id, info.run_id, failure.activity_id)
        try:
            has_keys = self.kind.submit.has_keys
            raise_uncertain(self.kind, key if has_keys else None, "no attempt got a reply before the deadline", None)
        except ClientError as error:
            raise raised_in_workflow(self.package, self.kind, error) from failure

    async def _not_ended(
        self, submitted: Submitted, failure: BaseException, timeout: float | None, cancel_on_timeout: bool
    ) -> NoReturn:
        """Raise how the job ended without a result, or why it was not waited for any longer."""
        error = error_in(self.package, failure)
        if error is None and _has_timed_out(failure):
            after = "" if timeout is None else f" after {timeout:g} s"
            advice = "It may still be running: wait for error.token again, as in wait_job(package, error.token)"
            error = JobTimeout(f"no worker told how the job ended{after}", advice=advice)
            error.about(submitted.job_id, submitted.token)
        if isinstance(error, JobTimeout) and cancel_on_timeout:
            await self._cancel_if_possible(submitted.token)
        if error is None:
            raise failure
        self._note(submitted.job_id, _state_of(error))
        raise raised_in_workflow(self.package, self.kind, error) from failure

    def _result(self, text: str) -> Any:
        return outside(read_value, self.kind.result, outside(read, self.kind, "result", text))

    def _note(self, job_id: str, state: str | None) -> None:
        """Show the job and its state in lists of workflows."""
        if state is None:
            return
        workflow.upsert_memo({"bide_job": f"{self.job} {job_id}".strip(), "bide_state": state})
        if self.search_attributes:
            workflow.upsert_search_attributes(
                [
                    SearchAttributeKey.for_keyword("BideJobId").value_set(job_id),
                    SearchAttributeKey.for_keyword("BideState").value_set(state),
                ]
            )


def _package(name: str) -> Package:
    """A package, loaded outside of the sandbox. Lets the workflow fail with `InvalidArgument`."""
    try:
        return outside(package_named, name)
    except InvalidArgument as error:
        raise raised_in_workflow(Package("", OwnErrors(), {}), None, error) from None


def _kind_of(package: str, token: str) -> str:
    """The kind of job of a token. Lets the workflow fail with `InvalidToken`."""
    found = _package(package)
    try:
        return outside(kind_in, token, provider=found.provider)
    except ClientError as error:
        raise raised_in_workflow(found, None, error) from None


def _now() -> float:
    return float(workflow.now().timestamp())


def _timeout_in(failure: BaseException | None) -> TimeoutError | None:
    while failure is not None and not isinstance(failure, TimeoutError):
        failure = failure.__cause__
    return failure


def _has_timed_out(failure: BaseException) -> bool:
    """Whether an activity had no time left, perhaps after failures that only said to look again."""
    return _timeout_in(failure) is not None or getattr(failure, "retry_state", None) == RetryState.TIMEOUT


def _state_of(error: ClientError) -> str | None:
    """The state of a job that ended so; `None` if the error does not say."""
    snapshot = getattr(error, "snapshot", None)
    if snapshot is not None:
        return str(snapshot.state.value)
    ends = {JobFailed: State.FAILED, JobCancelled: State.CANCELLED, JobExpired: State.EXPIRED}
    return next((state.value for cls, state in ends.items() if isinstance(error, cls)), None)
