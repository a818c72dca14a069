"""Keep queries out of what HTTP libraries log: a query may hold the API key, or the signature of an address."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

_HEADER_LOGGERS = ("hpack.hpack", "hpack.table")
"""These log each header of a request over HTTP/2, with the API key."""


def mask_queries(*loggers: str, during: ContextVar[Any]) -> None:
    """Mask the queries in the lines of these loggers, at any level, while *during* is set: in our own requests.

    Lines about other requests of the program stay as they are.
    """
    mask = _Mask(during)
    for name in (*loggers, *_HEADER_LOGGERS):
        logging.getLogger(name).addFilter(mask)


class _Mask(logging.Filter):
    def __init__(self, during: ContextVar[Any]) -> None:
        super().__init__()
        self._during = during

    def filter(self, record: logging.LogRecord) -> bool:
        if self._during.get(None) is None:
            return True
        if record.name in _HEADER_LOGGERS:
            return False
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_masked, record.args))
        return True


def _masked(value: object) -> object:
    """*value* up to its first question mark. What follows the query goes too: it may be part of it."""
    before, mark, _ = str(value).partition("?")
    return f"{before}?***" if mark else value
