"""Paginated results: the next page to request, and the result of all pages. Sends nothing."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from ..errors.decode import DecodeError
from ..http.request import Json, Response, query
from ..models.codec import Path, follow
from .link import resolved
from .link_header import next_in


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """How a result is paginated. Its paths are made of attribute names."""

    list: Path = ()
    """The list that is split over the pages; empty: the whole body is the list."""
    query: str = ""
    """The query parameter for the page number or the cursor; empty: a page has the address of the next one."""
    offset: str = ""
    """The query parameter for the number of items received so far, if there is one in place of `query`."""
    next: Path = ()
    """Where a page has the cursor or the address of the next one; empty: pages are numbered."""
    next_header: str = ""
    """The same, if it is in a header. Of `Link`, it is the link with the relation `next`."""
    more: Path = ()
    """Where a page says whether there are more; empty: the last page has no `next`, or an empty list."""
    first: int = 1
    """The number of the first page, if pages are numbered."""

    @property
    def is_address(self) -> bool:
        """Whether pages have addresses that the provider hands out."""
        return not (self.query or self.offset)

    @property
    def place(self) -> str:
        """Where a page has what leads to the next one, for a message."""
        return f"the header {self.next_header}" if self.next_header else ".".join(("$", *self.next))


class CollectedPages:
    """The pages of one result that were received so far."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._items: list[Any] = []
        self._requested: set[Json] = set()
        self._count = 0
        self._last: Any = None
        self.next: Json = None
        """The number, cursor or address of the next page; `None` before the first page and after the last one."""

    @property
    def is_complete(self) -> bool:
        """Whether the last page was received."""
        return self._count > 0 and self.next is None

    @property
    def query(self) -> str:
        """The query of the next request; empty if it has an address."""
        return "" if self._pages.is_address else query([(self._pages.query or self._pages.offset, self.next)])

    def add(self, page: Any, reply: Response, url: str) -> None:
        """Add the next page, which came from *url*.

        Raises `DecodeError` if it leads back to an earlier page, or to something that is no page.
        """
        items = follow(page, self._pages.list) or []
        self._items += items
        self._count += 1
        self._last = page
        self.next = self._next_after(page, items, reply, url)
        if self.next in self._requested:
            raise DecodeError("the pages of the result form a loop", path=self._pages.place, body=reply.body)
        self._requested.add(self.next)

    def _next_after(self, page: Any, items: list[Any], reply: Response, url: str) -> Json:
        pages = self._pages
        if pages.more and not follow(page, pages.more):
            return None
        if pages.offset:
            return len(self._items) if items else None
        if not (pages.next or pages.next_header):
            return pages.first + self._count if items else None
        found = self._header_in(reply) if pages.next_header else follow(page, pages.next)
        if not found:
            return None
        if isinstance(found, bool) or not isinstance(found, str if pages.is_address else str | int):
            message = f"{pages.place} is {found!r:.80}, which leads to no page"
            raise DecodeError(message, path=pages.place, body=reply.body)
        return resolved(url, found) if pages.is_address else found

    def _header_in(self, reply: Response) -> str:
        name = self._pages.next_header.lower()
        text = reply.headers.get(name, "").strip()
        return next_in(text) or "" if name == "link" and self._pages.is_address else text

    def result(self) -> Any:
        """The last page, with the items of all pages."""
        return _with(self._last, self._pages.list, self._items)


def _with(holder: Any, path: Path, items: list[Any]) -> Any:
    """*holder* with *items* at *path*."""
    if not path:
        return items
    name, *rest = path
    inside = follow(holder, (name,))
    if rest and inside is None:
        return holder
    changed = _with(inside, tuple(rest), items)
    if isinstance(holder, list):
        return [*holder[: int(name)], changed, *holder[int(name) + 1 :]]
    return {**holder, name: changed} if isinstance(holder, dict) else replace(holder, **{name: changed})
