"""Paginated results: the page of a request, and what leads to the next one. Independent of jobs."""

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


def parameter(pages: Pages) -> str:
    """The query parameter that asks for a page. It is made up for pages with addresses."""
    return pages.query or pages.offset or "page"


def without_page(pages: Pages | None, asked: Asked) -> Asked:
    """The request without its page parameter."""
    if pages is None:
        return asked
    return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != parameter(pages)))


def asks_for_page(pages: Pages | None, asked: Asked) -> bool:
    """Whether a request asks for another page than the first."""
    return pages is not None and parameter(pages) in dict(asked.query)


def page_of(
    catalog: Catalog, model: Model | None, body: Json, pages: Pages, asked: Asked, path: str, *, least: int = _LEAST
) -> tuple[Json, dict[str, str]]:
    """The requested page of *body*, a whole list, and its headers. *path* is where further pages are.

    A list with fewer items than *least* has some of them several times.

    Raises `Refused` if there is no such page.
    """
    items = at(body, pages.list) if pages.list else body
    items = items if isinstance(items, list) else []
    while items and len(items) < least:
        items = [*items, *copy.deepcopy(items)]
    wanted = dict(asked.query).get(parameter(pages), "")
    start, count = _start(pages, wanted), len(items)
    # If pages are numbered or counted, the one after the last is empty.
    has_empty = (pages.is_counted or bool(pages.offset)) and not pages.more
    if start is None or start >= max(count, 1) + (_SIZE if has_empty else 0):
        raise Refused(400, f"query.{parameter(pages)} is {wanted!r}, which is no page of this result")
    made: Json = copy.deepcopy(body)
    if pages.list:
        put(made, pages.list, items[start : start + _SIZE])
    else:
        made = items[start : start + _SIZE]
    is_last, number = start + _SIZE >= count, start // _SIZE + 1
    address = f"http://{asked.headers.get('host', '')}{path}{'&' if '?' in path else '?'}page={number}"
    following = address if pages.is_address else f"page-{number}"
    headers = {}
    if pages.next_header and not is_last:
        is_link = pages.next_header.lower() == "link" and pages.is_address
        headers[pages.next_header] = f'<{following}>; rel="next", <{path}>; rel=first' if is_link else following
    if pages.next:
        field = catalog.fields_along(model, pages.next)[-1]
        if not is_last:
            put(made, pages.next, number if field.type == Scalar(Kind.INTEGER) else following)
        elif field.optional:
            drop(made, pages.next)
        else:
            put(made, pages.next, None if field.nullable else "")
    if pages.more:
        put(made, pages.more, not is_last)
    return made, headers


def _start(pages: Pages, wanted: str) -> int | None:
    """The index of the first item of the requested page; `None` if it is not valid."""
    if not wanted:
        return 0
    text = wanted.removeprefix("page-")
    if not text.isdecimal():
        return None
    if pages.offset:
        return int(text)
    number = int(text) - pages.first if pages.is_counted else int(text)
    return number * _SIZE if number >= 0 else None
