"""What can be done with a job that exists, as flows: wait for it, look at it, fetch its result, cancel it. Sans-IO."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .conclude import conclude
from .deadline import Deadline
from .desk import Desk, Outgoing, hint_of, sent, until
from .errors import ClientError, JobNotDone, TransportError
from .exchange import PASSING, exchange
from .flow import INFO, Flow, Note
from .handle import Record, Snapshot
from .lifecycle import ResultAt
from .request import Response, path
from .schedule import Adaptive, Policy, backoff
from .watch import Watch, poll_of, take_in

S = TypeVar("S")
R = TypeVar("R")


def wait(desk: Desk, record: Record[S, R], policy: Policy, *, deadline: Deadline, now: float) -> Flow[R]:
    """Look at the job until it is done, and return its result.

    Raises `JobTimeout` at the deadline, `JobFailed`, `JobCancelled` and `JobExpired` for how the job ended, and at once
    any error that will not pass by itself.
    """
    with _about(record):
        watch = Watch(desk, record, policy, deadline)
        now = yield from watch.until_final(now)
        return (yield from conclude(watch, now))


def updates(desk: Desk, record: Record[S, R], policy: Policy, *, deadline: Deadline, now: float) -> Flow[None]:
    """Look at the job until it is done, like `wait`, and leave its result alone."""
    with _about(record):
        yield from Watch(desk, record, policy, deadline).until_final(now)


def poll(desk: Desk, record: Record[S, R], *, now: float) -> Flow[Snapshot[S]]:
    """Look at the job once, trying again after a fault as any call does. A final snapshot is not asked for again."""
    with _about(record):
        if not record.state.is_final or record.snapshot is None:
            reply = yield from _polled(desk, record, now=now)
            take_in(desk, record, reply)
        assert record.snapshot is not None
        return record.snapshot


def result(desk: Desk, record: Record[S, R], *, now: float) -> Flow[R]:
    """The result of a job that is done, looking at the job once if that is not known yet.

    Raises `JobNotDone` if it is still going, and what `wait` raises for how it ended.
    """
    with _about(record):
        at_its_own_address = isinstance(record.kind.lifecycle.result, ResultAt)
        if not record.state.is_final or (record.snapshot is None and not at_its_own_address):
            yield from poll(desk, record, now=now)
        if not record.state.is_final:
            said = f"the job is still {record.status or record.state.value!r}, so there is no result yet; use wait()"
            raise JobNotDone(said, snapshot=record.snapshot)
        watch = Watch(desk, record, Adaptive(record.kind.polling), Deadline(desk.account.timeout, now))
        return (yield from conclude(watch, now))


def cancel(desk: Desk, record: Record[Any, Any], *, deadline: Deadline | None = None, now: float) -> Flow[None]:
    """Ask the provider to cancel the job. One that is over already stays as it is, and that is no error."""
    assert record.kind.lifecycle.cancel is not None
    method, template = record.kind.lifecycle.cancel
    request = desk.account.request_to(method, desk.account.base_url + path(template, {"job_id": record.id}))
    with _about(record):
        # Cancelling twice is cancelling once.
        outgoing = Outgoing(request=request, bucket=f"{method} {template}")
        at = {} if deadline is None else {"deadline": deadline.at}
        yield from exchange(desk, outgoing, repeatable=True, now=now, **at)
        yield Note(INFO, "job %s: asked the provider to cancel it", (record.id,))


@contextmanager
def _about(record: Record[Any, Any]) -> Iterator[None]:
    """Whatever is raised inside tells which job it is about."""
    try:
        yield
    except ClientError as error:
        if record.id:
            error.about(record.id, record.token)
        raise


def _polled(desk: Desk, record: Record[Any, Any], *, now: float) -> Flow[Response]:
    """The reply to one poll, tried again after a fault, never sooner than the floor allows."""
    account, due, tries = desk.account, now, 0
    while True:
        now = yield from until(max(due, desk.floor.claim(record, due)), now)
        seen = yield from sent(desk, poll_of(desk, record), patience=account.timeout, attempt=tries + 1, now=now)
        assert seen is not None
        assert seen.reply is not None
        desk.floor.polled(record, seen.now)
        now, reply, tries = seen.now, seen.reply, tries + 1
        if isinstance(reply, Response) and reply.status not in PASSING:
            return reply
        failure = reply if isinstance(reply, TransportError) else account.api_error(reply)
        if tries > account.max_retries or hint_of(failure) > account.timeout:
            raise failure
        due = now + max(backoff(tries, chance=account.chance()), hint_of(failure))
