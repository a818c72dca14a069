"""Addresses that need more than the id: arguments of the submit, values in replies, queries, headers and bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from bide_runtime.calls.link import Link
from bide_runtime.errors.client import InvalidArgument, InvalidToken
from bide_runtime.errors.decode import DecodeError
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.requests.result_at import ResultAt

from tests.runtime.acme import APART, BASICS, Page, Report, kind
from tests.runtime.fakes import Reply, Sent
from tests.runtime.world import DONE, PAGE, RUNNING, TICKET, World

Make = Callable[..., World]


def named(**lifecycle: Any) -> JobKind[Report, Page]:
    return kind("part", Page, **{"result": ("page",), **lifecycle})


def always(*replies: Reply) -> Callable[[Sent], Reply]:
    """A server that answers a submit with a ticket, and other requests with these replies."""
    rest = list(replies)
    return lambda sent: TICKET if sent.path == "/v2/jobs" else rest.pop(0) if len(rest) > 1 else rest[0]


ENDPOINT = named(poll="/{endpoint}/jobs/{job_id}")


def test_a_path_has_an_argument_of_the_submit(world: Make) -> None:
    """Its value is encoded, and the token keeps it."""
    w = world(always(RUNNING, DONE))
    job = w.do(w.jobs(ENDPOINT).submit(url="u", values={"endpoint": "a/b"}))
    again = w.jobs(ENDPOINT).resume(job.token)

    assert "hello" == w.do(again.wait()).text
    assert ["POST /v2/jobs", "GET /v2/a%2Fb/jobs/j1", "GET /v2/a%2Fb/jobs/j1"] == w.lines


def test_a_path_has_a_value_of_the_reply_to_the_submit(world: Make) -> None:
    """At the first poll, before any other reply."""
    of = named(poll="/{status}/jobs/{job_id}", values={"status": ("status",)})
    w = world(always(DONE))

    assert "hello" == w.do(w.do(w.jobs(of).submit(url="u")).wait()).text
    assert "GET /v2/queued/jobs/j1" == w.lines[1]


def test_a_name_with_a_plus_spans_segments(world: Make) -> None:
    """Slashes stay, and each segment is encoded by itself."""
    w = world(always(DONE))

    w.do(w.jobs(named(poll="/v1/{+job_id}")).attach("operations/a b").wait())

    assert ["GET /v2/v1/operations/a%20b"] == w.lines


@pytest.mark.parametrize("job_id", ["a/../b", "a//b", "/a", "a/.", "a/"])
def test_no_segment_changes_the_path(world: Make, job_id: str) -> None:
    """Dot segments and empty ones are refused before anything is sent."""
    w = world(always(DONE))

    with pytest.raises(InvalidArgument, match="would change the path"):
        w.do(w.jobs(named(poll="/v1/{+job_id}")).attach(job_id).wait())

    assert [] == w.lines


def test_a_query_a_header_and_a_body_may_have_the_id(world: Make) -> None:
    """For providers that take it there, and constants beside it."""
    shape = named(
        poll="/status?id={job_id}&format=json",
        poll_method="POST",
        headers={"poll": {"X-Job": "job {job_id}"}},
        bodies={"poll": {"id": "{job_id}", "view": "full"}},
    )
    w = world(always(DONE))

    w.do(w.jobs(shape).attach("a&b").wait())

    [sent] = w.sent
    assert [("id", "a&b"), ("format", "json")] == sent.query
    assert "job a&b" == sent.request.headers["x-job"]
    assert {"id": "a&b", "view": "full"} == sent.json


FILE = msgspec.structs.replace(
    APART,
    lifecycle=Lifecycle(
        **{**BASICS, "values": {"file": ("output", "file_id")}, "result": ResultAt(path="/files/{file}/content")}
    ),
)


def test_a_result_is_at_a_file_that_the_last_reply_names(world: Make) -> None:
    """Only the poll of a finished job has its id."""
    done = Reply({"status": "done", "output": {"file_id": "f 9"}})
    w = world(always(RUNNING, done, PAGE))

    assert "hello" == w.do(w.jobs(FILE).attach("j1").wait()).text
    assert "GET /v2/files/f%209/content" == w.lines[-1]


@pytest.mark.parametrize("output", [{}, {"output": None}, {"output": {"file_id": None}}, {"output": {"file_id": ""}}])
def test_a_result_without_its_file_says_so(world: Make, output: dict[str, Any]) -> None:
    """With the JSON path of what is missing; nothing else is requested."""
    w = world(always(Reply({"status": "done", **output})))

    with pytest.raises(DecodeError, match=r"'done', but the reply has no \$\.output\.file_id") as caught:
        w.do(w.jobs(FILE).attach("j1").wait())

    assert "$.output.file_id" == caught.value.path
    assert 1 == len(w.lines)


def test_attach_takes_the_arguments_that_the_addresses_need(world: Make) -> None:
    """And says so where they are missing, or are not needed."""
    w = world(always(DONE))
    two = named(poll="/{region}/{endpoint}/jobs/{job_id}")

    with pytest.raises(
        InvalidArgument,
        match=r"part jobs are polled at an address with endpoint and region: pass endpoint=\.\.\., region=\.\.\. too",
    ):
        w.jobs(two).attach("j1")
    assert "hello" == w.do(w.jobs(ENDPOINT).attach("j1", endpoint="e").wait()).text
    assert ["GET /v2/e/jobs/j1"] == w.lines
    with pytest.raises(InvalidArgument, match=r"polled at an address with endpoint: pass endpoint=\.\.\. too"):
        w.jobs(ENDPOINT).attach("j1")
    with pytest.raises(InvalidArgument, match="have no region"):
        w.jobs(ENDPOINT).attach("j1", endpoint="e", region="eu")


@pytest.mark.parametrize("values", [{}, {"endpoint": ""}, {"endpoint": ".."}, {"region": "x"}])
def test_a_token_without_a_value_is_refused(world: Make, values: dict[str, str]) -> None:
    """A token is untrusted: what it lacks is said before anything is sent."""
    token = msgspec.json.encode({"bide": 1, "provider": "acme", "job": "part", "id": "j1", "values": values}).decode()
    w = world(always(DONE))

    with pytest.raises(InvalidToken, match="endpoint"):
        w.jobs(ENDPOINT).resume(token)


@pytest.mark.parametrize("endpoint", ["", "..", "\ud800", "x" * 2000])
def test_an_argument_that_no_address_can_have_is_refused_before_the_submit(world: Make, endpoint: str) -> None:
    """Else there would be a job that nobody can poll."""
    w = world(always(DONE))

    with pytest.raises(InvalidArgument, match="endpoint"):
        w.do(w.jobs(ENDPOINT).submit(url="u", values={"endpoint": endpoint}))

    assert [] == w.lines


EITHER = named(poll=Link(field=("links", "self"), path="/jobs/{job_id}", name="GET /jobs/{job_id}"))


@pytest.mark.parametrize(
    ("links", "line"),
    [
        ({"self": "https://api.acme.example/v2/there/1"}, "GET /v2/there/1"),
        ({}, "GET /v2/jobs/j1"),
        (None, "GET /v2/jobs/j1"),
    ],
)
def test_a_path_stands_in_for_a_missing_link(world: Make, links: Any, line: str) -> None:
    """The address that the provider hands out where there is one; the token keeps it."""
    ticket = Reply({"id": "j1", "links": links}, 202)
    w = world(lambda sent: ticket if sent.path == "/v2/jobs" else DONE)
    job = w.do(w.jobs(EITHER).submit(url="u"))

    assert "hello" == w.do(w.jobs(EITHER).resume(job.token).wait()).text
    assert ["POST /v2/jobs", line] == w.lines


def test_attach_takes_an_id_if_there_is_a_path(world: Make) -> None:
    """Without a path it takes the address."""
    w = world(always(DONE))

    assert "hello" == w.do(w.jobs(EITHER).attach("j7").wait()).text
    assert ["GET /v2/jobs/j7"] == w.lines
