"""Readings: the status and state of a poll reply, by the tables of the spec."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from bide_runtime.jobs.end import End
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.jobs.state import State
from bide_runtime.models.model import Model
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import APART, BASICS, PART, STATES, Page, Report, Status, Trouble
from tests.runtime.storms import rule

PLAIN = Lifecycle(**BASICS)
READY = APART.lifecycle

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner),
        st.dictionaries(
            st.sampled_from(["status", "error", "code", "message", "ready", "done", "total", "cost"]), inner
        ),
    ),
)


@pytest.mark.parametrize(("status", "state"), STATES.items(), ids=STATES)
def test_every_status_has_its_state(status: str, state: State) -> None:
    """By the table of the spec."""
    reading = PLAIN.read(Report(status=Status(status)))

    assert (status, state, True) == (reading.status, reading.state, reading.is_known)


@rule
@given(st.text().filter(lambda text: text not in STATES))
def test_no_other_status_is_final(status: str) -> None:
    """W9: a status that the spec does not list counts as running."""
    reading = PLAIN.read(Report(status=Status(status)))

    assert (status, State.RUNNING, False) == (reading.status, reading.state, reading.is_known)


@rule
@given(json_values)
def test_any_reply_can_be_read(body: Any) -> None:
    """Reading any JSON never fails, and its numbers are finite or unchanged."""
    for lifecycle in (PLAIN, READY, PART.lifecycle):
        lifecycle.read(body), lifecycle.error_in(body), lifecycle.credits_in(body)
        assert 0 <= lifecycle.retry_after_in(body) < inf
        progress = lifecycle.progress_in(body)
        if progress is not None and progress.share is not None:
            assert 0 <= progress.share <= 1


@pytest.mark.parametrize(
    ("status", "ready", "state"),
    [
        ("running", None, State.RUNNING),
        ("running", False, State.RUNNING),
        ("running", True, State.SUCCEEDED),
        ("queued", True, State.SUCCEEDED),
        ("new-word", True, State.SUCCEEDED),
        ("done", None, State.RUNNING),
        ("done", False, State.RUNNING),
        ("done", True, State.SUCCEEDED),
        ("half", True, State.PARTIAL),
        ("half", False, State.RUNNING),
        ("broken", False, State.FAILED),
        ("broken", True, State.FAILED),
        ("stopped", None, State.CANCELLED),
        ("lost", False, State.EXPIRED),
    ],
)
def test_ready_corrects_the_state(status: str, ready: bool | None, state: State) -> None:
    """W14: there is a result if `ready` holds and not before; it does not matter for states without a result."""
    assert state is READY.read(Report(status=Status(status), ready=ready)).state


def test_ignore_case_matches_any_case() -> None:
    """The provider's own spelling is kept."""
    reading = Lifecycle(**(BASICS | {"ignore_case": True})).read({"status": "DONE"})

    assert ("DONE", State.SUCCEEDED) == (reading.status, reading.state)
    assert State.RUNNING is PLAIN.read({"status": "DONE"}).state


def test_the_error_is_read_where_the_spec_says() -> None:
    """Code and message, each `None` if it is missing."""
    assert ("E", "m") == PLAIN.error_in(Report(status=Status.BROKEN, error=Trouble(code="E", message="m")))
    assert (None, None) == PLAIN.error_in(Report())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("out of luck", (None, "out of luck")),
        ({"code": 7, "message": "m"}, ("7", "m")),
        ({"code": None, "message": ["a", {"msg": "b"}]}, (None, "a; b")),
        ({"code": "E"}, ("E", None)),
        (None, (None, None)),
        ([], (None, None)),
        (True, (None, None)),
    ],
)
def test_an_error_may_be_a_text_or_an_object(error: Any, expected: tuple[str | None, str | None]) -> None:
    """In the same field."""
    assert expected == PLAIN.error_in({"status": "broken", "error": error})


@pytest.mark.parametrize(
    ("pointers", "body", "share"),
    [
        ({"done": ("d",), "total": ("t",)}, {"d": 1, "t": 4}, 0.25),
        ({"done": ("d",), "total": ("t",)}, {"d": 9, "t": 4}, 1),
        ({"done": ("d",), "total": ("t",)}, {"d": 1, "t": 0}, None),
        ({"done": ("d",), "total": ("t",)}, {"d": 1}, None),
        ({"done": ("d",), "total": ("t",)}, {"d": -1, "t": 4}, 0),
        ({"share": ("s",)}, {"s": 0.5}, 0.5),
        ({"share": ("s",)}, {"s": 7}, 1),
        ({"percent": ("p",)}, {"p": 50}, 0.5),
        ({"percent": ("p",)}, {"p": 10**400}, None),
        ({"percent": ("p",)}, {"p": True}, None),
    ],
)
def test_progress_is_a_share(pointers: Any, body: Any, share: float | None) -> None:
    """Counts, a share or percent become a share from 0 to 1, if they are valid."""
    progress = Lifecycle(**(BASICS | {"progress": pointers})).progress_in(body)

    assert share == (progress.share if progress else None)


def test_no_progress_is_none() -> None:
    """Without progress fields in the spec, progress is `None`."""
    assert PLAIN.progress_in(Report()) is None


@pytest.mark.parametrize(
    ("unit", "value", "seconds"),
    [(1.0, 5, 5), (0.001, 2500, 2.5), (1.0, -5, 0), (60.0, 1e308, 0), (1.0, None, 0), (1.0, "5", 0)],
)
def test_retry_after_is_in_seconds(unit: float, value: Any, seconds: float) -> None:
    """For any unit of the spec; an invalid value is 0."""
    assert seconds == Lifecycle(**(BASICS | {"retry_after": ("h",), "retry_after_unit": unit})).retry_after_in(
        {"h": value}
    )


def test_credits_are_read() -> None:
    """Integers and floats."""
    assert 2.5 == PLAIN.credits_in(Report(cost=2.5))
    assert 2 == PLAIN.credits_in({"cost": 2})
    assert PLAIN.credits_in(Report(page=Page(text="x"))) is None


def test_states_that_are_final_and_have_a_result() -> None:
    """5 states are final, 2 of them have a result."""
    assert {"succeeded", "partial", "failed", "cancelled", "expired"} == {state for state in State if state.is_final}
    assert {"succeeded", "partial"} == {state for state in State if state.has_result}


class Operation(Model):
    """A reply with a boolean `done`, and separate fields for an error."""

    done: bool | None = None
    ok: bool | None = None
    error: Trouble | None = None
    code: int | None = None


DONE = {"false": State.RUNNING, "true": State.SUCCEEDED}
HAS_ERROR = End(State.FAILED, present=("error",))


@pytest.mark.parametrize(
    ("body", "status", "state"),
    [
        (Operation(), None, State.RUNNING),
        (Operation(done=False), "false", State.RUNNING),
        (Operation(done=True), "true", State.SUCCEEDED),
        (Operation(done=False, error=Trouble(message="no")), "false", State.RUNNING),
        (Operation(done=True, error=Trouble(message="no")), "true", State.FAILED),
    ],
)
def test_a_boolean_can_be_the_status(body: Operation, status: str | None, state: State) -> None:
    """`done` has states like any status; missing, the job runs. `ends` count once the job is over."""
    reading = Lifecycle(poll="/jobs/{job_id}", status=("done",), states=DONE, ends=(HAS_ERROR,)).read(body)

    assert (status, state) == (reading.status, reading.state)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (Operation(done=True, ok=True), State.SUCCEEDED),
        (Operation(done=True), State.SUCCEEDED),
        (Operation(done=True, ok=False), State.FAILED),
        (Operation(done=False, ok=False), State.RUNNING),
    ],
)
def test_a_condition_decides_how_a_job_ended(body: Operation, state: State) -> None:
    """A job that is over has failed if the condition for that holds."""
    ends = (End(State.FAILED, values=((("ok",), False),)),)
    lifecycle = Lifecycle(poll="/jobs/{job_id}", status=("done",), states=DONE, ends=ends)

    assert lifecycle.read(body).state is state


@pytest.mark.parametrize("nothing", [0, None])
def test_an_empty_field_is_not_present(nothing: int | None) -> None:
    """Zero, null and empty values are no failure."""
    ends = (End(State.FAILED, present=("code",)),)
    lifecycle = Lifecycle(poll="/jobs/{job_id}", status=("done",), states=DONE, ends=ends)

    assert lifecycle.read(Operation(done=True, code=nothing)).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"status": "over", "error": {"code": 1}}, State.CANCELLED),
        ({"status": "over", "error": {"code": 3}}, State.FAILED),
        ({"status": "over"}, State.SUCCEEDED),
        ({"status": "bad", "error": {"code": 1}}, State.CANCELLED),
        ({"status": "bad"}, State.FAILED),
        ({"status": "on", "error": {"code": 1}}, State.RUNNING),
    ],
)
def test_the_first_condition_that_holds_decides(body: dict[str, Any], state: State) -> None:
    """In the order of the spec, for any final status; without one that holds, the status decides."""
    ends = (End(State.CANCELLED, values=((("error", "code"), 1),)), HAS_ERROR)
    states = {"on": State.RUNNING, "over": State.SUCCEEDED, "bad": State.FAILED}
    lifecycle = Lifecycle(poll="/jobs/{job_id}", status=("status",), states=states, ends=ends)

    assert lifecycle.read(body).state is state


def test_a_failed_job_need_not_be_ready() -> None:
    """The result of a failed job never becomes ready; the failure counts at once."""
    lifecycle = Lifecycle(
        poll="/jobs/{job_id}", status=("done",), states=DONE, ends=(HAS_ERROR,), ready=((("ok",), True),)
    )

    assert lifecycle.read(Operation(done=True, ok=False, error=Trouble(code="E"))).state is State.FAILED


def test_without_a_retry_after_field_it_is_0() -> None:
    """W4: without a field in the spec, a reply has no retry_after."""
    lifecycle = Lifecycle(poll="/jobs/{job_id}", states={"done": State.SUCCEEDED}, status=("status",))

    assert 0.0 == lifecycle.retry_after_in(Report(retry_after_ms=5000.0))


def test_progress_may_be_only_a_message() -> None:
    """The provider's message, also without a number."""
    lifecycle = Lifecycle(**(BASICS | {"progress": {"message": ("step",)}}))

    progress = lifecycle.progress_in({"step": "page 3"})

    assert progress is not None
    assert ("page 3", None) == (progress.message, progress.share)


def test_retry_after_is_in_seconds_by_default() -> None:
    """Like the header."""
    lifecycle = Lifecycle(poll="/jobs/{job_id}", retry_after=("h",))

    assert 5.0 == lifecycle.retry_after_in({"h": 5})


def test_a_status_may_be_inside_of_a_model() -> None:
    """Its path leads through attributes."""
    lifecycle = Lifecycle(poll="/jobs/{job_id}", status=("error", "code"), states={"done": State.SUCCEEDED})

    assert State.SUCCEEDED is lifecycle.read(Report(error=Trouble(code="done"))).state


def test_all_names_are_those_of_every_request() -> None:
    """In paths, headers and bodies of poll, result and cancellation."""
    lifecycle = Lifecycle(
        poll="/{a}/{job_id}",
        result=ResultAt(path="/{b}/{job_id}"),
        cancel=("POST", "/{c}/{job_id}"),
        headers={"cancel": {"X-D": "{d}"}},
        bodies={"result": {"e": "{e}"}},
    )

    assert {"a"} == lifecycle.names
    assert {"a", "b", "c", "d", "e"} == lifecycle.all_names


class Batch(Model):
    """A reply whose facts are inside of lists."""

    data: list[Report]
    errors: list[Trouble]


LISTED = Lifecycle(
    **BASICS | {"status": ("data", "0", "status"), "error_message": ("errors", "0", "message"), "error_code": ()}
)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (Batch(data=[Report(status=Status.DONE)], errors=[Trouble(message="torn")]), "done", "torn"),
        (Batch(data=[], errors=[]), None, None),
    ],
)
def test_a_number_leads_into_a_list(body: Batch, status: str | None, message: str | None) -> None:
    """An empty list is a missing value, as a missing field is."""
    assert (status, (None, message)) == (LISTED.read(body).status, LISTED.error_in(body))
