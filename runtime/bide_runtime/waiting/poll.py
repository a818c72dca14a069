"""One poll: its request, and how its reply changes the record of the job. Sans-IO."""

from __future__ import annotations

from types import NoneType
from typing import Any, TypeVar

from msgspec.structs import replace

from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.long_poll import LongPollUntil
from ..http.request import Response
from ..jobs.record import Record
from ..models.codec import decode_reply
from ..models.lenient import NotJson
from .links import keep_links, keep_values, url_of
from .request import request_of
from .session import Outgoing, Session

S = TypeVar("S")
R = TypeVar("R")


def poll_of(session: Session, record: Record[Any, Any], long_poll_until: LongPollUntil | None = None) -> Outgoing:
    """The request of a poll, a long poll if *long_poll_until* is given."""
    method, at = record.kind.lifecycle.poll_method, record.kind.lifecycle.poll
    outgoing = request_of(session, record, "poll", method, at)
    return outgoing if long_poll_until is None else replace(outgoing, long_poll_until=long_poll_until)


def read_poll(
    session: Session, record: Record[S, R], reply: Response | ClientError | None, now: float
) -> tuple[ClientError | None, float]:
    """Read the reply of a poll, received at *now*, into the record; its transient error, if any, and its retry_after.

    Raises any other error. A 404 within the not-found grace is transient.
    """
    assert reply is not None
    if isinstance(reply, TransportError | NotJson):
        return reply, 0.0
    if isinstance(reply, ClientError):
        raise reply
    account = session.account
    retry_after = account.retry_after(reply)
    if account.arrival(reply.status) or (reply.status == 404 and _may_not_be_visible_yet(session, record, now)):
        return account.api_error(reply), retry_after
    try:
        return None, max(_read_reply(session, record, reply), retry_after)
    except (NotJson, ApiError) as error:
        if isinstance(error, ApiError) and not error.is_transient:
            raise
        return error, retry_after


def _may_not_be_visible_yet(session: Session, record: Record[Any, Any], now: float) -> bool:
    """Whether a 404 may mean that the job is not visible yet: it is within its not-found grace."""
    grace = record.kind.polling.not_found_grace
    age = record.age(now, session.account.wall()) if grace else None
    return age is not None and age <= grace


def _read_reply(session: Session, record: Record[S, R], reply: Response) -> float:
    """Read a poll reply into the record; returns its retry_after field in seconds.

    Raises `ApiError` for a status that the spec does not accept, or if the body is an error of the provider instead;
    `NotJson` for a truncated body, and `DecodeError`.
    """
    lifecycle = record.kind.lifecycle
    if lifecycle.link:
        url = url_of(session.account, record, "poll", lifecycle.poll)
    if reply.status in lifecycle.codes:
        retry_after = _read_by_code(session, record, reply)
    elif reply.status in lifecycle.accepts:
        try:
            body = decode_reply(record.kind.snapshot, reply)
        except DecodeError as error:
            session.account.raise_undecoded(error, reply)
        record.note_reading(lifecycle.read(body), body, reply)
        retry_after = lifecycle.retry_after_in(body) if lifecycle.retry_after else 0.0
    else:
        raise session.account.api_error(reply)
    if lifecycle.link:
        keep_links(record, reply, url)
    if lifecycle.values:
        keep_values(record, reply)
    return retry_after


def _read_by_code(session: Session, record: Record[S, R], reply: Response) -> float:
    """Read a reply whose HTTP status is the job's status. Its body must match the spec only if it is the result.

    Raises `NotJson` for a truncated result, and `DecodeError`.
    """
    kind, state = record.kind, record.kind.lifecycle.codes[reply.status]
    body: Any = None
    if state.has_result and kind.lifecycle.result == ():
        decode_reply(kind.result, reply)
    if kind.snapshot is not NoneType:
        try:
            body = decode_reply(kind.snapshot, reply)
        except DecodeError:
            if state.has_result and isinstance(kind.lifecycle.result, tuple) and kind.lifecycle.result:
                raise
    reading = kind.lifecycle.read(body, reply.status)
    has_failed = state.is_final and not state.has_result
    has_message = kind.lifecycle.error_in(body)[1] is not None
    error = session.account.said(reply) if has_failed and not has_message else None
    record.note_reading(reading, body, reply, error)
    return kind.lifecycle.retry_after_in(body)
