"""A webhook: a provider tells of a job what a poll would return. Sans-IO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ...errors.client import ClientError
from ...errors.decode import DecodeError
from ...http.request import Json, Response
from ...jobs.kind import JobKind
from ...jobs.record import Record
from ...jobs.token import as_id, checked_id
from ...models.codec import any_json, follow
from ...models.lenient import dumps
from ..poll import read_snapshot
from ..session import Session

S = TypeVar("S")
R = TypeVar("R")


def received(session: Session, kind: JobKind[S, R], body: bytes) -> Record[S, R]:
    """Read the body of a webhook into the records of its job, also those of waits; returns one of them.

    Raises `DecodeError` if it is no webhook about such a job, and `ApiError` if it is an error.
    """
    job_id, reply = _told(kind, body)
    records = list(session.inbox.waiting(kind.name, job_id)) or [Record(kind, job_id)]
    try:
        for record in records:
            read_snapshot(session.account, record, reply)
    except ClientError as error:
        error.about(job_id, records[0].token)
        raise
    session.inbox.arrivals += 1
    return records[0]


def _told(kind: JobKind[S, R], body: bytes) -> tuple[str, Response]:
    """The id of the job in a webhook, and its snapshot as the reply to a poll. Raises `DecodeError`."""
    at = kind.webhook
    assert at is not None
    whole = any_json(body)
    if not isinstance(whole, Mapping):
        raise DecodeError("the webhook is not a JSON object", path="$", body=body)
    snapshot: Json = follow(whole, at.snapshot) if at.snapshot else whole
    job_id = as_id(follow(whole, at.job_id))
    if job_id is None:
        raise _missing(at.job_id, body)
    if not isinstance(snapshot, Mapping):
        raise _missing(at.snapshot, body)
    text = dumps(snapshot) if at.snapshot else body
    status = min(kind.lifecycle.accepts, default=200)
    try:
        checked_id(job_id)
    except ValueError as error:
        where = ".".join(("$", *at.job_id))
        raise DecodeError(f"the webhook has no usable job id at {where}: {error}", path=where, body=body) from error
    return job_id, Response(status=status, headers={"content-type": "application/json"}, body=text)


def _missing(path: tuple[str, ...], body: bytes) -> DecodeError:
    where = ".".join(("$", *path))
    return DecodeError(f"the webhook does not match the spec: nothing at {where}", path=where, body=body)
