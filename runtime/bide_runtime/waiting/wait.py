"""What can be done with a job that exists, as flows: wait for it, look at it, fetch its result, cancel it. Sans-IO."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, TypeVar

from ..errors.client import ClientError
from ..errors.transport import TransportError
from ..jobs.errors import JobNotDone, JobTimeout
from ..jobs.record import Record
from ..jobs.snapshot import Snapshot
from ..models.codec import NotJson
from .deadline import Deadline
from .flow import INFO, Created, Flow, Log, Received
from .links import bucket_of, url_of
from .policy import Adaptive, Policy, backoff
from .poller import Poller, may_not_be_visible_yet, poll_of, read_poll
from .result import result_of
from .retry import TRANSIENT, send_with_retries
from .session import Outgoing, Session, retry_after_of, sent, until

S = TypeVar("S")
R = TypeVar("R")


_CANCEL_WITHIN = 5.0
"""How long a wait that has ended may take to ask for the job to be cancelled, in seconds."""


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
    """Look at the job until it is done, and return its result. As an entry of a batch, the job is told of first.

    Raises `JobTimeout` at the deadline, `JobFailed`, `JobCancelled` and `JobExpired` for how the job ended, and at once
    any error that will not pass by itself. With *cancel_on_timeout* the job is cancelled at the deadline.
    """
    if is_entry:
        yield Created(record)
    try:
        poller = Poller(session, record, policy, deadline)
        now = yield from poller.until_final(now)
        return (yield from result_of(poller, now))
    except ClientError as error:
        # The deadline is over, so the time is known without asking for it.
        if isinstance(error, JobTimeout) and cancel_on_timeout and not record.state.is_final:
            yield from _cancelled(session, record, error, deadline.at)
        _tell_about(record, error)
        raise


def updates(session: Session, record: Record[S, R], policy: Policy, *, deadline: Deadline, now: float) -> Flow[None]:
    """Look at the job until it is done, like `wait`, and leave its result alone."""
    with _about(record):
        yield from Poller(session, record, policy, deadline).until_final(now)


def poll(session: Session, record: Record[S, R], *, now: float) -> Flow[Snapshot[S]]:
    """Look at the job once, trying again after a fault as any call does. A final snapshot is not asked for again."""
    with _about(record):
        if not record.state.is_final or record.snapshot is None:
            yield from _polled(session, record, now=now)
        assert record.snapshot is not None
        return record.snapshot


def result(session: Session, record: Record[S, R], *, now: float) -> Flow[R]:
    """The result of a job that is done, looking at the job once if that is not known yet.

    Raises `JobNotDone` if it is still going, and what `wait` raises for how it ended.
    """
    with _about(record):
        if not record.is_settled:
            yield from poll(session, record, now=now)
        if not record.state.is_final:
            said = f"the job is still {record.status or record.state.value!r}, so there is no result yet; use wait()"
            raise JobNotDone(said, snapshot=record.snapshot)
        poller = Poller(session, record, Adaptive(record.kind.polling), Deadline(session.account.timeout, now))
        return (yield from result_of(poller, now))


def cancel(session: Session, record: Record[Any, Any], *, deadline: Deadline | None = None, now: float) -> Flow[None]:
    """Ask the provider to cancel the job. One that is over already stays as it is, and that is no error."""
    assert record.kind.lifecycle.cancel is not None
    method, at = record.kind.lifecycle.cancel
    with _about(record):
        request = session.account.request_to(method, url_of(session.account, record, "cancel", at))
        # Cancelling twice is cancelling once.
        patience = record.kind.lifecycle.timeouts.get("cancel")
        outgoing = Outgoing(request=request, bucket=bucket_of(method, at), timeout=patience)
        end = inf if deadline is None else deadline.at
        yield from send_with_retries(session, outgoing, idempotent=True, deadline=end, now=now)
        yield Log(INFO, "job %s: asked the provider to cancel it", (record.id,))


def _cancelled(session: Session, record: Record[Any, Any], error: JobTimeout, now: float) -> Flow[None]:
    """Cancel a job that was waited for in vain. If that does not work, the wait's own error says so."""
    try:
        yield from cancel(session, record, deadline=Deadline(_CANCEL_WITHIN, now), now=now)
        error.advice = "the provider was asked to cancel the job"
    except ClientError as failure:
        error.advice += f" (it could not be cancelled: {failure.message})"


@contextmanager
def _about(record: Record[Any, Any]) -> Iterator[None]:
    """Whatever is raised inside tells which job it is about."""
    try:
        yield
    except ClientError as error:
        _tell_about(record, error)
        raise


def _tell_about(record: Record[Any, Any], error: ClientError) -> None:
    if record.id:
        error.about(record.id, record.token)


def _polled(session: Session, record: Record[Any, Any], *, now: float) -> Flow[None]:
    """One poll, tried again after a fault, never sooner than the floor allows."""
    account, tries, due = session.account, 0, now
    while True:
        now = yield from until(due, now)
        poll = poll_of(session, record)
        seen = yield from sent(session, poll, patience=account.timeout, attempt=tries + 1, polled=record, now=now)
        assert seen is not None
        now, tries = seen.now, tries + 1
        failure = _fault_in(session, record, seen)
        if failure is None:
            return
        if tries > account.max_retries or retry_after_of(failure) > account.timeout:
            raise failure
        due = now + max(backoff(tries, jitter=account.jitter()), retry_after_of(failure))


def _fault_in(session: Session, record: Record[Any, Any], seen: Received) -> ClientError | None:
    """Take in what a poll brought; what went wrong if that may pass. Raises what does not pass."""
    reply = seen.reply
    if isinstance(reply, TransportError):
        return reply
    if isinstance(reply, ClientError):
        raise reply
    assert reply is not None
    if reply.status in TRANSIENT or (reply.status == 404 and may_not_be_visible_yet(session, record)):
        return session.account.api_error(reply)
    try:
        retry_after = read_poll(session, record, reply)
    except NotJson as error:
        return error
    record.asked_to_wait(seen.now, max(retry_after, session.account.retry_after(reply)))
    return None
