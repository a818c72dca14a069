"""The timeline of a job: its status at each age."""

from __future__ import annotations

from math import inf

import pytest
from bide_runtime.testing.timeline import Timeline
from hypothesis import given
from hypothesis import strategies as st

SECONDS = st.integers(0, 8000).map(lambda number: number / 8)
WALKS = st.lists(st.tuples(st.sampled_from("abcd"), SECONDS), min_size=1, max_size=6)


@given(WALKS, st.floats(0, 10_000))
def test_each_status_has_its_duration(walk: list[tuple[str, float]], age: float) -> None:
    """At any age the status is the first that has not ended; after all of them, the last one."""
    timeline, end, ends = Timeline.lasting(*walk), 0.0, []
    for _, seconds in walk[:-1]:
        end += seconds
        ends.append(end)
    expected = next((status for (status, _), end in zip(walk[:-1], ends, strict=True) if age < end), walk[-1][0])

    assert (timeline.status(age), timeline.last, timeline.duration) == (expected, walk[-1][0], end)


def test_pending_statuses_take_20_percent() -> None:
    """Running ones take the rest, and the last status has no duration."""
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
def test_one_kind_of_status_takes_the_whole_duration(statuses: list[str], steps: object) -> None:
    """Without pending or without running statuses; a job that starts in a final status is done."""
    assert Timeline.spread(statuses, 10, pending=["queued"]).steps == steps


def test_an_endless_job_stays_in_its_last_status() -> None:
    """It reaches its last status, and stays there."""
    timeline = Timeline.spread(["queued", "working"], 10, pending=["queued"], is_endless=True)

    assert (timeline.status(1), timeline.status(3), timeline.status(inf)) == ("queued", "working", "working")


@given(WALKS, WALKS, SECONDS, SECONDS)
def test_a_turned_timeline_keeps_its_past(
    walk: list[tuple[str, float]], other: list[tuple[str, float]], age: float, before: float
) -> None:
    """It is unchanged until that age, and then follows the other timeline from its start."""
    timeline = Timeline.lasting(*walk)
    turned, stopped = timeline.turned(age, *other), timeline.stopped(age)

    assert turned.status(age) == Timeline.lasting(*other).status(0)
    assert turned.last == other[-1][0]
    assert stopped.last == timeline.status(age)
    if before < age:
        assert turned.status(before) == stopped.status(before) == timeline.status(before)
