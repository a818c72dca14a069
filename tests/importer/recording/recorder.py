"""Record what a client and a server say to each other, as browsers do: a HAR."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from bide.simulator import Simulator

_START = 1_790_000_000.0


class Recorder:
    """One connection to a simulator, and all that was said on it. Its times are those of the jobs."""

    def __init__(self, simulator: Simulator, speed: float, **headers: str) -> None:
        self.url = simulator.url
        parts = urlsplit(self.url)
        self.prefix = parts.path
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}
        self.entries: list[dict[str, Any]] = []
        self._speed = speed
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    @property
    def har(self) -> dict[str, Any]:
        return har(self.entries)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a reply; the exchange is recorded."""
        sent = {**self.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
        content = None
        if body is not None:
            sent["Content-Type"], content = "application/json", json.dumps(body)
        began = _START + (time.monotonic() - self._began) * self._speed
        self._connection.request(method, self.prefix + path, body=content, headers=sent)
        reply = self._connection.getresponse()
        said = reply.read().decode()
        origin = self.url.removesuffix(self.prefix)
        self.entries.append(
            entry(
                method,
                f"{origin}{self.prefix}{path}",
                headers={name: text for name, text in sent.items() if not name.lower().startswith("x-bide")},
                sent=content,
                status=reply.status,
                said=said,
                reply_headers=dict(reply.getheaders()),
                began=began,
            )
        )
        return json.loads(said) if said.startswith(("{", "[")) else said

    def poll(self, path: str, key: str, ends: set[str], interval: float) -> Any:
        """Poll until the status is one of *ends*, every *interval* seconds of the jobs' time."""
        for _ in range(200):
            found = self.ask("GET", path)
            if found[key] in ends:
                return found
            time.sleep(interval / self._speed)
        raise AssertionError("the job ends")


def entry(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    sent: str | None = None,
    status: int = 200,
    said: str = "{}",
    reply_headers: dict[str, str] | None = None,
    began: float = _START,
    **content: Any,
) -> dict[str, Any]:
    """One entry of a HAR."""
    request: dict[str, Any] = {"method": method, "url": url, "headers": _pairs(headers or {})}
    if sent is not None:
        request["postData"] = {"mimeType": "application/json", "text": sent}
    return {
        "startedDateTime": datetime.fromtimestamp(began, UTC).isoformat(),
        "time": 1,
        "request": request,
        "response": {
            "status": status,
            "headers": _pairs(reply_headers or {}),
            "content": {"mimeType": "application/json", "text": said, **content},
        },
    }


def har(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "tests", "version": "1"}, "entries": entries}}


def _pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]
