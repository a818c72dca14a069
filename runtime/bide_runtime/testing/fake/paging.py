"""The pages of a list of a fake provider."""

from __future__ import annotations

from typing import Any

from ...calls.pages import Pages
from ...http.request import Json
from ...models.codec import follow
from .addresses import JSON
from .bodies import fits, plain, put, typed
from .transport import Sent

SIZE = 2
"""How many items a page has."""


def asked_page(pages: Pages, sent: Sent | None) -> str:
    """The text that asks for a page; empty for the first."""
    return "" if sent is None else dict(sent.query).get(pages.query or pages.offset or "page", "")


def page_of(
    pages: Pages, wanted: Any, body: Json, sent: Sent | None, *, base: str, address: str
) -> tuple[Json, int, dict[str, str]]:
    """Body, HTTP status and headers of the requested page of *body*, JSON of the type *wanted*; without *sent*, of the
    first page.

    A page has two items, and what leads to the next page. *address* is that of pages that have one, up to its `page=`.
    """
    headers = dict(JSON)
    items = plain(follow(typed(wanted, body), pages.list)) or []
    asked = asked_page(pages, sent)
    is_counted = not (pages.offset or pages.next or pages.next_header)
    number = int(asked or "0") // (SIZE if pages.offset else 1) - (pages.first if is_counted and asked else 0)
    shown = items[SIZE * number : SIZE * number + SIZE]
    if pages.list:
        put(body, wanted, pages.list, shown)
    else:
        body = shown
    is_last = SIZE * number + SIZE >= len(items)
    put(body, wanted, pages.more, not is_last)
    following = f"{address}page={number + 1}" if pages.is_address else str(number + 1)
    if pages.next_header and not is_last:
        is_link = pages.next_header.lower() == "link" and pages.is_address
        text = f'<{base}/>; rel="start up", <{following}>; title="a, \\">"; rel=next' if is_link else following
        headers[pages.next_header.lower()] = text
    for value in (None, "") if is_last else (following, number + 1):
        put(body, wanted, pages.next, value)
        if fits(wanted, body):
            break
    return body, 200, headers
