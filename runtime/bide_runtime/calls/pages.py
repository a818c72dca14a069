"""A result that comes in pages: which to ask for next, and what they make together. Sends nothing itself."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from ..errors.decode import DecodeError
from ..http.request import Json, query
from ..models.codec import follow

Path = tuple[str, ...]


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """How a result is divided. Its pointers are made of attribute names."""

    list: Path
    """The list of which each page has a part."""
    query: str
    """The query parameter that asks for a page."""
    next: Path = ()
    """Where a page says which is the next; empty: they are counted."""
    more: Path = ()
    """Where a page says whether there are more; empty: the last one has no `next`, or an empty list."""
    first: int = 1
    """The number of the first page, where they are counted."""


class Gathered:
    """The pages of one result that have come so far."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._items: list[Any] = []
        self._asked: set[Json] = set()
        self._count = 0
        self._last: Any = None
        self.next: Json = None
        """What asks for the next page; `None`: the first, or no more."""

    @property
    def is_whole(self) -> bool:
        return self._count > 0 and self.next is None

    @property
    def query(self) -> str:
        """What the address of the next page ends with."""
        return query([(self._pages.query, self.next)])

    def add(self, page: Any, body: bytes) -> None:
        """Take in the page that was asked for. Raises `DecodeError` if it leads back to one that was had."""
        self._items += follow(page, self._pages.list) or []
        self._count += 1
        self._last = page
        self.next = self._after(page)
        if self.next in self._asked:
            where = "$." + ".".join(self._pages.next)
            raise DecodeError("the pages of the result lead in a circle", path=where, body=body)
        self._asked.add(self.next)

    def _after(self, page: Any) -> Json:
        if self._pages.more and not follow(page, self._pages.more):
            return None
        if self._pages.next:
            return follow(page, self._pages.next) or None
        return self._pages.first + self._count if follow(page, self._pages.list) else None

    def result(self) -> Any:
        """The last page, with the items of all of them."""
        return _with(self._last, self._pages.list, self._items)


def _with(holder: Any, path: Path, items: list[Any]) -> Any:
    """*holder* with *items* where *path* leads."""
    name, *rest = path
    inside = getattr(holder, name)
    if rest and inside is None:
        return holder
    return replace(holder, **{name: _with(inside, tuple(rest), items) if rest else items})
