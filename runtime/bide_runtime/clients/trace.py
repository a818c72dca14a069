"""A trace: a file with what a client sent and when, as JSON lines, without keys, queries and bodies.

Each line is written at once and appended, so that threads, clients and processes may share a file. A disk that refuses
a line ends the trace with one warning; the calls go on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from logging import Logger
from os import PathLike
from secrets import token_hex
from urllib.parse import urlsplit
from weakref import finalize

import msgspec

from ..errors.client import ClientError, InvalidArgument
from ..http.request import Response
from ..waiting.flow import Saw, Send


class RequestLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request and its outcome."""

    client: str
    """Tells the clients of a file apart."""
    at: float
    """When it was sent, in seconds since 1970, by the client's clock."""
    request: str
    """What it was for: `submit`, `poll`, `result`, `cancel`, `find`, `call`, `download` or `token`."""
    job: str = ""
    ids: tuple[str, ...] = ()
    submit: int = 0
    method: str
    path: str
    status: int | None = None
    seconds: float
    """From sending to the end of the reply."""
    attempt: int = 1
    error: str = ""
    """The class of the error, if no complete reply arrived."""
    retry_after: float | None = None


class JobLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reply or a webhook told of a job: that it exists, or its new status."""

    client: str
    at: float
    job: str
    id: str
    status: str | None = None
    state: str
    submit: int = 0
    """The number of the submit that made it."""
    by: str = ""
    """`webhook`, if no reply told it."""


class Trace:
    """Writes the lines of one client."""

    def __init__(self, path: str | PathLike[str], *, wall: Callable[[], float], log: Logger) -> None:
        if not isinstance(path, str | PathLike) or not os.fspath(path):
            raise InvalidArgument(f"trace must be the path of a file, such as 'run.jsonl', not {path!r}")
        self._path = path
        self._wall = wall
        self._log = log
        self._client = token_hex(4)
        self._file: int | None = None
        try:
            # Not closed with the client: a sender of a batch may be about to write.
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            finalize(self, os.close, self._file)
            if (
                os.fstat(self._file).st_size
                and os.lseek(self._file, -1, os.SEEK_END) >= 0
                and os.read(self._file, 1) != b"\n"
            ):
                os.write(self._file, b"\n")  # its last writer was cut off
        except (OSError, ValueError) as error:
            self._give_up(error)

    def note_request(self, send: Send, reply: Response | ClientError, seconds: float, retry_after: float) -> None:
        """Write down a request that was answered, or failed, just now."""
        about = send.about
        came = isinstance(reply, Response)
        self._write(
            RequestLine(
                client=self._client,
                at=round(self._wall() - seconds, 4),
                request=about.role,
                job=about.job,
                ids=about.ids,
                submit=about.submit,
                method=send.request.method,
                path=urlsplit(send.request.url).path,
                status=reply.status if isinstance(reply, Response) else None,
                seconds=round(seconds, 4),
                attempt=send.attempt,
                error="" if came else type(reply).__name__,
                retry_after=retry_after or None,
            )
        )

    def note_job(self, seen: Saw, by: str = "") -> None:
        """Write down what was just read of a job."""
        self._write(
            JobLine(
                client=self._client,
                at=round(self._wall(), 4),
                job=seen.job,
                id=seen.id,
                status=seen.status,
                state=seen.state,
                submit=seen.submit,
                by=by,
            )
        )

    def _write(self, line: RequestLine | JobLine) -> None:
        if self._file is None:
            return
        try:
            data = msgspec.json.encode(line) + b"\n"
            if os.write(self._file, data) < len(data):
                raise OSError("the line was written in part")
        except (OSError, ValueError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._file = None
        reason = getattr(error, "strerror", None) or error
        self._log.warning("the trace %s ends here, and the calls go on: %s", os.fspath(self._path), reason)
