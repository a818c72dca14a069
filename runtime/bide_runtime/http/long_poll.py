"""Long polling: how a poll asks the server to hold it until the job changes. Sends nothing."""

from __future__ import annotations

from math import inf

import msgspec
from msgspec.structs import replace

from .request import Request, query

_PREFER = "prefer"
"""RFC 7240: `Prefer: wait=20`."""


class LongPoll(msgspec.Struct, frozen=True, kw_only=True):
    """The query parameter or header of a poll for how many seconds the server may hold it."""

    query: str = ""
    header: str = ""
    max_seconds: float
    """The longest time for which the server holds a poll, in seconds."""

    def seconds(self, left: float) -> int:
        """The whole seconds to ask for if the server must reply within *left* seconds; 0: do not ask."""
        return max(int(min(self.max_seconds, left)), 0)

    def apply(self, request: Request, seconds: int) -> Request:
        """The request, asking the server to hold it for *seconds*."""
        if not seconds:
            return request
        if self.query:
            pair = query([(self.query, seconds)])
            return replace(request, url=request.url + (pair.replace("?", "&", 1) if "?" in request.url else pair))
        name = self.header.lower()
        text = f"wait={seconds}" if name == _PREFER else str(seconds)
        return replace(request, headers={**request.headers, name: text})


class LongPollUntil(msgspec.Struct, frozen=True):
    """How long one poll may be held."""

    by: LongPoll
    until: float = inf
    """The latest time at which the server must send the reply."""
