"""Flows for a job that exists: wait, poll, fetch the result, cancel. Sans-IO."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, TypeVar

from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..http.errors import ApiError
from ..jobs.errors import JobNotDone, JobTimeout
from ..jobs.record import Record
from ..jobs.snapshot import Snapshot
from .deadline import Deadline
from .flow import INFO, Created, Flow, Log
from .policies.policy import Adaptive, Policy, backoff
from .poll import poll_of, read_poll
from .poller import Poller
from .request import request_of
from .result import result_of
from .retry import send_with_retries
from .session import Session, retry_after_of, send, sleep_until

S = TypeVar("S")
R = TypeVar("R")


_CANCEL_TIMEOUT = 5.0
"""Seconds that `cancel_on_timeout` may take after the deadline."""


def wait(
    session: Session,
    record: Record[S, R],
    policy: Policy,
    *,
    deadline: Deadline,
    cancel_on_timeout: bool = False,
    is_entry: bool = False,
    now: float,
) -> Flow[R]:
    """Poll the job until it is final, and return its result. With *is_entry*, yields `Created` first, for a batch.

    Raises `JobTimeout` at the deadline, `JobFailed`, `JobCancelled` and `JobExpired` for how the job ended, and at once
    any error that is not transient. With *cancel_on_timeout* the job is cancelled at the deadline.
    """
    if is_entry:
        yield Created(record)
    try:
        poller = Poller(session, record, policy, deadline)
        now = yield from poller.until_final(now)
        return (yield from result_of(poller, now))
    except ClientError as error:
        if isinstance(error, JobTimeout) and cancel_on_timeout and not record.state.is_final:
            # The wait may have ended before the deadline; the cancellation counts its time from the deadline.
            yield from _cancel_on_timeout(session, record, error, deadline.at)
        _add_job(record, error)
        raise


def updates(session: Session, record: Record[S, R], policy: Policy, *, deadline: Deadline, now: float) -> Flow[None]:
    """Poll the job until it is final, like `wait`, without its result."""
    with job_in_errors(record):
        yield from Poller(session, record, policy, deadline).until_final(now)


def poll(session: Session, record: Record[S, R], *, now: float) -> Flow[Snapshot[S]]:
    """Poll the job once, with retries after transient errors. A final snapshot is returned without a request."""
    with job_in_errors(record):
        if not record.state.is_final or record.snapshot is None:
            yield from _poll_with_retries(session, record, now=now)
        assert record.snapshot is not None
        return record.snapshot


def result(session: Session, record: Record[S, R], *, now: float) -> Flow[R]:
    """The result of a job that is done. Polls once unless the job is known to be done.

    Raises `JobNotDone` if it is still running, and the exceptions of `wait` for how it ended.
    """
    with job_in_errors(record):
        if not record.is_settled:
            yield from poll(session, record, now=now)
        if not record.state.is_final:
            message = f"the job is still {record.status or record.state.value!r}, so there is no result yet; use wait()"
            raise JobNotDone(message, snapshot=record.snapshot)
        poller = Poller(session, record, Adaptive(record.kind.polling), Deadline(session.account.timeout, now))
        return (yield from result_of(poller, now))


def cancel(session: Session, record: Record[Any, Any], *, deadline: Deadline | None = None, now: float) -> Flow[None]:
    """Ask the provider to cancel the job. A job that is over stays as it is; that is not an error.

    Sends nothing if the job is known to be over. If only a poll has what the request needs, a link or a value, it polls
    once; but not if there is a *deadline*, which the poll could miss.
    """
    assert record.kind.lifecycle.cancel is not None
    method, at = record.kind.lifecycle.cancel
    with job_in_errors(record):
        try:
            outgoing = None if record.state.is_final else request_of(session, record, "cancel", method, at)
        except DecodeError:
            if record.snapshot is not None or deadline is not None:
                raise
            yield from _poll_with_retries(session, record, now=now)
            outgoing = None if record.state.is_final else request_of(session, record, "cancel", method, at)
        if outgoing is None:
            yield Log(INFO, "job %s: not cancelled, because it is over (%s)", (record.id, record.status))
            return
        end = inf if deadline is None else deadline.at
        try:
            yield from send_with_retries(session, outgoing, idempotent=True, deadline=end, now=now)
        except ApiError as error:
            if error.status not in record.kind.lifecycle.cancel_over:
                raise
            yield Log(INFO, "job %s: not cancelled: %s", (record.id, error.message))
        else:
            yield Log(INFO, "job %s: asked the provider to cancel it", (record.id,))


def _cancel_on_timeout(session: Session, record: Record[Any, Any], timeout: JobTimeout, now: float) -> Flow[None]:
    """Cancel a job whose wait has timed out, and note in *timeout* whether that worked."""
    try:
        yield from cancel(session, record, deadline=Deadline(_CANCEL_TIMEOUT, now), now=now)
        timeout.advice = "The provider was asked to cancel it"
    except ClientError as error:
        timeout.advice += f" (cancelling it failed: {error.message})"


@contextmanager
def job_in_errors(record: Record[Any, Any]) -> Iterator[None]:
    """Add the job's id and token to every error that is raised inside."""
    try:
        yield
    except ClientError as error:
        _add_job(record, error)
        raise


def _add_job(record: Record[Any, Any], error: ClientError) -> None:
    if record.id:
        error.about(record.id, record.token)


def _poll_with_retries(session: Session, record: Record[Any, Any], *, now: float) -> Flow[None]:
    """Poll once, with retries after transient errors, and no sooner than min_interval allows."""
    account, attempts, due = session.account, 0, now
    while True:
        now = yield from sleep_until(due, now)
        request = poll_of(session, record)
        received = yield from send(
            session, request, timeout=account.timeout, attempt=attempts + 1, polled=record, now=now
        )
        assert received is not None
        now, attempts = received.now, attempts + 1
        polled = yield from read_poll(session, record, received.reply, now)
        error = polled.transient_error
        if error is None:
            record.note_retry_after(now, polled.retry_after)
            return
        if attempts > account.max_retries or retry_after_of(error) > account.timeout:
            raise error
        due = now + max(backoff(attempts, jitter=account.jitter()), retry_after_of(error))
