"""Read links and ids in replies. Sends nothing."""

from __future__ import annotations

import re
from urllib.parse import unquote, urldefrag, urljoin

import msgspec

from ..http.request import Json, Response
from ..models.codec import follow, json_in


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a link or an id in a reply: a header, or a field of the body. An id may be an argument instead."""

    header: str = ""
    field: tuple[str, ...] = ()
    """JSON names that lead to it."""
    envelope: str = ""
    """The key under which the body may have the object that `field` begins in."""
    argument: str = ""
    """For an id: the argument of the submit, by the provider's name for it."""
    template: str = ""
    """For an id inside a URL: the end of the URL, such as `/jobs/{job_id}`."""
    path: str = ""
    """The path of the request, with `{job_id}` in it, if the provider gives no link."""
    name: str = ""
    """The rate limit bucket of requests to this link."""

    @property
    def place(self) -> str:
        """The place, for a message."""
        return f"the header {self.header}" if self.header else ".".join(("$", *self.field))

    def is_where(self, other: object) -> bool:
        """Whether *other* is a link at the same place."""
        return isinstance(other, Link) and (self.header, self.field) == (other.header, other.field)

    def found_in(self, reply: Response) -> Json:
        """The value at this place, or `None`."""
        if self.header:
            return reply.headers.get(self.header.lower())
        body = json_in(reply)
        inside = body.get(self.envelope) if self.envelope and isinstance(body, dict) else None
        return follow(inside if isinstance(inside, dict) else body, self.field)

    def id_in(self, reply: Response) -> Json:
        """The id at this place, or `None`."""
        found = self.found_in(reply)
        if not self.template or not isinstance(found, str):
            return found
        before, _, after = re.escape(self.template).partition(re.escape("{job_id}"))
        match = re.search(f"{before}([^/?#]+){after}/?$", re.split("[?#]", found)[0])
        return unquote(match[1]) if match else None

    def address_in(self, reply: Response, url: str) -> str | None:
        """The link at this place as an absolute URL; the reply is from *url*."""
        found = self.found_in(reply)
        if not isinstance(found, str) or not found.strip():
            return None
        return resolved(url, found)


def resolved(url: str, link: str) -> str:
    """*link* in a reply from *url* as an absolute URL, if it is one."""
    try:
        # The query of *url* may hold the API key.
        return urldefrag(urljoin(url.partition("?")[0], link.strip())).url
    except ValueError:
        return link
