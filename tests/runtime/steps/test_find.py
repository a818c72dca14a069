"""Find the job of a submit whose reply was lost, in a list of the provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bide_runtime.calls.link import Link
from bide_runtime.calls.pages import Pages
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.errors import ApiError, NotFound
from bide_runtime.jobs.errors import SubmitUncertain
from bide_runtime.jobs.requests.find_at import FindAt
from bide_runtime.waiting.submits.find import MAX_PAGES

from tests.runtime.acme import PART, Page, kind, order, submitted
from tests.runtime.fakes import Reply, Sent, cut_off
from tests.runtime.world import DONE, World, error, served

Make = Any

AT: dict[str, Any] = {"argument": "ref", "path": "/jobs", "reply": Any, "list": ("jobs",), "reference": ("ref",)}


def found_in(**more: Any) -> Any:
    """A kind whose jobs are found in a list."""
    return submitted(PART, find=FindAt(**{**AT, "job_id": ("id",), **more}))


def listed(*items: dict[str, Any], **more: Any) -> Reply:
    return Reply({"jobs": list(items), **more})


MINE = {"id": "j7", "ref": "mine"}
OTHER = {"id": "j8", "ref": "theirs"}


def find(w: World, of: Any, **more: Any) -> Any:
    """What `find` returns for a submission with the reference `mine`."""
    submission = order(of, url="u", values={"ref": "mine"})
    return w.do(w.jobs(of).find(submission, **more))


def test_the_handle_can_be_waited_for(world: Make) -> None:
    """As one from `submit`; an id may be a number, and an item of another kind may look different."""
    of = found_in()
    w = world(served(polls=[listed({"x": 1}, {"ref": None}, OTHER, {"id": 7, "ref": "mine"}), DONE]))  # type: ignore[arg-type]
    job = find(w, of, sent_at=0.0)

    assert "7" == job.id
    assert "hello" == w.do(job.wait()).text
    assert ["GET /v2/jobs", "GET /v2/jobs/7"] == w.lines


def test_it_is_searched_for_again_when_it_must_be_visible(world: Make) -> None:
    """At once, and then once more: `None` is certain."""
    w = world(served(polls=[listed()]))

    assert find(w, found_in(visible_within=10.0)) is None
    assert [0.0, 10.0] == [sent.at for sent in w.sent]


def test_a_submit_of_long_ago_is_searched_for_once(world: Make) -> None:
    """The request has ended by its timeout, and the job is visible."""
    w = world(served(polls=[listed(OTHER)]), timeout=30.0)
    sent_at = w.clock.wall() - 40.0

    assert find(w, found_in(visible_within=10.0), sent_at=sent_at) is None
    assert [0.0] == [sent.at for sent in w.sent]


def test_the_request_may_have_been_under_way_for_its_timeout(world: Make) -> None:
    """So `visible_within` starts after that, if it is not over yet."""
    w = world(served(polls=[listed(OTHER)]), timeout=30.0)
    sent_at = w.clock.wall() - 35.0

    assert find(w, found_in(visible_within=10.0), sent_at=sent_at) is None
    assert [0.0, 5.0] == [sent.at for sent in w.sent]


def test_after_its_retention_a_list_proves_nothing(world: Make) -> None:
    """Unless it has the job."""
    of, long_ago = found_in(retention=3600.0), 7200.0
    w = world(served(polls=[listed(OTHER)]))
    with pytest.raises(SubmitUncertain, match=r"2\.0 hours ago"):
        find(w, of, sent_at=w.clock.wall() - long_ago)
    w = world(served(polls=[listed(MINE)]))

    assert "j7" == find(w, of, sent_at=w.clock.wall() - long_ago).id


def test_several_jobs_with_one_reference(world: Make) -> None:
    """The error names them; one that is listed twice is one."""
    with pytest.raises(SubmitUncertain, match="2 jobs have the reference 'mine': j7, j9") as caught:
        find(world(served(polls=[listed(MINE, {"id": "j9", "ref": "mine"})])), found_in())

    assert caught.value.reference is None
    assert "j7" == find(world(served(polls=[listed(MINE, MINE)])), found_in()).id


@pytest.mark.parametrize(
    ("pages", "following", "second"),
    [
        (Pages(list=("jobs",), query="page"), {}, "/v2/jobs?all=yes&page=2"),
        (Pages(list=("jobs",), query="c", next=("next",)), {"next": "abc"}, "/v2/jobs?all=yes&c=abc"),
        (Pages(list=("jobs",), offset="skip"), {}, "/v2/jobs?all=yes&skip=1"),
        (Pages(list=("jobs",), next=("next",)), {"next": "/v2/more?x=1"}, "/v2/more?x=1"),
    ],
)
def test_a_list_in_pages(world: Make, pages: Pages, following: dict[str, Any], second: str) -> None:
    """The search ends with the page that has the job."""
    w = world(served(polls=[listed(OTHER, **following), listed(MINE, **following), error(500)]))

    assert "j7" == find(w, found_in(path="/jobs?all=yes", pages=pages)).id
    assert [f"https://api.acme.example{second}"] == [sent.request.url for sent in w.sent[1:]]


def test_a_list_without_an_end(world: Make) -> None:
    """It is not searched for ever, and the job may be on a later page."""
    numbers = iter(range(10_000))

    def server(sent: Sent) -> Reply:
        return listed(OTHER, next=f"n{next(numbers)}")

    w = world(server)
    with pytest.raises(SubmitUncertain, match=f"no job on the first {MAX_PAGES} pages"):
        find(w, found_in(pages=Pages(list=("jobs",), query="c", next=("next",))))
    assert MAX_PAGES == len(w.sent)


@pytest.mark.parametrize(
    ("body", "raised"),
    [
        ({"items": []}, DecodeError),
        ({"jobs": "none"}, DecodeError),
        ([], DecodeError),
        (b"<html>", DecodeError),
        ({"jobs": [{"ref": "mine"}]}, DecodeError),
        ({"jobs": [{"ref": "mine", "id": ""}]}, DecodeError),
        ({"error": "E1", "message": "no"}, ApiError),
    ],
)
def test_a_reply_that_is_no_list(world: Make, body: Any, raised: type[Exception]) -> None:
    """It is an error, and not an empty list."""
    with pytest.raises(raised):
        find(world(served(polls=[Reply(body)])), found_in())


def test_null_is_an_empty_list(world: Make) -> None:
    """Some providers write it so."""
    w = world(served(polls=[Reply({"jobs": None})]))

    assert find(w, found_in(visible_within=0.0)) is None


def test_the_error_of_a_search_is_raised(world: Make) -> None:
    """After retries of those that may pass."""
    w = world(served(polls=[error(502), cut_off(), listed(MINE)]))
    assert "j7" == find(w, found_in()).id
    assert 3 == len(w.sent)
    with pytest.raises(NotFound):
        find(world(served(polls=[error(404)])), found_in())


def test_the_address_has_arguments_of_the_submit(world: Make) -> None:
    """Encoded as a part of the path and of the query."""
    of = found_in(path="/shops/{shop}/jobs?ref={ref}", visible_within=0.0)
    w = world(served(polls=[listed()]))
    w.do(w.jobs(of).find(order(of, url="u", values={"ref": "a&b", "shop": "x/y"})))

    assert "https://api.acme.example/v2/shops/x%2Fy/jobs?ref=a%26b" == w.sent[0].request.url


def test_links_and_values_are_those_of_the_item(world: Make) -> None:
    """Without them the job could not be polled, and the error says what is missing."""
    by_link = submitted(
        kind("linked", Page, result=("page",), poll=Link(field=("self",), name="poll")),
        find=FindAt(**AT),
        job_id=(),
    )
    w = world(served(polls=[listed({**MINE, "self": "/v2/jobs/j7"}), DONE]))
    assert "hello" == w.do(find(w, by_link).wait()).text
    assert ["GET /v2/jobs", "GET /v2/jobs/j7"] == w.lines
    by_value = submitted(
        kind("named", Page, result=("page",), poll="/{shop}/jobs/{job_id}", values={"shop": ("at", "shop")}),
        find=FindAt(**AT, job_id=("id",)),
    )
    w = world(served(polls=[listed({**MINE, "at": {"shop": "s1"}}), DONE]))
    assert "hello" == w.do(find(w, by_value).wait()).text
    assert ["GET /v2/jobs", "GET /v2/s1/jobs/j7"] == w.lines
    with pytest.raises(DecodeError, match="the list has job j7, but without shop"):
        find(world(served(polls=[listed(MINE)])), by_value)


def test_values_are_those_of_the_item_in_any_charset(world: Make) -> None:
    """A value that is not ASCII reaches the address of the polls unchanged."""
    of = submitted(
        kind("named", Page, result=("page",), poll="/{shop}/jobs/{job_id}", values={"shop": ("shop",)}),
        find=FindAt(**AT, job_id=("id",)),
    )
    headers = {"content-type": "application/json; charset=iso-8859-1"}
    body = json.dumps({"jobs": [{**MINE, "shop": "café"}]}, ensure_ascii=False).encode("latin-1")
    w = world(served(polls=[Reply(body, headers=headers), DONE]))

    assert "hello" == w.do(find(w, of).wait()).text
    assert ["GET /v2/jobs", "GET /v2/caf%C3%A9/jobs/j7"] == w.lines


def test_what_cannot_be_found_is_refused(world: Make) -> None:
    """Before anything is sent."""
    w, of = world(served(polls=[listed(MINE)])), found_in()
    with pytest.raises(InvalidArgument, match="no list in which part jobs could be found"):
        w.do(w.jobs(PART).find(order(PART, url="u")))
    with pytest.raises(InvalidArgument, match="this submission has no ref"):
        w.do(w.jobs(of).find(order(of, url="u")))
    with pytest.raises(InvalidArgument, match="no submission of part jobs"):
        w.do(w.jobs(of).find("j7"))
    for wrong in ("now", float("nan"), True):
        with pytest.raises(InvalidArgument, match="sent_at must be a number"):
            find(w, of, sent_at=wrong)
    assert [] == w.sent


def test_an_uncertain_submit_has_its_reference(world: Make) -> None:
    """A plain submit does not search by itself; the error says how to. (W11)"""
    of = found_in()
    for reply in (cut_off(), Reply({"id": None}, 202)):
        w = world(served(submit=[reply]))
        how = r"find\(prepare\(\.\.\.\)\), with the same arguments and ref 'mine', shows whether it exists"
        with pytest.raises(SubmitUncertain, match=how) as caught:
            w.do(w.jobs(of).submit(url="u", values={"ref": "mine"}))
        assert "mine" == caught.value.reference
        assert 1 == len(w.sent)
