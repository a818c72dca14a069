"""Paginated results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.calls.link_header import next_in
from bide_runtime.calls.pages import Pages
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.auth import Secret
from bide_runtime.jobs.errors import JobExpired, JobTimeout
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.models.model import Model
from msgspec.structs import replace

from tests.runtime.acme import KEY, PROVIDER, kind
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


# --- pages at addresses, by headers and by offsets --------------------------------------------------------------------

ADDRESS = paged(list=("items",), next=("after",))
LINKED = paged(list=("items",), next_header="Link")
PLACED = paged(list=("items",), next_header="X-Next-Page")
HEADED = paged(list=("items",), next_header="X-Cursor", query="cursor")
OFFSET = paged(list=("items",), offset="skip")
OFFSET_MORE = paged(list=("items",), offset="skip", more=("more",))
BARE = paged(list[int], query="page")
BARE_LINKED = paged(list[int], next_header="link")
INLINE = kind("inline", Sheet, pages=Pages(list=("items",), next=("after",)))
INLINE_CURSOR = kind(
    "inline", Sheet, poll="/jobs/{job_id}?v=1", pages=Pages(list=("items",), next=("after",), query="c")
)


def headed(reply: Reply, **headers: str) -> Reply:
    return Reply(reply.body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def answering(*pages: Reply) -> Server:
    """A job that is done, with these replies to all requests but polls."""
    rest = list(pages)
    return lambda sent: DONE if sent.line == "GET /v2/jobs/j1" and not sent.query else rest.pop(0)


def lines(w: Any) -> list[str]:
    """Path and query of each request but the poll."""
    return [sent.request.url.removeprefix("https://api.acme.example") for sent in w.sent[1:]]


FIRST = "/v2/jobs/j1/result"


@pytest.mark.parametrize(
    ("of", "pages", "wanted"),
    [
        (ADDRESS, [sheet(1, after="/x?c=2"), sheet(2, after=" ?c=3#f "), sheet(3)], [FIRST, "/x?c=2", "/x?c=3"]),
        (ADDRESS, [sheet(1, after="b"), sheet(2, 3, after="")], [FIRST, "/v2/jobs/j1/b"]),
        (
            LINKED,
            [headed(sheet(1), link='</p>; rel=prev, <b?a=1,2>; title="x>, <y"; rel="Last NEXT"'), sheet(2, 3)],
            [FIRST, "/v2/jobs/j1/b?a=1,2"],
        ),
        (PLACED, [headed(sheet(1), x_next_page="/b"), sheet(2, 3)], [FIRST, "/b"]),
        (HEADED, [headed(sheet(1), x_cursor="a&b"), sheet(2, 3)], [FIRST, f"{FIRST}?cursor=a%26b"]),
        (OFFSET, [sheet(1, 2), sheet(3), sheet()], [FIRST, f"{FIRST}?skip=2", f"{FIRST}?skip=3"]),
        (OFFSET_MORE, [sheet(1, 2, more=True), sheet(3, more=False)], [FIRST, f"{FIRST}?skip=2"]),
    ],
)
def test_pages_lead_to_the_next_one(world: Make, of: Any, pages: list[Reply], wanted: list[str]) -> None:
    """By an address in a field or a header, a cursor in a header, or the number of items so far."""
    w = world(answering(*pages))

    assert w.do(w.job(of).wait()).items == [1, 2, 3]
    assert lines(w) == wanted


@pytest.mark.parametrize(
    ("of", "pages"),
    [
        (BARE, [Reply([1, 2]), Reply([3]), Reply([])]),
        (BARE_LINKED, [headed(Reply([1, 2]), link="</n>;rel=next"), Reply([3])]),
    ],
)
def test_a_page_may_be_the_bare_list(world: Make, of: Any, pages: list[Reply]) -> None:
    """Then the result is the list of all items."""
    w = world(answering(*pages))

    assert w.do(w.job(of).wait()) == [1, 2, 3]


def test_the_last_poll_may_have_the_first_page(world: Make) -> None:
    """Further pages are at the address that it has; they are no polls, so nothing waits between them."""
    replies = [
        Reply({"status": "done", "items": [1], "after": "https://api.acme.example/v2/jobs/j1?skip=1"}),
        error(503),
        Reply({"status": "done", "items": [2, 3]}),
    ]
    w = world(lambda sent: replies.pop(0))
    job = w.job(INLINE)

    assert w.do(job.wait()).items == [1, 2, 3]
    assert w.do(job.wait()).items == [1, 2, 3]
    assert lines(w) == ["/v2/jobs/j1?skip=1"] * 2


def test_further_pages_may_be_polls_with_a_cursor(world: Make) -> None:
    """The query of polls stays."""
    replies = [Reply({"status": "done", "items": [1], "after": 7}), Reply({"items": [2, 3]})]
    w = world(lambda sent: replies.pop(0))

    assert w.do(w.job(INLINE_CURSOR).wait()).items == [1, 2, 3]
    assert lines(w) == ["/v2/jobs/j1?v=1&c=7"]


def test_a_first_page_that_leads_to_no_page_is_never_the_whole_result(world: Make) -> None:
    """The error comes again with each call: a part of the items must not pass for all of them."""
    w = world(lambda sent: Reply({"status": "done", "items": [1], "after": 5}))
    job = w.job(INLINE)

    for call in (job.wait, job.result, job.wait):
        with pytest.raises(DecodeError, match="leads to no page"):
            w.do(call())


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("https://evil.example/x", "evil.example is not a host of Acme"),
        ("http://api.acme.example/x", "without encryption"),
        ("https://user@api.acme.example/x", "it is not an http or https URL"),
        ("file:///etc/passwd", "it is not an http or https URL"),
    ],
)
def test_the_address_of_a_page_is_followed_as_other_links_are(world: Make, after: str, why: str) -> None:
    """Only on the host of the base URL and the hosts of the spec, and never without encryption."""
    w = world(answering(sheet(1, after=after), sheet(2)))

    with pytest.raises(DecodeError, match=why) as caught:
        w.do(w.job(ADDRESS).wait())
    assert caught.value.path == "$.after"
    assert lines(w) == [FIRST]


@pytest.mark.parametrize("api_key", [KEY, lambda: KEY], ids=["fixed", "changing"])
def test_each_page_gets_the_secrets_of_the_result(world: Make, api_key: Any) -> None:
    """They may be others than the usual ones, which polls get."""
    admin = Secret(at="header", name="X-Admin", env="ACME_ADMIN_KEY", argument="admin_key", is_usual=False)
    provider = replace(PROVIDER, auth=(*PROVIDER.auth, admin))
    of = replace(ADDRESS, lifecycle=replace(ADDRESS.lifecycle, auth={"result": ("admin_key",)}))
    server, secrets = answering(sheet(1, after="/b"), sheet(2)), {"admin_key": "sk-admin"}
    w = world(server, provider=provider, api_key=api_key, secrets=secrets)

    assert [1, 2] == w.do(w.job(of).wait()).items
    sent = [[sent.request.headers.get(name) for name in ("x-key", "x-admin")] for sent in w.sent]
    assert [[KEY, None], [None, "sk-admin"], [None, "sk-admin"]] == sent


def test_a_page_at_another_host_gets_no_key(world: Make) -> None:
    """The hosts of the spec may have pages."""
    w = world(
        answering(sheet(1, after="https://files.example.com/x?sig=1"), sheet(2)),
        provider=replace(PROVIDER, hosts=("*.example.com",)),
    )

    assert w.do(w.job(ADDRESS).wait()).items == [1, 2]
    assert [KEY in repr(dict(sent.request.headers)) for sent in w.sent] == [True, True, False]


@pytest.mark.parametrize("of", [ADDRESS, INLINE])
def test_addresses_that_form_a_loop_are_an_error(world: Make, of: Any) -> None:
    """The same address twice ends the wait, as the same cursor does."""
    w = world(lambda sent: Reply({"status": "done", "items": [1], "after": "/v2/again"}))

    with pytest.raises(DecodeError, match="the pages of the result form a loop"):
        w.do(w.job(of).wait())
    assert lines(w)[-1] == "/v2/again"
    assert len(lines(w)) <= 2


def test_pages_keep_to_the_deadline_of_the_wait(world: Make) -> None:
    """W1: addresses without end time out."""
    numbers = iter(range(10**9))
    w = world(lambda sent: Reply({"status": "done", "items": [1], "after": f"/p/{next(numbers)}"}, takes=1.0))

    with pytest.raises(JobTimeout):
        w.do(w.job(ADDRESS).wait(timeout=20))
    assert w.elapsed <= 20


LINK_HEADERS = [
    ("", None),
    ("</a>", None),
    ("</a>; rel=prev", None),
    ("</a>; rel=next", "/a"),
    ('</a>;rel="next"', "/a"),
    ('< /a >; REL="NEXT"', "/a"),
    ('</a>; rel="prev next"', "/a"),
    ("</a>; rel=nextish, </b>; rel=next", "/b"),
    ('</a>; title="rel=next", </b>; rel=next', "/b"),
    ('</a>; title="\\"; rel=next", </b>; rel=next', "/b"),
    ("</a>; rel=prev; rel=next, </b>; rel=next", "/b"),
    ('</a>; rel=next; anchor="#x", </b>; rel=next', "/b"),
    ("</a?x=1,2;3>; rel=next", "/a?x=1,2;3"),
    ("no link, </b>; rel=next", None),
    ("</a>; rel", None),
    ("<>; rel=next", ""),
]


@pytest.mark.parametrize(("text", "found"), LINK_HEADERS)
def test_the_link_with_the_relation_next(text: str, found: str | None) -> None:
    """As RFC 8288 has it: quoted texts, several relations, the first of equal parameters."""
    assert next_in(text) == found


def test_a_hostile_link_header_is_read_quickly() -> None:
    """Its length costs no more than linear time."""
    for text in (
        "<" * 60_000,
        "</a>" + "; a" * 20_000,
        '</a>; a="' + "\\" * 60_000,
        "</a>;" + " " * 60_000,
        "," * 60_000,
    ):
        assert next_in(text) is None
