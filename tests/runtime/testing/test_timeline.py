"""The timeline of a job: which status it has at which age."""

from __future__ import annotations

from math import inf

import pytest
from bide_runtime.testing.timeline import Timeline
from hypothesis import given
from hypothesis import strategies as st

SECONDS = st.integers(0, 8000).map(lambda number: number / 8)
WALKS = st.lists(st.tuples(st.sampled_from("abcd"), SECONDS), min_size=1, max_size=6)


@given(WALKS, st.floats(0, 10_000))
def test_each_status_lasts_as_long_as_it_says(walk: list[tuple[str, float]], age: float) -> None:
    """At any age the status is the first whose end has not come; after all of them it is the last."""
    timeline, end, ends = Timeline.lasting(*walk), 0.0, []
    for _, seconds in walk[:-1]:
        end += seconds
        ends.append(end)
    expected = next((status for (status, _), end in zip(walk[:-1], ends, strict=True) if age < end), walk[-1][0])

    assert (timeline.status(age), timeline.last, timeline.duration) == (expected, walk[-1][0], end)


def test_a_fifth_of_a_job_is_pending() -> None:
    """Pending statuses share a fifth of the duration, running ones the rest, and the last status has none of it."""
    timeline = Timeline.spread(["queued", "admitted", "working", "done"], 10, pending=["queued", "admitted"])

    assert timeline.steps == ((0, "queued"), (1, "admitted"), (2, "working"), (10, "done"))


@pytest.mark.parametrize(
    ("statuses", "steps"),
    [
        (["queued", "done"], ((0, "queued"), (10, "done"))),
        (["working", "done"], ((0, "working"), (10, "done"))),
        (["done"], ((0, "done"),)),
    ],
)
def test_one_kind_of_status_takes_it_all(statuses: list[str], steps: object) -> None:
    """A job without pending or without running statuses lasts as long all the same; one that begins done is done."""
    assert Timeline.spread(statuses, 10, pending=["queued"]).steps == steps


def test_an_endless_job_stays_in_its_last_status() -> None:
    """A job that never ends reaches its last status, and stays there."""
    timeline = Timeline.spread(["queued", "working"], 10, pending=["queued"], is_endless=True)

    assert (timeline.status(1), timeline.status(3), timeline.status(inf)) == ("queued", "working", "working")


@given(WALKS, WALKS, SECONDS, SECONDS)
def test_what_turns_keeps_its_past(
    walk: list[tuple[str, float]], other: list[tuple[str, float]], age: float, before: float
) -> None:
    """Until it turns a timeline is as it was; then it is the other one, from its beginning."""
    timeline = Timeline.lasting(*walk)
    turned, stopped = timeline.turned(age, *other), timeline.stopped(age)

    assert turned.status(age) == Timeline.lasting(*other).status(0)
    assert turned.last == other[-1][0]
    assert stopped.last == timeline.status(age)
    if before < age:
        assert turned.status(before) == stopped.status(before) == timeline.status(before)
