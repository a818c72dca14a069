"""Tokens: small texts from which another process can resume a job.

A token holds no secret, and is checked as untrusted input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import msgspec

from ..errors.client import InvalidArgument, InvalidToken
from ..models.prepared import prepared

VERSION = 1
MAX_BYTES = 2048
"""The largest size of a token in bytes."""

MAX_TAG = 100
"""The largest length of a tag in characters."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """The data that resumes a job."""

    bide: int
    """The version of this format."""
    provider: str
    job: str
    """The kind of job: its name in the client."""
    id: str
    submitted_at: float | None = None
    """Seconds since 1970; `None` for a job that another client submitted."""
    tag: str | msgspec.UnsetType = msgspec.UNSET
    """The caller's tag, if any."""
    urls: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """The links of the job, by role."""

    values: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """The values of names in the paths, headers and bodies of later requests."""

    base: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """The values of the variables in the base URL, if it has any."""

    @property
    def links(self) -> dict[str, str]:
        return {} if isinstance(self.urls, msgspec.UnsetType) else self.urls


def write(
    *,
    provider: str,
    job: str,
    id: str,
    submitted_at: float | None,
    links: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    base: Mapping[str, str] | None = None,
    tag: str | None = None,
) -> str:
    """The token of a job."""
    urls = dict(links) if links else msgspec.UNSET
    token = Token(
        bide=VERSION,
        provider=provider,
        job=job,
        id=id,
        submitted_at=submitted_at,
        urls=urls,
        values=dict(values) if values else msgspec.UNSET,
        base=dict(base) if base else msgspec.UNSET,
        tag=msgspec.UNSET if tag is None else tag,
    )
    return msgspec.json.encode(token).decode()


def kind_in(text: str, *, provider: str) -> str:
    """The kind of job in a token of *provider*: its name in the client. Raises `InvalidToken`."""
    return _of_provider(text, provider).job


def read(text: str, *, provider: str, job: str) -> Token:
    """The checked content of a token. Raises `InvalidToken`, which says what is wrong with it."""
    token = _of_provider(text, provider)
    if token.job != job:
        _refuse(f"it belongs to a job of the kind {token.job!r}, not {job!r}")
    if not is_id(token.id):
        _refuse(f"{token.id!r} cannot be the id of a job")
    return token


def _of_provider(text: str, provider: str) -> Token:
    """The content of a token of *provider*. Raises `InvalidToken`."""
    if not isinstance(text, str):
        _refuse(f"it is a {type(text).__name__}, not text")
    raw = str.__str__(text).encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        _refuse(f"it has {len(raw)} bytes, and a token has at most {MAX_BYTES}")
    try:
        version = msgspec.json.decode(raw, type=prepared(_Version)).bide
        if version > VERSION:
            _refuse(f"it was made by a newer version of this package (format {version}, this one reads {VERSION})")
        token = msgspec.json.decode(raw, type=prepared(Token))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidToken(f"this is not a job token: {error}") from error
    if token.provider != provider:
        _refuse(f"it belongs to a job of {token.provider!r}, and this client is for {provider!r}")
    return token


def is_id(text: object) -> bool:
    """Whether *text* can be the id of a job: printable, not empty, not too long, and not a dot segment of a path."""
    if not isinstance(text, str) or not text.isprintable() or text in ("", ".", ".."):
        return False
    return len(msgspec.json.encode(str.__str__(text))) <= MAX_BYTES // 2


def is_value(text: str) -> bool:
    """Whether *text* can be a part of an address: not empty, not too long, and not a dot segment of a path."""
    try:
        return text not in ("", ".", "..") and len(msgspec.json.encode(text)) <= MAX_BYTES // 2
    except UnicodeEncodeError:
        return False


def as_id(value: object) -> str | None:
    """An id in a reply as text, which may be a number there; `None` for any other value."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str.__str__(value) if isinstance(value, str) else str(value) if is_number else None


def checked_id(text: str) -> str:
    """*text*, checked. Raises `InvalidArgument` if it cannot be the id of a job."""
    if not is_id(text):
        raise InvalidArgument(f"{text!r} cannot be the id of a job")
    return str.__str__(text)


def checked_tag(tag: object) -> str | None:
    """Return *tag*. Raises `InvalidArgument` unless it is `None` or printable text of at most `MAX_TAG` characters."""
    if tag is None:
        return None
    if not isinstance(tag, str) or not tag.isprintable() or len(tag) > MAX_TAG:
        raise InvalidArgument(f"a tag must be printable text of at most {MAX_TAG} characters, not {tag!r:.80}")
    return str.__str__(tag)


class _Version(msgspec.Struct, frozen=True):
    bide: int


def _refuse(why: str) -> NoReturn:
    raise InvalidToken(f"this token cannot be used: {why}")
