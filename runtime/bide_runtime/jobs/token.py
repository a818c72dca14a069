"""A small text from which another process can go on with a job.

It holds no secret, and is read as if a stranger wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import msgspec

from ..errors.client import InvalidArgument, InvalidToken
from ..models.prepared import prepared

VERSION = 1
LONGEST = 2048
"""The longest token, in bytes."""

LONGEST_TAG = 100
"""The longest tag, in characters."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to go on with a job."""

    bide: int
    """The version of this format."""
    provider: str
    job: str
    """The kind of job, by the name it has in the client."""
    id: str
    submitted_at: float | None = None
    """Seconds since 1970, if this job was submitted by us."""
    tag: str | msgspec.UnsetType = msgspec.UNSET
    """The caller's own mark, if there is one."""
    urls: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """Where it is asked about, by what for, as far as the provider has handed that out."""

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
        tag=msgspec.UNSET if tag is None else tag,
    )
    return msgspec.json.encode(token).decode()


def read(text: str, *, provider: str, job: str) -> Token:
    """Check a token. Raises `InvalidToken`, which says what is wrong with it."""
    if not isinstance(text, str):
        _refuse(f"it is a {type(text).__name__}, not text")
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > LONGEST:
        _refuse(f"it has {len(raw)} bytes, and no token has more than {LONGEST}")
    try:
        version = msgspec.json.decode(raw, type=prepared(_Version)).bide
        if version > VERSION:
            _refuse(f"it was made by a newer version of this package (format {version}, this one reads {VERSION})")
        token = msgspec.json.decode(raw, type=prepared(Token))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidToken(f"this is no job token: {error}") from error
    if token.provider != provider:
        _refuse(f"it belongs to a job of {token.provider!r}, and this client is for {provider!r}")
    if token.job != job:
        _refuse(f"it belongs to a job of the kind {token.job!r}, not {job!r}")
    if not is_id(token.id):
        _refuse(f"{token.id!r} cannot be the id of a job")
    return token


def is_id(text: object) -> bool:
    """Whether *text* can be the id of a job: some printable characters, and no dot segment of a path."""
    if not isinstance(text, str) or not text.isprintable() or text in ("", ".", ".."):
        return False
    return len(msgspec.json.encode(text)) <= LONGEST // 2


def as_id(value: object) -> str | None:
    """What a reply has where an id should be, as text: it may be a number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, str) else None


def checked_id(text: str) -> str:
    """*text*, if it can be the id of a job. Raises `InvalidArgument`."""
    if not is_id(text):
        raise InvalidArgument(f"{text!r} cannot be the id of a job")
    return text


def checked_tag(tag: object) -> str | None:
    """*tag*, if it is text of at most `LONGEST_TAG` characters, or `None`. Raises `InvalidArgument`."""
    if tag is None:
        return None
    if not isinstance(tag, str) or not tag.isprintable() or len(tag) > LONGEST_TAG:
        raise InvalidArgument(f"a tag is printable text of at most {LONGEST_TAG} characters, not {tag!r:.80}")
    return tag


class _Version(msgspec.Struct, frozen=True):
    bide: int


def _refuse(why: str) -> NoReturn:
    raise InvalidToken(f"this token cannot be used: {why}")
