"""Paginated results: the next page to request, and the result of all pages. Sends nothing."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from ..errors.decode import DecodeError
from ..http.request import Json, query
from ..models.codec import Path, follow


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """How a result is paginated. Its paths are made of attribute names."""

    list: Path
    """The list that is split over the pages."""
    query: str
    """The query parameter for the page number or the cursor."""
    next: Path = ()
    """Where a page has the cursor of the next one; empty: pages are numbered."""
    more: Path = ()
    """Where a page says whether there are more; empty: the last page has no `next`, or an empty list."""
    first: int = 1
    """The number of the first page, if pages are numbered."""


class CollectedPages:
    """The pages of one result that were received so far."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._items: list[Any] = []
        self._requested: set[Json] = set()
        self._count = 0
        self._last: Any = None
        self.next: Json = None
        """The number or cursor of the next page; `None` before the first page and after the last one."""

    @property
    def is_complete(self) -> bool:
        """Whether the last page was received."""
        return self._count > 0 and self.next is None

    @property
    def query(self) -> str:
        """The query of the next request."""
        return query([(self._pages.query, self.next)])

    def add(self, page: Any, body: bytes) -> None:
        """Add the next page. Raises `DecodeError` if its `next` leads back to an earlier page."""
        self._items += follow(page, self._pages.list) or []
        self._count += 1
        self._last = page
        self.next = self._next_after(page)
        if self.next in self._requested:
            path = "$." + ".".join(self._pages.next)
            raise DecodeError("the pages of the result form a loop", path=path, body=body)
        self._requested.add(self.next)

    def _next_after(self, page: Any) -> Json:
        if self._pages.more and not follow(page, self._pages.more):
            return None
        if self._pages.next:
            return follow(page, self._pages.next) or None
        return self._pages.first + self._count if follow(page, self._pages.list) else None

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
