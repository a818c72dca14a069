"""One poll: its request, and how its reply changes the record of the job. Sans-IO."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from ..calls.account import Account
from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.long_poll import LongPollUntil
from ..http.request import Response
from ..jobs.kind import JobKind
from ..jobs.reading import Reading
from ..jobs.record import Record
from ..models.codec import decode_reply, json_in
from ..models.lenient import NotJson
from ..models.part import named, part_of
from .flow import WARNING, Flow, Log, saw
from .links import keep_links, keep_values, url_of
from .request import request_of
from .session import Outgoing, Session, retry_after_of

S = TypeVar("S")
R = TypeVar("R")


def poll_of(session: Session, record: Record[Any, Any], long_poll_until: LongPollUntil | None = None) -> Outgoing:
    """The request of a poll, a long poll if *long_poll_until* is given."""
    method, at = record.kind.lifecycle.poll_method, record.kind.lifecycle.poll
    outgoing = request_of(session, record, "poll", method, at)
    return outgoing if long_poll_until is None else replace(outgoing, long_poll_until=long_poll_until)


class Polled(msgspec.Struct, frozen=True, kw_only=True):
    """What a poll brought, beside the change of the record."""

    transient_error: ClientError | None = None
    retry_after: float = 0.0
    """Seconds."""
    warnings: tuple[DecodeError, ...] = ()
    """New fields that do not match the spec."""


_NO_NEWS = Polled()

_LARGE = 4096
"""Bytes. To find a few fields in a larger body takes as long as to decode all of them."""


def read_poll(session: Session, record: Record[S, R], reply: Response | ClientError | None, now: float) -> Flow[Polled]:
    """Read the reply of a poll, received at *now*, into the record.

    Raises any error that is not transient. A 404 within the not-found grace is transient. Fields that waiting does not
    need may have any value: the log tells of each once.
    """
    assert reply is not None
    if not isinstance(reply, Response):
        if isinstance(reply, TransportError | NotJson) or (isinstance(reply, ApiError) and reply.is_transient):
            # The latter is of the endpoint that issues access tokens.
            return Polled(transient_error=reply, retry_after=retry_after_of(reply))
        raise reply
    repeated = record.note_repeated(reply)
    if repeated is not None:
        return Polled(retry_after=repeated) if repeated else _NO_NEWS
    account, status_before, state_before = session.account, record.status, record.state
    retry_after = account.retry_after(reply)
    is_early = reply.status == 404 and _may_not_be_visible_yet(session, record, now)
    if reply.status >= 400 and (is_early or account.arrival(reply.status)):
        return Polled(transient_error=account.api_error(reply), retry_after=retry_after)
    is_first = record.snapshot is None
    try:
        retry_after = max(read_snapshot(session.account, record, reply), retry_after)
    except (NotJson, ApiError) as error:
        if isinstance(error, ApiError) and not error.is_transient:
            raise
        return Polled(transient_error=error, retry_after=retry_after)
    is_news = is_first or record.status != status_before
    if record.status != status_before or record.state is not state_before or (is_first and record.status is None):
        yield saw(record)
    if not is_news and not retry_after:
        return _NO_NEWS
    return Polled(retry_after=retry_after, warnings=(yield from _misfits(record)) if is_news else ())


def _misfits(record: Record[Any, Any]) -> Flow[tuple[DecodeError, ...]]:
    """The first field of the last reply that does not match the spec, if the user was not told of it yet."""
    snapshot = record.snapshot
    if snapshot is None:
        return ()
    try:
        # While the job runs, thousands of bodies that nobody may ask for would fill the memory.
        _ = snapshot.body if record.state.is_final else snapshot._decoded()
    except DecodeError as error:
        if error.path not in record.told:
            record.told |= {error.path}
            error.about(record.id, record.token if record.id else "")
            yield Log(WARNING, "job %s: %s; waiting goes on without this field", (record.id, error.message))
            return (error,)
    return ()


def _may_not_be_visible_yet(session: Session, record: Record[Any, Any], now: float) -> bool:
    """Whether a 404 may mean that the job is not visible yet: it is within its not-found grace."""
    grace = record.kind.polling.not_found_grace
    age = record.age(now, session.account.wall()) if grace else None
    return age is not None and age <= grace


def read_snapshot(account: Account, record: Record[S, R], reply: Response) -> float:
    """Read a poll reply, or a webhook, into the record; returns its retry_after field in seconds.

    Raises `ApiError` for a status that the spec does not accept, or if the body is an error of the provider instead;
    `NotJson` for a truncated body, and `DecodeError`.
    """
    lifecycle = record.kind.lifecycle
    if lifecycle.link:
        url = url_of(account, record, "poll", lifecycle.poll)
    try:
        if reply.status in lifecycle.codes:
            retry_after = _read_by_code(account, record, reply)
        elif reply.status in lifecycle.accepts:
            reading, facts = reading_in(record.kind, reply)
            record.note_reading(reading, facts, reply, own_errors=account.provider.own_errors)
            retry_after = lifecycle.retry_after_in(facts) if lifecycle.retry_after else 0.0
        else:
            raise account.api_error(reply)
    except DecodeError as error:
        account.raise_undecoded(error, reply)
    if record.snapshot is not None and record.snapshot.reply is not reply:
        return retry_after  # an older one: the final state is known already, and so are its addresses
    if lifecycle.link:
        keep_links(record, reply, url)
    if lifecycle.values:
        keep_values(record, reply)
    return retry_after


def _read_by_code(account: Account, record: Record[S, R], reply: Response) -> float:
    """Read a reply whose HTTP status is the job's status. Its body must match the spec only if it is the result.

    Raises `NotJson` for a truncated result, and `DecodeError`.
    """
    kind, lifecycle, state = record.kind, record.kind.lifecycle, record.kind.lifecycle.codes[reply.status]
    if state.has_result and lifecycle.result == ():
        decode_reply(kind.result, reply)
    elif state.has_result and isinstance(lifecycle.result, tuple):
        decode_reply(part_of(kind.snapshot, frozenset({lifecycle.result})), reply)
    try:
        facts = decode_reply(kind.facts, reply)
    except DecodeError:
        facts = None
    has_failed = state.is_final and not state.has_result
    has_message = lifecycle.error_in(facts)[1] is not None
    error = account.said(reply) if has_failed and not has_message else None
    own_errors = account.provider.own_errors
    record.note_reading(lifecycle.read(facts, reply.status), facts, reply, error, own_errors)
    return lifecycle.retry_after_in(facts)


def reading_in(kind: JobKind[S, R], reply: Response) -> tuple[Reading, Any]:
    """The status in a poll reply, and the part of it that a wait uses. Other fields may have any value.

    A reply without a status that the spec lists may be no reply of a poll at all, so it must match its type as a whole.

    Raises `NotJson` and `DecodeError`.
    """
    reading = kind.lifecycle.read(facts := _facts_in(kind, reply))
    if not reading.is_known:
        decode_reply(kind.snapshot, reply)
    return reading, facts


def _facts_in(kind: JobKind[Any, Any], reply: Response) -> Any:
    """The part that a wait uses: of a large reply the whole, if that matches its type."""
    if len(reply.body) > _LARGE:
        try:
            return decode_reply(kind.snapshot, reply)
        except DecodeError:
            pass  # in a field that a wait does not use, perhaps
    try:
        return decode_reply(kind.facts, reply)
    except NotJson:
        raise
    except DecodeError:
        decode_reply(kind.needed, reply)
        return named(kind.snapshot, json_in(reply))
