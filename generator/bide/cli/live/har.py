"""What a client kept of its exchanges, as a recording (HAR), and such a recording without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bide import __version__
from bide.cli.live.recorder import Kept
from bide.importer.recording.exchanges import Exchange, exchanges_of
from bide.importer.recording.paths import values
from bide.importer.recording.secrets import Secrets, is_credential

Har = dict[str, Any]

_BODY_LIMIT = 4 * 2**20
_HEADERS = frozenset(
    ("content-type", "retry-after", "location", "operation-location", "link", "date", "accept", "prefer")
)
"""The headers that a saved recording keeps; others may be secret, and say nothing about a spec."""


def har_of(kept: Iterable[Kept]) -> Har:
    """The exchanges that got a reply."""
    entries = [_entry(each, each.response) for each in kept if each.response is not None]
    return {"log": {"version": "1.2", "creator": {"name": "bide", "version": __version__}, "entries": entries}}


def without_secrets(har: Har, keys: Iterable[str] = ()) -> Har:
    """A copy in which secrets are removed, and what is no JSON. *keys* are those of the client.

    Ids in addresses that came from replies are numbered where they look like secrets, so that the recording can still
    be imported.
    """
    exchanges = exchanges_of(har)
    secrets = Secrets(exchanges)
    secrets.known = sorted({*secrets.known, *(each for each in keys if each)}, key=len, reverse=True)
    secrets.ids = _numbered(exchanges, secrets)
    return {"log": {**har["log"], "entries": [_cleaned(each, secrets) for each in har["log"]["entries"]]}}


def _numbered(exchanges: Iterable[Exchange], secrets: Secrets) -> dict[str, str]:
    """What takes the place of each id in an address that a reply before it told, the longest first."""
    told: set[str] = set()
    found: dict[str, str] = {}
    for exchange in exchanges:
        for part in exchange.segments:
            if part in told and part not in secrets.known and secrets.is_in(part):
                found.setdefault(part, f"id_{len(found) + 1:06}")
        told |= {value for value, _ in values(exchange)}
    return dict(sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True))


def _entry(each: Kept, response: Any) -> Har:
    request = each.request
    sent: Har = {"method": request.method, "url": request.url, "headers": _pairs(request.headers)}
    media = request.headers.get("content-type", "")
    if isinstance(request.body, bytes):
        sent["postData"] = {"mimeType": media, "text": request.body.decode("utf-8", "replace")}
    body = response.body if len(response.body) <= _BODY_LIMIT else b""
    return {
        "startedDateTime": datetime.fromtimestamp(each.began, UTC).isoformat(),
        "time": round(each.seconds * 1000, 3),
        "request": sent,
        "response": {
            "status": response.status,
            "headers": _pairs(response.headers),
            "content": {
                "mimeType": response.headers.get("content-type", ""),
                "size": len(response.body),
                "text": body.decode("utf-8", "replace"),
            },
        },
    }


def _pairs(headers: Mapping[str, str]) -> list[Har]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _cleaned(entry: Har, secrets: Secrets) -> Har:
    request, response = entry["request"], entry["response"]
    sent = {**request, "url": _address(request["url"], secrets), "headers": _kept(request["headers"], secrets)}
    if "postData" in request:
        sent["postData"] = {**request["postData"], "text": _body(request["postData"]["text"], secrets)}
    said = {**response, "headers": _kept(response["headers"], secrets)}
    said["content"] = {**response["content"], "text": _body(response["content"]["text"], secrets)}
    return {**entry, "request": sent, "response": said}


def _kept(headers: list[Har], secrets: Secrets) -> list[Har]:
    return [{**each, "value": secrets.cleaned(each["value"])} for each in headers if each["name"].lower() in _HEADERS]


def _address(url: str, secrets: Secrets) -> str:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = [(name, "removed" if is_credential(name) else secrets.cleaned(value)) for name, value in pairs]
    path = "/".join(secrets.cleaned(part) for part in parts.path.split("/"))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, urlencode(query), ""))


def _body(text: str, secrets: Secrets) -> str:
    try:
        return json.dumps(secrets.without(json.loads(text)))
    except ValueError:
        return ""
