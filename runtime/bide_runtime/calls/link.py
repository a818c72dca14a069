"""What a provider hands out in its replies beside data: the address to ask at next, or an id. Sends nothing."""

from __future__ import annotations

import re
from urllib.parse import unquote, urldefrag, urljoin

import msgspec

from ..http.request import Json, Response
from ..models.codec import any_json, follow


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply hands something out: in a header, or in a field of its body."""

    header: str = ""
    field: tuple[str, ...] = ()
    """JSON names that lead to it."""
    template: str = ""
    """For an id that stands within a text: what the text ends with, such as `/jobs/{job_id}`."""
    name: str = ""
    """What the provider counts requests to this address as, for rate limits."""

    @property
    def place(self) -> str:
        """Where it is, in a message."""
        return f"the header {self.header}" if self.header else ".".join(("$", *self.field))

    def is_where(self, other: object) -> bool:
        """Whether *other* is handed out at the same place."""
        return isinstance(other, Link) and (self.header, self.field) == (other.header, other.field)

    def found_in(self, reply: Response) -> Json:
        """What is there, or `None`."""
        if self.header:
            return reply.headers.get(self.header.lower())
        return follow(any_json(reply.body), self.field)

    def id_in(self, reply: Response) -> Json:
        """The id that is there, or `None`."""
        found = self.found_in(reply)
        if not self.template or not isinstance(found, str):
            return found
        before, _, after = re.escape(self.template).partition(re.escape("{job_id}"))
        match = re.search(f"{before}([^/?#]+){after}/?$", re.split("[?#]", found)[0])
        return unquote(match[1]) if match else None

    def address_in(self, reply: Response, asked: str) -> str | None:
        """The address that is there, in full; *asked* is the address that was answered."""
        found = self.found_in(reply)
        if not isinstance(found, str) or not found.strip():
            return None
        try:
            # What was asked may have the key in its query.
            return urldefrag(urljoin(asked.partition("?")[0], found.strip())).url
        except ValueError:
            return found
