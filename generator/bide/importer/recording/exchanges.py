"""Read a recording in the HAR format (1.2): what was sent and said, as JSON. Browsers and proxies write it."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from bide.importer.documents.reading import DEPTH_LIMIT, Json, Unreadable

_MOST_EXCHANGES = 50_000
_BODY_LIMIT = 16 * 2**20
"""Larger bodies are left out, in bytes after decompression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its reply."""

    method: str
    """In lower case."""
    origin: str
    """`https://api.acme.example`."""
    path: str
    """As it was sent, without the query."""
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    """Of the request, by names in lower case."""
    media: str
    """The media type of the request's body; empty: it has none."""
    sent: Json
    """The JSON or the fields of the form that were sent; `None`: nothing, or something else."""
    status: int
    reply_headers: Mapping[str, str]
    has_json: bool
    """Whether the reply is JSON."""
    said: Json = None
    began: float = 0.0
    """In seconds since 1970."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The names of both kinds of headers as they were written, by names in lower case."""

    @property
    def segments(self) -> list[str]:
        """The parts of the path, decoded."""
        return [unquote(part) for part in self.path.split("/") if part]


def is_recording(document: Json) -> bool:
    """Whether a document is a recording, by what it has."""
    log = document.get("log") if isinstance(document, Mapping) else None
    return isinstance(log, Mapping) and isinstance(log.get("entries"), list)


def exchanges_of(document: Json) -> list[Exchange]:
    """The requests of a recording that got a reply, in the order of time. Raises `Unreadable`."""
    entries = document["log"]["entries"]
    if len(entries) > _MOST_EXCHANGES:
        raise Unreadable(f"the recording has more than {_MOST_EXCHANGES:,} exchanges; record a shorter session")
    found = [exchange for entry in entries if (exchange := _exchange(entry)) is not None]
    return sorted(found, key=lambda each: each.began)


def _exchange(entry: Json) -> Exchange | None:
    request, response = _mapping(_mapping(entry).get("request")), _mapping(_mapping(entry).get("response"))
    url, status = request.get("url"), response.get("status")
    if not isinstance(url, str) or not isinstance(status, int) or not 200 <= status < 600:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    headers, names = _headers(request)
    reply_headers, reply_names = _headers(response)
    media, sent = _sent(_mapping(request.get("postData")), headers)
    has_json, said = _said(_mapping(response.get("content")), reply_headers)
    shown = f"[{host}]" if ":" in host else host
    return Exchange(
        method=str(request.get("method", "")).lower(),
        origin=f"{parts.scheme}://{shown}{f':{port}' if port else ''}",
        path=parts.path or "/",
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        media=media,
        sent=sent,
        status=status,
        reply_headers=reply_headers,
        has_json=has_json,
        said=said,
        began=_time(entry.get("startedDateTime")),
        names={**reply_names, **names},
    )


def _headers(message: Mapping[str, Json]) -> tuple[dict[str, str], dict[str, str]]:
    """The headers of a message, and their names as written, both by names in lower case."""
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    for each in _list(message.get("headers")):
        name, value = _mapping(each).get("name"), _mapping(each).get("value")
        if isinstance(name, str) and isinstance(value, str) and not name.startswith(":"):
            key = name.lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
            names[key] = name
    cookies = "; ".join(
        f"{_mapping(each).get('name')}={_mapping(each).get('value')}" for each in _list(message.get("cookies"))
    )
    if cookies:
        values.setdefault("cookie", cookies)
    return values, names


def _sent(data: Mapping[str, Json], headers: Mapping[str, str]) -> tuple[str, Json]:
    media = str(data.get("mimeType") or headers.get("content-type", "")).partition(";")[0].strip().lower()
    if not data:
        return "", None
    fields = {
        str(_mapping(each)["name"]): _mapping(each).get("value", "")
        for each in _list(data.get("params"))
        if isinstance(_mapping(each).get("name"), str)
    }
    text = _text(data)
    if media == "application/x-www-form-urlencoded":
        return media, fields or dict(parse_qsl(text, keep_blank_values=True))
    if media.startswith("multipart/"):
        return media, fields or None
    is_json, value = _json(text)
    return (media or "application/json", value) if is_json else (media, None)


def _said(content: Mapping[str, Json], headers: Mapping[str, str]) -> tuple[bool, Json]:
    media = str(content.get("mimeType") or headers.get("content-type", "")).lower()
    if media and "json" not in media:
        return False, None
    return _json(_text(content))


def _text(holder: Mapping[str, Json]) -> str:
    """The text of a body: plain, in base64, or compressed in either."""
    text = holder.get("text")
    if not isinstance(text, str) or len(text) > 2 * _BODY_LIMIT:
        return ""
    if holder.get("encoding") == "base64":
        try:
            data = b64decode(text)
        except ValueError:
            return ""
    elif text.startswith("\x1f\x8b"):
        data = text.encode("latin-1", "replace")
    else:
        return text
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                data = file.read(_BODY_LIMIT + 1)
        except (OSError, EOFError, ValueError, zlib.error):
            return ""
    return data.decode("utf-8", "replace") if len(data) <= _BODY_LIMIT else ""


def _json(text: str) -> tuple[bool, Json]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False, None
    return (True, value) if _depth_fits(value) else (False, None)


def _depth_fits(value: Json) -> bool:
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            return False
        inside: Iterator[Json] = iter(
            each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        )
        waiting += [(one, depth + 1) for one in inside]
    return True


def _time(text: Json) -> float:
    try:
        return datetime.fromisoformat(text).timestamp() if isinstance(text, str) else 0.0
    except (ValueError, OverflowError):
        return 0.0


def path_of(address: str) -> str:
    """The path of an address; empty if it is none."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
