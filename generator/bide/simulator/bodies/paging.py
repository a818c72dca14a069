"""A result in pages: which part of it a request gets, and what it says of the next. Knows nothing of jobs."""

from __future__ import annotations

import copy
from dataclasses import replace

from bide.ir import Json, Kind, Model, Pages, Scalar
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.pointer import at, drop, put
from bide.simulator.bodies.refusal import Refused
from bide.simulator.life.answer import Asked

_SIZE = 2
"""How many items are on a page."""

_LEAST = 5
"""How many items a result that comes in pages has at least, so that there are pages."""


def without_page(pages: Pages | None, asked: Asked) -> Asked:
    """The request without what asks for a page."""
    if pages is None:
        return asked
    return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != pages.query))


def page_of(catalog: Catalog, model: Model, body: Json, pages: Pages, asked: Asked) -> Json:
    """The page of *body*, a whole result, that is asked for. Raises `Refused` if there is no such page."""
    items = at(body, pages.list)
    items = items if isinstance(items, list) else []
    while items and len(items) < _LEAST:
        items = [*items, *copy.deepcopy(items)]
    numbers = [index // _SIZE for index in range(0, max(len(items), 1), _SIZE)]
    wanted = dict(asked.query).get(pages.query, "")
    number = _number(pages, wanted)
    # Where pages are counted, the one behind the last is empty, and says so.
    if number is None or number > len(numbers) - (1 if pages.next or pages.more else 0):
        raise Refused(400, f"query.{pages.query} is {wanted!r}, which is no page of this result")
    made: dict[str, Json] = copy.deepcopy(body)
    put(made, pages.list, items[number * _SIZE : (number + 1) * _SIZE])
    is_last = number >= len(numbers) - 1
    if pages.next:
        field = catalog.fields_along(model, pages.next)[-1]
        following: Json = number + 1 if field.type == Scalar(Kind.INTEGER) else f"page-{number + 1}"
        if not is_last:
            put(made, pages.next, following)
        elif field.optional:
            drop(made, pages.next)
        else:
            put(made, pages.next, None if field.nullable else "")
    if pages.more:
        put(made, pages.more, not is_last)
    return made


def _number(pages: Pages, wanted: str) -> int | None:
    """Which page is asked for, counted from 0; `None`: none that there could be."""
    if not wanted:
        return 0
    text = wanted.removeprefix("page-")
    if not text.isdecimal():
        return None
    return int(text) if pages.next else int(text) - pages.first
