"""One attempt at a request: its timeout, and the transport error for an engine's error. Independent of the engine."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..errors.client import InvalidArgument
from ..errors.transport import ConnectionFailed, ReplyTooLarge, RequestTimeout, TransportError
from ..http.headers import too_large_headers
from .certificates import unreadable_bundle


class ProxyRefused(ConnectionError):
    """A proxy does not connect to the server. The message is ours, and quotes nothing."""


_MAX_TIMEOUT = 1e6  # seconds; every operating system accepts it


class Attempt:
    """One attempt to send a request to *url* within *timeout* seconds, perhaps through the proxy named *proxy*.

    The engine sets `connected` when it has a connection. Until then the request cannot have arrived. An engine that
    does not report connections starts with `True`.
    """

    def __init__(self, url: str, proxy: str | None, timeout: float, *, connected: bool = False) -> None:
        self.url = url
        self.proxy = proxy
        self.timeout = timeout
        self.connected = connected
        self._end = time.monotonic() + timeout

    @property
    def peer(self) -> str:
        """Host and proxy, for a message."""
        through = f" through the proxy {self.proxy}" if self.proxy else ""
        return host_and_port(self.url) + through

    def restart(self) -> None:
        """Restart the timeout. That of a stream is for the time without data."""
        self._end = time.monotonic() + self.timeout

    def remaining(self) -> float:
        """Seconds until the timeout, more than 0. Raises `TimeoutError` after it."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return min(seconds, _MAX_TIMEOUT)

    def failure(
        self,
        error: BaseException,
        *,
        timeouts: tuple[type[BaseException], ...] = (),
        unsent: tuple[type[BaseException], ...] = (),
    ) -> TransportError | ReplyTooLarge | InvalidArgument:
        """The error of ours for an error of an engine; `InvalidArgument` if a file changed while it was sent.

        *timeouts* are the engine's timeout errors besides `TimeoutError`. *unsent* are its errors from before it
        has a connection.
        """
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, InvalidArgument):
                return _of_cut_request(cause)
        if any(_is_about_headers(cause) for cause in causes):
            return too_large_headers()
        sent = self.connected and not any(isinstance(cause, unsent) for cause in causes)
        if any(isinstance(cause, (TimeoutError, *timeouts)) for cause in causes):
            missing = "complete reply from" if sent else "connection to"
            return RequestTimeout(f"no {missing} {self.peer} within {self.timeout:g} s", may_have_arrived=sent)
        what = "lost the connection to {} before the reply was complete" if sent else "could not connect to {}"
        reasons = [reason for reason in map(_reason, causes) if reason]
        message = ": ".join([what.format(self.peer), *reasons[-1:]])
        return ConnectionFailed(message, may_have_arrived=sent)


def _of_cut_request(found: InvalidArgument) -> InvalidArgument:
    """The error for a file that could not be sent to its end; a server may act on what it has got."""
    error = InvalidArgument(found.message)
    error.may_have_arrived = True
    return error


def _is_about_headers(error: BaseException) -> bool:
    """Whether an engine refuses a reply because of its headers. Each has another error for it."""
    name, text = type(error).__name__, str(error)
    return (
        name in ("LineTooLong", "HeadersTooLarge")  # of http.client and aiohttp; ours
        or getattr(error, "error_status_hint", None) == 431  # of h11
        or "Too many headers" in text  # aiohttp
        or "got more than 100 headers" in text  # http.client
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, in that order.

    Engines keep a cause as `__cause__` or among the arguments. `__context__` is ignored: it may be an older, unrelated
    error of the caller.
    """
    seen: set[int] = set()
    todo = [error]
    while todo:
        cause = todo.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        nested = (cause.__cause__, *cause.args, *getattr(cause, "exceptions", ()))
        todo += [inner for inner in nested if isinstance(inner, BaseException)]


def _reason(error: BaseException) -> str | None:
    """The message of the operating system or OpenSSL, such as `connection refused`. Engines may quote the URL."""
    if isinstance(error, ProxyRefused):
        return str(error)
    # Engines have subclasses of these errors that lack some attributes.
    if isinstance(error, ssl.SSLCertVerificationError):
        why = getattr(error, "verify_message", "it is not trusted")
        return f"certificate verify failed: {why}{unreadable_bundle()}"
    if isinstance(error, ssl.SSLError):
        return (getattr(error, "reason", None) or "TLS failed").replace("_", " ").lower()
    if isinstance(error, socket.gaierror):
        return (error.strerror or "unknown host").lower()
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return os.strerror(error.errno).lower()
    return None


def host_and_port(url: str) -> str:
    """Host and port of a URL, which are safe in a message; no user name, path or query."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host
