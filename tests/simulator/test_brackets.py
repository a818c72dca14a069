"""Objects in a query, whose values have names in brackets."""

from __future__ import annotations

import json

import pytest

from bide.simulator.life.answer import Asked
from bide.simulator.world.world import World
from tests.providers.made import provider


def asked(query: str) -> tuple[int, object]:
    """The status and the body of the reply to a count of drawings."""
    pairs = tuple((name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part))
    headers = {"authorization": "Bearer k"}
    answer = World(provider("atelier")).handle(
        Asked(method="GET", path="/v1/drawings/count", query=pairs, headers=headers), 0.0
    )
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "in[corner][x]=1.5&in[width]=2",
        "filter[size]=3",
        "filter[size][gte]=3&filter[status]=drawn&filter[opens]=2026-01-01T00:00:00&filter[painter]=x",
        "filter[tags][]=a&filter[tags][]=b&filter[seen]=1&filter[seen]=2.5",
        "page[a]=1&fields[b]=c,d",
    ],
)
def test_what_fits_is_accepted(query: str) -> None:
    """At every depth; an object without values has no names."""
    assert asked(query) == (200, 1)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("in[width]=many", 'query.in.width is "many", expected a number'),
        ("in[corner]=1", 'query.in.corner is "1", expected an object'),
        ("in[depth]=1", "query.in.depth is not known here"),
        ("in[corner][x][y]=1", 'query.in.corner.x is {"y": "1"}, expected a number'),
        ("in=1", 'query.in is "1", expected an object'),
        ("in[width]=0", "query.in.width is 0, expected more than 0"),
        ("filter[size][gte]=x", 'query.filter.size.gte is "x", expected an integer'),
        ("filter[size]=x", 'query.filter.size is "x", expected an object'),
        ("page[a]=x", 'query.page.a is "x", expected an integer'),
        ("paging[a]=1", "query.paging[a] is not known here"),
    ],
)
def test_what_does_not_fit_is_refused(query: str, title: str) -> None:
    """With its place."""
    status, body = asked(query)

    assert (status, body) == (400, {"code": "invalid_request", "title": title})
