"""The system's certificates. Reading them is the slowest part of a first request, so they are cached."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache


def tls_context(use: str) -> ssl.SSLContext:
    """A context that verifies certificates and host names, one for each *use* in this process.

    Engines change a context, for example its protocols, so each engine needs its own.
    """
    return _read(use, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=16)
def _read(use: str, file: str | None, folder: str | None) -> ssl.SSLContext:
    return ssl.create_default_context()
