"""The JSON text of what a program stores: a format number, the provider, the kind of job, and one content.

A text is checked as untrusted input.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from ..errors.client import InvalidArgument
from ..errors.decode import DecodeError
from ..http.request import Json
from ..jobs.kind import JobKind
from ..models.prepared import prepared

if TYPE_CHECKING:
    from json import JSONEncoder

VERSION = 1


class _Head(msgspec.Struct, frozen=True):
    bide: int
    provider: str
    job: str


def dumps(value: Json) -> bytes:
    """JSON text of plain values. Half a surrogate, which is no character, becomes a question mark.

    Raises `InvalidArgument` for what JSON cannot hold.
    """
    try:
        return _encoder().encode(value).encode(errors="replace")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"this cannot be stored as JSON: {error}") from error


@cache
def _encoder() -> JSONEncoder:
    import json  # msgspec would write NaN as `null`, and a result may have it

    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes) -> Json:
    """The plain values in a text that `dumps` wrote. Raises `InvalidArgument`."""
    if not isinstance(text, str | bytes):
        refuse(f"it is a {type(text).__name__}, not text")
    raw = str.__str__(text).encode(errors="surrogatepass") if isinstance(text, str) else text
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    from ..models.lenient import loads as loads_leniently

    try:
        return loads_leniently(raw)
    except DecodeError as error:
        refuse(error.message.removeprefix("the reply is "))
    except RecursionError:
        refuse("it is nested too deeply")


def write(kind: JobKind[Any, Any], content: str, value: Json) -> str:
    """The text of a *content*, such as a result, of one kind of job."""
    return dumps({"bide": VERSION, "provider": kind.provider, "job": kind.name, content: value}).decode()


def read(kind: JobKind[Any, Any], content: str, text: str | bytes) -> Json:
    """The *content* of a text that `write` wrote for this kind. Raises `InvalidArgument`."""
    found = loads(text)
    head = typed(_Head, found, "")
    if head.bide > VERSION:
        refuse(f"it was written by a newer version of this package (format {head.bide}, this one reads {VERSION})")
    if head.bide < 1:
        refuse(f"there is no format {head.bide}")
    if head.provider != kind.provider:
        refuse(f"it is of {head.provider!r}, and this client is for {kind.provider!r}")
    if head.job != kind.name:
        refuse(f"it is of the kind {head.job!r}, not {kind.name!r}")
    if content not in found:
        refuse(f"it has no {content}")
    return found[content]


def typed(wanted: Any, value: Json, at: str) -> Any:
    """A stored value as *wanted*, a type of this package. Raises `InvalidArgument` that names the place."""
    try:
        return msgspec.convert(value, prepared(wanted))
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        refuse(f"{problem} at ${at}{path.rstrip('`')}")
    except RecursionError:
        refuse("it is nested too deeply")


def as_object(value: Json, at: str) -> Mapping[str, Json]:
    """A stored value that is a JSON object. Raises `InvalidArgument`."""
    if not isinstance(value, dict):
        refuse(f"Expected `object`, got `{type(value).__name__}` at ${at}")
    return value


def refuse(why: str) -> NoReturn:
    """Raise the error for a text that cannot be used."""
    raise InvalidArgument(f"this stored text cannot be used: {why}")
