"""Paginated results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.calls.pages import Pages
from bide_runtime.errors.decode import DecodeError
from bide_runtime.jobs.errors import JobExpired, JobTimeout
from bide_runtime.jobs.result_at import ResultAt
from bide_runtime.models.model import Model

from tests.runtime.acme import kind
from tests.runtime.fakes import Reply, Sent, Server
from tests.runtime.world import DONE, Mode, World, error, is_poll

Make = Callable[..., World]


class Sheet(Model):
    """A page."""

    items: list[int] | None = None
    after: str | int | None = None
    more: bool | None = None


class Wrapped(Model):
    """A page in an envelope."""

    data: Sheet


def paged(wanted: type[Any] = Sheet, **pages: Any) -> Any:
    """A kind of job with a paginated result."""
    return kind("paged", wanted, result=ResultAt(path="/jobs/{job_id}/result", pages=Pages(**pages)))


CURSOR = paged(list=("items",), next=("after",), query="cursor")
COUNTED = paged(list=("items",), query="page")
MORE = paged(list=("items",), more=("more",), query="page", first=0)
WRAPPED = paged(Wrapped, list=("data", "items"), next=("data", "after"), query="cursor")
VIEWED = kind(
    "viewed",
    Sheet,
    result=ResultAt(
        path="/jobs/{job_id}/result?view=full", pages=Pages(list=("items",), next=("after",), query="cursor")
    ),
)
"""The address of the result has a query of its own."""


def serving(*pages: Reply) -> Server:
    """A job that is done, with these replies to consecutive requests for its result."""
    rest = list(pages)

    def answer(sent: Sent) -> Reply:
        if not sent.path.endswith("/result"):
            return DONE
        return rest.pop(0)

    return answer


def sheet(*items: int, **more: Any) -> Reply:
    return Reply({"items": list(items), **more})


def asked(w: Any) -> list[str]:
    """The query of each request for the result."""
    return [sent.request.url.partition("?")[2] for sent in w.sent if sent.path.endswith("/result")]


@pytest.mark.parametrize(
    ("of", "pages", "queries"),
    [
        (CURSOR, [sheet(1, after="a b"), sheet(2, after=7), sheet(3, after=None)], ["", "cursor=a+b", "cursor=7"]),
        (CURSOR, [sheet(1, after="x"), sheet(after="y"), sheet(2, 3, after="")], ["", "cursor=x", "cursor=y"]),
        (VIEWED, [sheet(1, after="x"), sheet(2, 3)], ["view=full", "view=full&cursor=x"]),
        (COUNTED, [sheet(1), sheet(2, 3), sheet()], ["", "page=2", "page=3"]),
        (MORE, [sheet(1, more=True), sheet(2, 3, more=False)], ["", "page=1"]),
    ],
)
def test_pages_are_joined(world: Make, of: Any, pages: list[Reply], queries: list[str]) -> None:
    """W14: each page is fetched once, in order, and the result has the items of all pages."""
    w = world(serving(*pages))
    job = w.job(of)

    assert w.do(job.wait()).items == [1, 2, 3]
    assert w.do(job.wait()).items == [1, 2, 3]
    assert asked(w) == queries


def test_pages_in_an_envelope_are_joined(world: Make) -> None:
    """The list may be nested; the rest of the result is that of the last page."""
    one, two = Reply({"data": {"items": [1], "after": "x"}}), Reply({"data": {"items": [2], "more": False}})
    w = world(serving(one, two))

    assert w.do(w.job(WRAPPED).wait()) == Wrapped(data=Sheet(items=[1, 2], more=False))


class Group(Model):
    """A page whose list is inside of another one."""

    data: list[Sheet]
    title: str = ""


GROUPED = paged(Group, list=("data", "0", "items"), next=("data", "0", "after"), query="cursor")


def test_pages_inside_of_a_list_are_joined(world: Make) -> None:
    """The other items of that list are those of the last page."""
    one = Reply({"data": [{"items": [1], "after": "x"}]})
    two = Reply({"data": [{"items": [2]}, {"items": [9]}], "title": "b"})
    w = world(serving(one, two))

    assert w.do(w.job(GROUPED).wait()) == Group(data=[Sheet(items=[1, 2]), Sheet(items=[9])], title="b")


def test_a_page_is_retried(world: Make) -> None:
    """W6: a transient error of a page repeats only that request."""
    w = world(serving(sheet(1, after="x"), error(502), error(409), sheet(2)))

    assert w.do(w.job(CURSOR).wait()).items == [1, 2]
    assert asked(w) == ["", "cursor=x", "cursor=x", "cursor=x"]


def test_the_next_wait_continues_at_the_next_page(world: Make) -> None:
    """W14: pages that were received before a timeout are not fetched again."""
    w = world(serving(sheet(1, after="x"), *[error(503)] * 30, sheet(2)))
    job = w.job(CURSOR)
    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=20))
    for _ in range(30):
        try:
            found = w.do(job.wait(timeout=20))
            break
        except JobTimeout:
            continue

    assert found.items == [1, 2]
    assert asked(w).count("") == 1


def test_an_expired_page_restarts_the_pagination(world: Make) -> None:
    """If the next page is gone, the next wait starts at the first page."""
    w = world(serving(sheet(1, after="x"), error(410), sheet(1, after="y"), sheet(2)))
    job = w.job(CURSOR)
    with pytest.raises(JobExpired):
        w.do(job.wait())

    assert w.do(job.wait()).items == [1, 2]
    assert asked(w) == ["", "cursor=x", "", "cursor=y"]


def test_a_loop_of_pages_ends_the_wait(world: Make) -> None:
    """W10: a page whose `next` leads back is an error."""
    w = world(serving(sheet(1, after="x"), sheet(2, after="y"), sheet(3, after="x"), sheet(4, after="y")))

    with pytest.raises(DecodeError, match="loop") as caught:
        w.do(w.job(CURSOR).wait())
    assert caught.value.path == "$.after"
    assert len(asked(w)) == 3


def test_endless_pages_end_at_the_deadline(world: Make) -> None:
    """W1: all pages are fetched within the deadline of the wait."""
    count = iter(range(1, 10_000))
    w = world(lambda sent: Reply({"items": [1], "after": next(count)}, takes=1.0) if "result" in sent.path else DONE)

    with pytest.raises(JobTimeout):
        w.do(w.job(CURSOR).wait(timeout=30))
    assert 28 <= w.elapsed <= 31


def test_each_page_begins_its_backoff_anew(mode: Mode) -> None:
    """W6: errors of the page before do not count."""
    pages = serving(error(502), error(502), error(502), sheet(1, after="x"), error(502), sheet(2))
    w = World(mode, pages, jitter=lambda: 0.9)
    w.do(w.job(CURSOR).wait(timeout=600))
    times = [sent.at for sent in w.sent if not is_poll(sent)]

    assert times[5] - times[4] == pytest.approx(times[1] - times[0])
