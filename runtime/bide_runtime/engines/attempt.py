"""One attempt to get a reply: with whom, until when, how far it came, what its failure means. Knows no engine."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..errors.transport import ConnectionFailed, RequestTimeout, TransportError

_LONGEST = 1e6  # what every operating system takes for a timeout, in seconds


class Attempt:
    """One request on its way to *url*, perhaps through a proxy, which has *timeout* seconds.

    *connected* is set by the engine as soon as a connection stands. Until then the request cannot have arrived; an
    engine that cannot tell begins with `True`.
    """

    def __init__(self, url: str, proxy_url: str | None, timeout: float, *, connected: bool = False) -> None:
        self.url = url
        self.proxy_url = proxy_url
        self.timeout = timeout
        self.connected = connected
        self._end = time.monotonic() + timeout

    @property
    def peer(self) -> str:
        """Who is at the other end, in a message."""
        through = f" through the proxy {host_and_port(self.proxy_url)}" if self.proxy_url else ""
        return host_and_port(self.url) + through

    def renew(self) -> None:
        """Begin to count anew: the timeout of a stream is for each silence."""
        self._end = time.monotonic() + self.timeout

    def left(self) -> float:
        """Seconds until the end, more than zero; `TimeoutError` at the end."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, _LONGEST)

    def failure(
        self,
        error: BaseException,
        *,
        timeouts: tuple[type[BaseException], ...] = (),
        unsent: tuple[type[BaseException], ...] = (),
    ) -> TransportError:
        """What the error of an engine means.

        *timeouts* are its own timeouts, beside `TimeoutError`; *unsent* what it raises only before a connection stands.
        """
        causes = list(_causes(error))
        sent = self.connected and not any(isinstance(cause, unsent) for cause in causes)
        if any(isinstance(cause, (TimeoutError, *timeouts)) for cause in causes):
            missing = "whole reply from" if sent else "connection to"
            return RequestTimeout(f"no {missing} {self.peer} within {self.timeout:g} s", may_have_arrived=sent)
        what = "lost the connection to {} before its reply was whole" if sent else "could not connect to {}"
        reasons = [reason for reason in map(_reason, causes) if reason]
        message = ": ".join([what.format(self.peer), *reasons[-1:]])
        return ConnectionFailed(message, may_have_arrived=sent)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it was raised from, in that order.

    Engines keep the origin as `__cause__` or among the arguments. `__context__` may be an older and unrelated error of
    the caller's and is left alone.
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
    """In the words of the operating system or of OpenSSL: `connection refused`. An engine's text may quote the URL."""
    # Engines derive errors of their own from these, without all that belongs to them.
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {getattr(error, 'verify_message', 'it is not trusted')}"
    if isinstance(error, ssl.SSLError):
        return (getattr(error, "reason", None) or "TLS failed").replace("_", " ").lower()
    if isinstance(error, socket.gaierror):
        return (error.strerror or "unknown host").lower()
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return os.strerror(error.errno).lower()
    return None


def host_and_port(url: str) -> str:
    """The part of a URL that is fit for a message: no user name, no path, no query."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host
