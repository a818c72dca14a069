"""Fields of a reply that waiting does not need may have any value: no wait ends and no id is lost because of them."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from bide_runtime.clients.options import WaitOptions
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.errors import ApiError
from bide_runtime.http.request import Json
from bide_runtime.jobs.end import End
from bide_runtime.jobs.errors import JobFailed, SubmitUncertain
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.requests.poll_many import PollMany
from bide_runtime.jobs.snapshot import Update
from bide_runtime.jobs.state import State
from bide_runtime.models.model import Model
from msgspec.structs import replace

from tests.runtime.acme import BASICS, POLLING, SUBMIT, Page, Status, Ticket, Trouble, order, submitted
from tests.runtime.fakes import Reply
from tests.runtime.world import World, served

Make = Callable[..., World]


class Visit(Model):
    """A poll reply with fields of many types."""

    id: str
    status: Status
    ready: bool | None = None
    created_at: datetime
    pages: list[Page] | None = None
    done: float | None = None
    retry_after_ms: float | None = None
    error: Trouble | None = None
    page: Page | None = None


VISIT: JobKind[Visit, Page] = JobKind(
    provider="acme",
    name="visit",
    lifecycle=Lifecycle(**(BASICS | {"progress": {"done": ("done",)}, "credits": (), "result": ("page",)})),
    snapshot=Visit,
    result=Page,
    polling=POLLING,
    submit=SUBMIT,
)
AGO = "2026-01-01T00:00:00Z"


def visit(status: Json, **more: Json) -> Reply:
    return Reply({"id": "j1", "status": status, "created_at": AGO, **more})


MISFITS: dict[str, dict[str, Json]] = {
    "$.created_at": {"created_at": "yesterday"},
    "$.pages[1].text": {"pages": [{"text": "a"}, {"text": 2}]},
    "$.done": {"done": "most of it"},
    "$.retry_after_ms": {"retry_after_ms": "soon"},
    "$.error": {"error": "a hiccup"},
}


@pytest.mark.parametrize("path", MISFITS)
def test_a_field_that_waiting_does_not_need_ends_no_wait(
    world: Make, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The user is told once, with the path, in the log and in an update; reading the body raises."""
    running = visit("running", **MISFITS[path])
    w = world(served(polls=[running, running, running, visit("done", page={"text": "hello"})]))
    updates: list[Update[Visit]] = []

    with caplog.at_level(logging.WARNING):
        assert "hello" == w.do(w.job(VISIT).wait(on_update=updates.append)).text

    warnings = [warning for update in updates for warning in update.warnings]
    assert [path] == [warning.path for warning in warnings]
    assert "j1" == warnings[0].job_id
    assert 1 == len(caplog.messages)
    assert path in caplog.messages[0]
    assert updates[0].snapshot is not None
    with pytest.raises(DecodeError, match="job j1") as raised:
        _ = updates[0].snapshot.body
    assert path == raised.value.path


def test_other_fields_of_such_a_reply_are_read(world: Make) -> None:
    """Status and progress are there although a date is not; also in a pickled snapshot."""
    w = world(served(polls=[visit("running", created_at="yesterday", done=3)]))

    snapshot = w.do(w.job(VISIT).poll())

    for each in (snapshot, pickle.loads(pickle.dumps(snapshot))):
        assert ("running", 3.0) == (each.status, each.progress.done)


@pytest.mark.parametrize("reply", [visit(7), visit(None), Reply({"id": "j1", "created_at": AGO})])
def test_a_status_of_another_type_ends_the_wait(world: Make, reply: Reply) -> None:
    """W7: without a status another poll would not help."""
    w = world(served(polls=[reply]))

    with pytest.raises(DecodeError, match="status"):
        w.do(w.job(VISIT).wait())

    assert 1 == len(w.sent)


def test_a_readiness_flag_of_another_type_ends_the_wait(world: Make) -> None:
    """It decides the state, as the status does."""
    w = world(served(polls=[visit("done", ready="yes")]))

    with pytest.raises(DecodeError, match=r"\$\.ready"):
        w.do(w.job(replace(VISIT, lifecycle=replace(VISIT.lifecycle, ready=((("ready",), True),)))).wait())


def test_a_reply_with_an_unknown_status_must_match_as_a_whole(world: Make) -> None:
    """An error in a reply of success may have a field that is called like the status."""
    w = world(served(polls=[Reply({"status": "error", "error": "gone", "message": "no such job"})]))

    with pytest.raises(ApiError, match="no such job"):
        w.do(w.job(VISIT).wait())


def test_the_reason_of_a_failure_may_be_text_in_place_of_an_object(world: Make) -> None:
    """Its code and message are in `error` if that is an object; a text is the message."""
    w = world(served(polls=[visit("broken", error="the disk is full")]))

    with pytest.raises(JobFailed) as raised:
        w.do(w.job(VISIT).wait())

    assert "the disk is full" == raised.value.reason


def test_only_the_result_of_a_final_reply_has_to_match(world: Make) -> None:
    """The result is strict; what stands beside it is not."""
    beside, inside = visit("done", created_at=0, page={"text": "hello"}), visit("done", page={"text": 7})

    assert "hello" == (w := world(served(polls=[beside]))).do(w.job(VISIT).wait()).text
    w = world(served(polls=[inside]))
    with pytest.raises(DecodeError, match=r"\$\.page\.text"):
        w.do(w.job(VISIT).wait())


@pytest.mark.parametrize(
    "ticket",
    [{"id": "j1", "status": "queued", "queued_at": "yesterday"}, {"id": "j1", "status": 7, "queued_at": AGO}],
)
def test_a_submit_reply_needs_only_the_id(
    world: Make, ticket: dict[str, Json], caplog: pytest.LogCaptureFixture
) -> None:
    """The job exists and has an id; what is wrong with the rest of the reply is in the log."""
    w = world(served(submit=[Reply(ticket)], polls=[visit("done", page={"text": "hello"})]))

    with caplog.at_level(logging.WARNING):
        assert "hello" == w.do(w.jobs(VISIT).run(url="u")).text

    assert 1 == len(caplog.messages)
    assert "job j1" in caplog.messages[0]


@pytest.mark.parametrize("ticket", [b'{"queued_at": "yesterday"}', b'{"id": "j1", "status": "que'])
def test_without_a_whole_reply_with_an_id_the_submit_is_uncertain(world: Make, ticket: bytes) -> None:
    """A reply that was cut off may have been cut inside of the id."""
    w = world(served(submit=[Reply(ticket)]))

    with pytest.raises(SubmitUncertain):
        w.do(w.jobs(VISIT).run(url="u"))


def test_polls_of_several_jobs_need_few_fields_too() -> None:
    """One job with a wrong date does not affect the others, nor its own wait."""
    many = PollMany(path="/jobs", ids="ids", max_ids=10, list=("jobs",), job_id=("id",))
    of = replace(VISIT, lifecycle=replace(VISIT.lifecycle, poll_many=many))
    done = {"status": "done", "created_at": AGO, "page": {"text": "hello"}}
    body = {"jobs": [{**done, "id": "j1", "created_at": "yesterday"}, {**done, "id": "j2"}]}
    w = World("sync", served(polls=[Reply(body)]))

    outcomes = w.all(w.jobs(of).wait_many([w.job(of, "j1"), w.job(of, "j2")]))

    assert ["hello", "hello"] == [outcome.result.text for outcome in outcomes]


def test_a_condition_may_find_a_value_of_another_type(world: Make) -> None:
    """`ends` compare values; an error that is text, in place of an object, is present all the same."""
    ends = (End(State.CANCELLED, values=((("error", "code"), "stopped"),)), End(State.FAILED, present=("error",)))
    of = replace(VISIT, lifecycle=replace(VISIT.lifecycle, ends=ends))
    w = world(served(polls=[visit("done", error="the disk is full")]))

    with pytest.raises(JobFailed, match="the disk is full"):
        w.do(w.job(of).wait())


def test_a_poll_is_read_as_the_fields_that_waiting_uses() -> None:
    """The others are skipped, which is cheaper, and only read when the user asks for them."""
    of = replace(VISIT, name="another")

    assert {"status", "done", "retry_after_ms", "error"} == set(of.facts.__struct_fields__)
    assert {"status"} == set(of.needed.__struct_fields__)


@pytest.mark.parametrize(
    ("ticket", "ending"),
    [
        (visit("broken", created_at=0, error={"code": 7, "message": "the disk is full"}), "the disk is full"),
        (visit("done", created_at=0, page={"text": "hello"}), ""),
    ],
)
def test_a_job_that_is_over_at_its_submit_is_not_polled_whatever_else_is_in_the_reply(
    world: Make, ticket: Reply, ending: str
) -> None:
    """W2: status, result and reason are there; a date is not."""
    w = world(served(submit=[ticket]))

    if ending:
        with pytest.raises(JobFailed, match=ending):
            w.do(w.jobs(VISIT).run(url="u"))
    else:
        assert "hello" == w.do(w.jobs(VISIT).run(url="u")).text

    assert ["POST /v2/jobs"] == w.lines


class Wrapped(Ticket):
    """A submit reply in an envelope."""

    _envelope = "data"


def wrapped(of: JobKind[Any, Any], *, url: str) -> Any:
    return order(submitted(of, reply=Wrapped), url=url)


@pytest.mark.parametrize("queued_at", [AGO, "yesterday"])
def test_values_for_later_requests_are_read_in_the_envelope(world: Make, queued_at: str) -> None:
    """Also if another field of the reply does not match."""
    of = replace(
        VISIT,
        lifecycle=replace(VISIT.lifecycle, poll="/{status}/jobs/{job_id}", values={"status": ("status",)}),
    )
    ticket = Reply({"data": {"id": "j1", "status": "queued", "queued_at": queued_at}})
    w = world(lambda sent: ticket if sent.path == "/v2/jobs" else visit("done", page={"text": "hello"}))

    assert "hello" == w.do(w.jobs(of)._run(wrapped, WaitOptions(timeout=60), of, url="u")).text
    assert "GET /v2/queued/jobs/j1" == w.lines[1]
