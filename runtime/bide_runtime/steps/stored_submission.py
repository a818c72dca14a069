"""Submissions as JSON: what one process prepares, another can send."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, NoReturn, TypeVar

import msgspec

from ..calls.call import JSON, Call
from ..errors.client import InvalidArgument
from ..http.request import Json
from ..jobs.kind import JobKind
from ..jobs.token import checked_tag
from ..models.prepared import prepared
from ..waiting.submits.submission import Submission

S = TypeVar("S")
R = TypeVar("R")

VERSION = 1
MAX_BYTES = 16 * 1024 * 1024
"""The largest size of a submission as JSON, in bytes. Larger ones have files in them, which belong elsewhere."""


class Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A submission as it is stored. It has no secret of the client; its arguments are in it."""

    bide: int = VERSION
    """The version of this format."""
    provider: str
    job: str
    """The kind of job: its name in the client."""
    method: str
    path: str
    body: str | None = None
    """The body, if it is UTF-8."""
    bytes: str | None = None
    """Any other body, in base64."""
    content_type: str = JSON
    headers: dict[str, Json] = {}
    accept: str = JSON
    bucket: str = ""
    timeout: float | None = None
    auth: tuple[str, ...] | None = None
    idempotency_key: str | None = None
    values: dict[str, Json] = {}
    tag: str | None = None


def write(submission: Submission[Any, Any]) -> str:
    """The submission as JSON. Raises `InvalidArgument` if it is too large to be stored."""
    call = submission.call
    text, packed = _body(call.body)
    stored = Stored(
        provider=submission.kind.provider,
        job=submission.kind.name,
        method=call.method,
        path=call.path,
        body=text,
        bytes=packed,
        content_type=call.content_type,
        headers=dict(call.headers),
        accept=call.accept,
        bucket=call.limited_as,
        timeout=call.timeout,
        auth=call.auth,
        idempotency_key=submission.idempotency_key,
        values=dict(submission.values),
        tag=submission.tag,
    )
    written = msgspec.json.encode(stored).decode()
    if len(written) > MAX_BYTES:
        raise InvalidArgument(
            f"this submission has {len(written)} bytes as JSON, and at most {MAX_BYTES} can be stored: pass the address"
            " of a file in place of the file, if the provider takes one"
        )
    return written


def read(kind: JobKind[S, R], text: str) -> Submission[S, R]:
    """The submission in a text of `write`. Raises `InvalidArgument`, which says what is wrong with it."""
    if not isinstance(text, str):
        _refuse(f"it is a {type(text).__name__}, not text")
    raw = text.encode("utf-8", "surrogatepass")
    try:
        stored = msgspec.json.decode(raw, type=prepared(Stored))
        body = _unpacked(stored)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InvalidArgument(f"this is not a stored submission: {error}") from error
    if stored.bide > VERSION:
        _refuse(f"it was made by a newer version of this package (format {stored.bide}, this one reads {VERSION})")
    if stored.provider != kind.provider or stored.job != kind.name:
        _refuse(f"it is for a {stored.job!r} job of {stored.provider!r}, not for {kind.name!r} of {kind.provider!r}")
    if not stored.path.startswith("/") or not stored.path.isprintable() or not stored.method.isalpha():
        _refuse("its address is not one of the provider")
    call: Call[None] = Call(
        method=stored.method,
        path=stored.path,
        body=body,
        content_type=stored.content_type,
        headers=stored.headers,
        accept=stored.accept,
        limited_as=stored.bucket,
        timeout=stored.timeout,
        auth=stored.auth,
    )
    tag = checked_tag(stored.tag)
    return Submission(kind=kind, call=call, idempotency_key=stored.idempotency_key, values=stored.values, tag=tag)


def _body(body: bytes | None) -> tuple[str | None, str | None]:
    """A body as text or in base64."""
    if body is None:
        return None, None
    try:
        return body.decode(), None
    except UnicodeDecodeError:
        return None, b64encode(body).decode()


def _unpacked(stored: Stored) -> bytes | None:
    if stored.bytes is not None:
        return b64decode(stored.bytes, validate=True)
    return None if stored.body is None else stored.body.encode()


def _refuse(why: str) -> NoReturn:
    raise InvalidArgument(f"this submission cannot be sent: {why}")
