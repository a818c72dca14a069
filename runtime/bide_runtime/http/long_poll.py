"""Long polling: how a poll asks the server to keep its answer until there is news. Sends nothing."""

from __future__ import annotations

from math import inf

import msgspec
from msgspec.structs import replace

from .request import Request, query

_PREFER = "prefer"
"""RFC 7240: `Prefer: wait=20`."""


class LongPoll(msgspec.Struct, frozen=True, kw_only=True):
    """Where a poll says for how many seconds it may be held: in a query parameter or in a header."""

    query: str = ""
    header: str = ""
    max_seconds: float
    """Seconds that the server holds a poll at the longest."""

    def seconds(self, left: float) -> int:
        """Whole seconds to ask for when the answer has to leave in *left* seconds; 0: do not ask."""
        return max(int(min(self.max_seconds, left)), 0)

    def asked(self, request: Request, seconds: int) -> Request:
        """The request, which asks to be held for so many seconds."""
        if not seconds:
            return request
        if self.query:
            pair = query([(self.query, seconds)])
            return replace(request, url=request.url + (pair.replace("?", "&", 1) if "?" in request.url else pair))
        name = self.header.lower()
        text = f"wait={seconds}" if name == _PREFER else str(seconds)
        return replace(request, headers={**request.headers, name: text})


class LongPollUntil(msgspec.Struct, frozen=True):
    """What one poll may ask for."""

    by: LongPoll
    until: float = inf
    """When its answer has to leave at the latest."""
