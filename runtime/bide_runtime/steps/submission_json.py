"""A submission as plain JSON values, and back: what one process prepares, another can send.

No secret of the client is in it; its arguments are.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, TypeVar

import msgspec

from ..calls.call import JSON, Call
from ..errors.client import InvalidArgument
from ..http.file_body import FileBody
from ..http.request import Json
from ..jobs.kind import JobKind
from ..jobs.token import checked_tag
from ..waiting.submits.submission import Submission
from .text import refuse, typed

S = TypeVar("S")
R = TypeVar("R")

MAX_BODY = 8 * 1024 * 1024
"""Bytes. A larger body has files in it, which are better stored elsewhere."""


class _Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    method: str
    path: str
    body: str | None = None
    """The body, if it is UTF-8."""
    base64: str | None = None
    """Any other body."""
    content_type: str = JSON
    headers: dict[str, Json] = {}
    accept: str = JSON
    bucket: str = ""
    timeout: float | None = None
    auth: tuple[str, ...] | None = None
    idempotency_key: str | None = None
    values: dict[str, Json] = {}
    tag: str | None = None


def write_submission(submission: Submission[Any, Any]) -> dict[str, Json]:
    """A submission as plain JSON, with the content of its files.

    Raises `InvalidArgument` if it is too large to be stored, or if a file cannot be read.
    """
    call, body = submission.call, submission.call.body
    size = body.size if isinstance(body, FileBody) else len(body or b"")
    if size > MAX_BODY:
        raise InvalidArgument(
            f"the body of this submission has {size} bytes, and one that is stored has at most {MAX_BODY}:"
            " pass the address of a file in place of the file, if the provider takes one"
        )
    text, packed = _body(body.read() if isinstance(body, FileBody) else body)
    stored = _Stored(
        method=call.method,
        path=call.path,
        body=text,
        base64=packed,
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
    found: dict[str, Json] = msgspec.to_builtins(stored)
    return found


def read_submission(kind: JobKind[S, R], value: Json, at: str = ".submission") -> Submission[S, R]:
    """The submission that `write_submission` wrote. Raises `InvalidArgument`."""
    stored: _Stored = typed(_Stored, value, at)
    if not stored.path.startswith("/") or not stored.path.isprintable() or not stored.method.isalpha():
        refuse(f"it has no address of the provider at ${at}.path")
    call: Call[None] = Call(
        method=stored.method,
        path=stored.path,
        body=_unpacked(stored, at),
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


def _unpacked(stored: _Stored, at: str) -> bytes | None:
    if stored.base64 is None:
        return None if stored.body is None else stored.body.encode(errors="surrogatepass")
    try:
        return b64decode(stored.base64, validate=True)
    except ValueError as error:
        refuse(f"{error} at ${at}.base64")
