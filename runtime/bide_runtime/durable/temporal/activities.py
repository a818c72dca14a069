"""The activities of one client: submit, look, cancel. Each is one step; when it is tried again is Temporal's to do."""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from math import inf
from typing import Any, TypeVar

from msgspec.structs import replace
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from ...clients.jobs.async_job import AsyncJob
from ...clients.jobs.async_jobs import AsyncJobsOf
from ...clients.jobs.async_jobs_client import AsyncJobsClient
from ...errors.client import ClientClosed, ClientError, InvalidArgument
from ...errors.decode import DecodeError
from ...errors.transport import TransportError
from ...http.errors import ApiError
from ...jobs.errors import JobError, SubmitUncertain
from ...waiting.deadline import SAME_TIME
from ...waiting.policies.policy import Adaptive
from ...waiting.retry import may_send_again
from ...waiting.session import retry_after_of
from ...waiting.submits.reference import reference_in
from ...waiting.submits.submission import Submission
from ...waiting.submits.submit_reply import raise_uncertain
from ..again import may_be_tried_again
from ..deadline import Until, timed_out
from .failure import failure_of
from .heart import Heart, beating
from .steps import SENDING, Cancel, Ended, LookAt, Submit, Submitted, activity_name, key_of

T = TypeVar("T")


def activities(client: AsyncJobsClient) -> list[Callable[..., Any]]:
    """The activities for all kinds of jobs of an asyncio client, for `Worker(activities=...)`.

    Their names begin with that of the provider, so a worker can have those of several. The client stays open as long as
    the worker runs.
    """
    if not isinstance(client, AsyncJobsClient):
        raise InvalidArgument(f"a worker needs an asyncio client, such as AsyncAcme(), not {client!r:.80}")
    steps, provider = _Steps(client), client._provider.name
    named: list[Callable[..., Any]] = []

    async def submit(asked: Submit) -> Submitted:
        return await _to_its_end(steps.submit(asked))

    async def look(asked: LookAt) -> Ended:
        return await steps.look(asked)

    async def cancel(asked: Cancel) -> None:
        await steps.cancel(asked)

    for step in (submit, look, cancel):
        named.append(activity.defn(name=activity_name(provider, step.__name__))(step))
    return named


class _Steps:
    """The steps of one client's jobs."""

    def __init__(self, client: AsyncJobsClient) -> None:
        self._client = client

    async def submit(self, asked: Submit) -> Submitted:
        """Submit a job, at most once where the provider has no idempotency keys.

        That the request is about to leave is told to the server, which has stored it when it answers. So a second
        attempt knows whether there is anything to be unsure of, and one that the server has given up sends nothing.
        What may exist is searched for, if the provider has a list for that.
        """
        jobs, info = self._jobs(asked.job), activity.info()
        with _failing(jobs):
            submission = _prepared(jobs, asked)
            heart, has_key = Heart(info.heartbeat_details), jobs.facts.has_idempotency_keys
            may_exist = SENDING in info.heartbeat_details

            async def nothing_made() -> None:
                if not may_exist:  # this attempt says nothing of the last
                    await heart.tell()

            async with beating(heart.beat):
                try:
                    job = None
                    if may_exist and not has_key:
                        job = await _found(jobs, submission, info.heartbeat_details)
                        may_exist = False
                    if job is None:
                        job = await jobs.send(
                            submission,
                            before_send=lambda: heart.tell(SENDING, f"{self._client._clock.wall()}"),
                            nothing_made=nothing_made,
                        )
                except ClientError as error:
                    if may_be_tried_again(error, has_key=has_key):
                        raise failure_of(jobs._kind, error, later=retry_after_of(error)) from None
                    if may_exist and not isinstance(error, SubmitUncertain):
                        raise_uncertain(jobs._kind, submission.idempotency_key, error.message, error)
                    raise
                return await _submitted(jobs, job)

    async def look(self, asked: LookAt) -> Ended:
        """Look at a job once. If it is not over, the activity fails, to be tried again when the next look is due.

        Token and memo for the next look are heartbeat details: they stay with the activity, and not in the history.
        """
        jobs, details = self._jobs(asked.job), list(activity.info().heartbeat_details)
        token, memo = (details[0], details[1]) if len(details) == 2 else (asked.token, None)
        wall = self._client._clock.wall
        deadline = inf if asked.deadline is None else asked.deadline
        policy = Until(Adaptive(jobs._kind.polling), deadline, wall)

        async def beat() -> None:
            activity.heartbeat(token, memo)

        with _failing(jobs):
            async with beating(beat):
                look = await jobs.look(token, memo, policy=policy)
            if look.is_over:
                return Ended(look.state.value, jobs.result_to_json(look.result))
            assert look.due_at is not None
            activity.heartbeat(look.token, look.memo)
            now = wall()
            if now >= deadline - SAME_TIME or look.due_at > deadline + SAME_TIME:
                error = timed_out(
                    look, asked.timeout, "wait for error.token again, as in wait_job(package, error.token)"
                )
                error.about(jobs.resume(look.token).id, look.token)
                raise error
            raise ApplicationError(
                f"{look.status or look.state.value}, look again",
                type="NotOver",
                next_retry_delay=timedelta(seconds=max(look.due_at - now, 0.001)),
                category=ApplicationErrorCategory.BENIGN,
            )

    async def cancel(self, asked: Cancel) -> None:
        """Ask the provider to cancel a job. One that is over stays as it is."""
        jobs = self._jobs(asked.job)
        with _failing(jobs):
            try:
                await jobs.resume(asked.token).cancel()  # type: ignore[attr-defined]  # the workflow has checked it
            except ClientError as error:
                if may_be_tried_again(error, has_key=True):
                    raise failure_of(jobs._kind, error, later=retry_after_of(error)) from None
                raise

    def _jobs(self, job: str) -> AsyncJobsOf[Any, Any, AsyncJob[Any, Any]]:
        """The kind of jobs of this name."""
        if job not in self._client.jobs:
            message = f"the package of this worker has no jobs of the kind {job!r}: install a newer one"
            raise ApplicationError(message, type="UnknownKind")
        return self._client.jobs[job]


async def _to_its_end(step: Coroutine[Any, Any, T]) -> T:
    """The result of a step that goes on when its worker is shut down: a submit under way is worth waiting for."""
    task = asyncio.ensure_future(step)
    while True:
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.done():
                raise


def _prepared(jobs: AsyncJobsOf[Any, Any, AsyncJob[Any, Any]], asked: Submit) -> Submission[Any, Any]:
    """The submission, with the same idempotency key in each attempt of this activity."""
    try:
        submission = jobs.prepare(**asked.arguments)  # type: ignore[attr-defined]  # of each generated kind
    except TypeError as error:
        raise InvalidArgument(f"these are not the arguments of {asked.job}: {error}") from error
    if jobs.facts.has_idempotency_keys and asked.arguments.get("idempotency_key") is None:
        info = activity.info()
        key = key_of(info.namespace, info.workflow_id or "", info.workflow_run_id or "", info.activity_id)
        submission = replace(submission, idempotency_key=key)
    return submission if asked.tag is None else replace(submission, tag=asked.tag)


async def _found(
    jobs: AsyncJobsOf[Any, Any, AsyncJob[Any, Any]], submission: Submission[Any, Any], details: Sequence[Any]
) -> AsyncJob[Any, Any] | None:
    """The job of the last attempt; `None` if it made none. Raises `SubmitUncertain` if nobody can know."""
    kind, reference = jobs._kind, reference_in(submission)
    try:
        if reference is None:
            why = "the worker ended, or lost its connection to Temporal, while the submit was under way"
            raise_uncertain(kind, None, why, None)
        try:
            return await jobs.find(submission, sent_at=float(details[1]))
        except (ApiError, TransportError, DecodeError) as error:
            if may_send_again(error, idempotent=True):
                raise failure_of(kind, error, later=retry_after_of(error)) from None
            raise_uncertain(kind, None, f"the search for it failed: {error.message}", error, reference=reference)
    except SubmitUncertain as error:
        # Not to be searched for again.
        raise failure_of(kind, jobs._own_errors.of(error)) from None


async def _submitted(jobs: AsyncJobsOf[Any, Any, AsyncJob[Any, Any]], job: AsyncJob[Any, Any]) -> Submitted:
    """What is known of a job after its submit; with its result, if that takes no waiting. Raises how it ended."""
    result = None
    if job.is_done:
        try:
            result = jobs.result_to_json(await job.result())
        except JobError:
            raise
        except ClientError:
            if not job.id:
                raise
    return Submitted(job.id, job.token if job.id else "", job.state.value, result)


@contextmanager
def _failing(jobs: AsyncJobsOf[Any, Any, AsyncJob[Any, Any]]) -> Iterator[None]:
    """Let the activity fail with the package's own error, and not be tried again.

    Another worker can go on after one that is being shut down.
    """
    try:
        yield
    except ClientClosed as error:
        raise failure_of(jobs._kind, error, later=retry_after_of(error)) from None
    except ClientError as error:
        raise failure_of(jobs._kind, error) from None
