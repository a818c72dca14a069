"""Paginated results: the page of a request, and its cursor to the next one. Independent of jobs."""

from __future__ import annotations

import copy
from dataclasses import replace

from bide.ir import Json, Kind, Model, Pages, Scalar
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.pointer import at, drop, put
from bide.simulator.bodies.refusal import Refused
from bide.simulator.life.answer import Asked

_SIZE = 2
"""The number of items on a page."""

_LEAST = 5
"""The least number of items of a paginated result, so that it has several pages."""


def without_page(pages: Pages | None, asked: Asked) -> Asked:
    """The request without its page parameter."""
    if pages is None:
        return asked
    return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != pages.query))


def page_of(catalog: Catalog, model: Model, body: Json, pages: Pages, asked: Asked) -> Json:
    """The requested page of *body*, a whole result. Raises `Refused` if there is no such page."""
    items = at(body, pages.list)
    items = items if isinstance(items, list) else []
    while items and len(items) < _LEAST:
        items = [*items, *copy.deepcopy(items)]
    numbers = [index // _SIZE for index in range(0, max(len(items), 1), _SIZE)]
    wanted = dict(asked.query).get(pages.query, "")
    number = _number(pages, wanted)
    # If pages are numbered, the one after the last is empty.
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
    """The index of the requested page, from 0; `None` if it is not valid."""
    if not wanted:
        return 0
    text = wanted.removeprefix("page-")
    if not text.isdecimal():
        return None
    return int(text) if pages.next else int(text) - pages.first
