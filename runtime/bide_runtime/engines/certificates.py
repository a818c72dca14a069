"""The certificates of the system, which take longer to read than all else of a first request. Knows no engine."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache


def verifying(use: str) -> ssl.SSLContext:
    """A context that trusts the system's certificates and checks names, shared by all in this process with one *use*.

    Engines add to a context, such as the protocols they speak, so that each has to have its own.
    """
    return _read(use, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=16)
def _read(use: str, file: str | None, folder: str | None) -> ssl.SSLContext:
    return ssl.create_default_context()
