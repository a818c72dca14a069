"""Polls whose HTTP status is the status of the job: the same promises as for polls with a status in the body."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from types import NoneType
from typing import Any

import msgspec
import pytest
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.errors import ApiError, NotFound
from bide_runtime.http.request import Json
from bide_runtime.jobs.errors import JobExpired, JobFailed, JobTimeout
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.polling import Polling
from bide_runtime.jobs.snapshot import Update
from bide_runtime.jobs.state import State

from tests.runtime.acme import POLLING, PROVIDER, SUBMIT, Page, Report
from tests.runtime.fakes import Reply
from tests.runtime.world import HTML, PAGE, TICKET, World, error, report, served

Make = Callable[..., World]

GOING = Reply(b"", 202)
CODES = {202: State.RUNNING, 200: State.SUCCEEDED, 410: State.EXPIRED, 422: State.FAILED}


def silent(polling: Polling = POLLING) -> JobKind[None, Page]:
    """A kind of job whose poll replies have no body except for the result."""
    lifecycle = Lifecycle(poll="/jobs/{job_id}", codes=CODES, accepts=frozenset())
    return JobKind(
        provider="acme",
        name="silent",
        lifecycle=lifecycle,
        snapshot=NoneType,
        result=Page,
        polling=polling,
        submit=SUBMIT,
    )


MIXED: JobKind[Report | None, Page] = JobKind(
    provider="acme",
    name="mixed",
    lifecycle=Lifecycle(
        poll="/jobs/{job_id}",
        status=("status",),
        states={"done": State.SUCCEEDED, "broken": State.FAILED},
        codes={202: State.RUNNING},
        accepts=frozenset({200}),
        result=("page",),
    ),
    snapshot=Report,
    result=Page,
    polling=POLLING,
    submit=SUBMIT,
)
"""A kind of job whose HTTP status means "running", and whose body has the final status."""


def test_the_http_status_ends_a_wait(world: Make) -> None:
    """W2: the first reply with a final HTTP status is the last poll, and its body is the result."""
    w = world(served(polls=[GOING, GOING, PAGE]))
    seen: list[Update[Any]] = []
    job = w.job(silent())

    assert "hello" == w.do(job.wait(on_update=seen.append)).text
    assert [("202", State.RUNNING), ("202", State.RUNNING), ("200", State.SUCCEEDED)] == [
        (update.status, update.state) for update in seen
    ]
    assert 3 == len(w.sent)
    assert "hello" == w.do(job.result()).text
    assert 3 == len(w.sent)


def test_the_http_status_of_a_submit_is_not_the_jobs(world: Make) -> None:
    """The HTTP status of a submit is not that of a poll."""
    w = world(served(submit=[TICKET], polls=[PAGE]))
    job = w.do(w.jobs(silent()).submit(url="u"))

    assert (None, State.PENDING) == (job.status, job.state)
    assert "hello" == w.do(job.wait()).text


@pytest.mark.parametrize("fault", [HTML, Reply(b'{"text": "hel'), Reply(b""), error(503), error(429)])
def test_a_transient_error_is_no_status(world: Make, fault: Reply) -> None:
    """W6: a result that is truncated or not JSON is requested again; a transient error changes no state."""
    w = world(served(polls=[GOING, fault, PAGE]))

    assert "hello" == w.do(w.job(silent()).wait()).text


def test_a_result_of_another_shape_ends_the_wait(world: Make) -> None:
    """W7: a final reply whose JSON does not match the result raises `DecodeError`."""
    w = world(served(polls=[GOING, Reply({"words": 3})]))

    with pytest.raises(DecodeError, match="text") as caught:
        w.do(w.job(silent()).wait())
    assert "j1" == caught.value.job_id


def test_an_error_in_place_of_the_result_is_the_providers(world: Make) -> None:
    """W7: it says what the provider said, as at any other endpoint."""
    w = world(served(polls=[GOING, Reply(error(500).body)]))

    with pytest.raises(ApiError, match=r"\[c500\]: says 500 \(job j1\)"):
        w.do(w.job(silent()).wait())


def test_a_transient_error_in_place_of_the_result_does_not_end_the_wait(world: Make) -> None:
    """W6: its code is one that the spec lists as transient."""
    provider = msgspec.structs.replace(PROVIDER, transient=frozenset({"c500"}))
    w = world(served(polls=[GOING, Reply(error(500).body), PAGE]), provider=provider)

    assert "hello" == w.do(w.job(silent()).wait()).text


def test_the_reason_of_a_failure_is_in_the_error_body(world: Make) -> None:
    """W13: a failure by HTTP status has code and message of the provider's error body."""
    w = world(served(polls=[GOING, error(422)]))

    with pytest.raises(JobFailed, match=r"\[c422\]: says 422 \(job j1\)") as caught:
        w.do(w.job(silent()).wait())
    assert ("c422", "says 422") == (caught.value.code, caught.value.reason)


def test_gone_can_be_a_state(world: Make) -> None:
    """W13: a 410 is `JobExpired` if the spec lists it as a status of the job."""
    w = world(served(polls=[GOING, error(410)]))

    with pytest.raises(JobExpired):
        w.do(w.job(silent()).wait())


def test_any_other_status_ends_the_wait(world: Make) -> None:
    """W7, W8: a 404 that the spec does not list is an error, except within the grace after a submit."""
    graceful = silent(Polling(interval=(1.0, 1.0), min_interval=1.0, timeout=60.0, not_found_grace=10.0))
    w = world(served(submit=[TICKET], polls=[error(404), GOING, PAGE]))

    assert "hello" == w.do(w.jobs(graceful).run(url="u")).text

    w = world(served(polls=[GOING, error(404)]))
    with pytest.raises(NotFound):
        w.do(w.job(silent()).wait())


def test_the_deadline_holds(world: Make) -> None:
    """W1: a job that never ends raises `JobTimeout`, with the last HTTP status."""
    w = world(served(polls=[GOING]))

    with pytest.raises(JobTimeout, match="last status '202'"):
        w.do(w.job(silent()).wait(timeout=30))
    assert 30 >= w.elapsed


def test_a_listed_http_status_is_known(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """W9: an HTTP status that the spec lists is not an unknown status."""
    w = world(served(polls=[GOING, PAGE]))
    with caplog.at_level(logging.WARNING):
        w.do(w.job(silent()).wait())

    assert [] == caplog.records


@pytest.mark.parametrize("going", [GOING, Reply(b"wait", 202), Reply({"status": 5}, 202), report("done")])
def test_the_status_may_be_in_body_or_http_status(world: Make, going: Reply) -> None:
    """A listed HTTP status counts for any body; otherwise the status is in the body."""
    going = Reply(going.body, 202)
    w = world(served(polls=[going, report("done", page={"text": "hello"})]))
    seen: list[Update[Any]] = []

    assert "hello" == w.do(w.job(MIXED).wait(on_update=seen.append)).text
    assert ["202", "done"] == [update.status for update in seen]


def test_a_failure_in_the_body_counts(world: Make) -> None:
    """If the HTTP status is not listed, the body can show a failure."""
    w = world(served(polls=[GOING, report("broken")]))

    with pytest.raises(JobFailed):
        w.do(w.job(MIXED).wait())


@pytest.mark.parametrize(("status", "page", "said"), [(7, {"text": "hello"}, ""), ("done", {"text": 7}, r"\$\.page")])
def test_only_the_result_has_to_match_if_the_http_status_is_the_status(
    world: Make, status: Json, page: Json, said: str
) -> None:
    """W7: a result of another shape ends the wait; any other field may have any value."""
    of = msgspec.structs.replace(
        MIXED, lifecycle=msgspec.structs.replace(MIXED.lifecycle, codes={200: State.SUCCEEDED}, accepts=frozenset())
    )
    w = world(served(polls=[Reply({"status": status, "page": page})]))

    with pytest.raises(DecodeError, match=said) if said else nullcontext():
        assert "hello" == w.do(w.job(of).wait()).text

    assert 1 == len(w.sent)
