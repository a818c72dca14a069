"""The system's certificates. Reading them is the slowest part of a first request, so they are cached."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache

from ..errors.client import ConfigurationError
from ..process import fork_count

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
"""The environment variables that Python and OpenSSL read for a context."""


def tls_context(use: str) -> ssl.SSLContext:
    """A context that verifies certificates and host names, one for each *use* in this process.

    Engines change a context, for example its protocols, so each engine needs its own. So does a child process: OpenSSL
    has a lock in each, which another thread may have held at the fork. Raises `ConfigurationError`.
    """
    return _read(use, fork_count(), *map(os.environ.get, _VARIABLES))


def tls_failure(error: Exception) -> ConfigurationError:
    """The error for TLS that cannot be set up. It names the environment variables that may be the cause."""
    found = {name: os.environ[name] for name in _VARIABLES if os.environ.get(name)}
    culprits = [name for name, value in found.items() if value == getattr(error, "filename", None)]
    names = " and ".join(culprits or found) or "the installation of OpenSSL"
    reason = getattr(error, "strerror", None) or type(error).__name__
    return ConfigurationError(f"TLS cannot be set up: {reason.lower()}; check {names}")


def unreadable_bundle() -> str:
    """A hint for a certificate that is not trusted: that `SSL_CERT_FILE` cannot be read; else empty.

    OpenSSL ignores such a file.
    """
    path = os.environ.get("SSL_CERT_FILE")
    if not path:
        return ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ValueError):
        return " (SSL_CERT_FILE names no file with certificates that can be read)"
    return ""


@lru_cache(maxsize=64)  # those of the parent process stay: to free one, OpenSSL takes its lock
def _read(use: str, forks: int, *_environment: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context()
    except (OSError, ValueError) as error:
        raise tls_failure(error) from error
