"""The way of a simulated job through its statuses."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.ir import Lifecycle, State
from bide.simulator.life.walk import NoWay, Schedule, first_status, way
from tests.simulator.simulated_acme import PROVIDER

SHOT = PROVIDER.lifecycles[0]


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Any statuses, any legal moves."""
    states = draw(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(list(State)), min_size=1))
    names = st.lists(st.sampled_from(sorted(states)), unique=True).map(tuple)
    transitions = draw(st.dictionaries(st.sampled_from(sorted(states)), names))
    return replace(SHOT, states=states, transitions=transitions)


def test_begins_where_no_move_leads() -> None:
    """A job begins in the status that nothing leads to."""
    assert first_status(SHOT) == "queued"


def test_passes_as_many_statuses_as_can_be() -> None:
    """A way goes past every status on it, and past none that only leads to another end."""
    assert way(SHOT, "queued", State.SUCCEEDED) == ("queued", "working", "done")
    assert way(replace(SHOT, transitions={}), "queued", State.FAILED) == ("queued", "working", "stopping", "broken")


def test_no_way() -> None:
    """An end that no legal move leads to is refused by its name."""
    straight = replace(SHOT, transitions={"queued": ("working",), "working": ("done",)})

    with pytest.raises(NoWay, match="'queued' to a status that means cancelled"):
        way(straight, "queued", State.CANCELLED)


@given(lifecycles(), st.sampled_from([state for state in State if state.is_final]))
def test_every_step_is_legal(lifecycle: Lifecycle, end: State) -> None:
    """Each status of a way may follow the one before it, none comes twice, and only the last is final."""
    try:
        statuses = way(lifecycle, first_status(lifecycle), end)
    except NoWay:
        return
    for before, after in pairwise(statuses):
        assert after in lifecycle.transitions.get(before, tuple(lifecycle.states))
    assert len(set(statuses)) == len(statuses)
    assert [lifecycle.states[status].is_final for status in statuses] == [False] * (len(statuses) - 1) + [True]
    assert lifecycle.states[statuses[-1]] is end


@given(st.floats(0, 1000), st.floats(0, 1000), st.lists(st.floats(0, 3000), min_size=2))
def test_time_only_goes_on(begin: float, duration: float, moments: list[float]) -> None:
    """Statuses come in their order, progress never shrinks, and the job ends when it should."""
    statuses = way(SHOT, "queued", State.SUCCEEDED)
    schedule = Schedule.of(SHOT, statuses, begin=begin, duration=duration)
    moments = sorted(begin + moment for moment in moments)
    seen = [statuses.index(schedule.status(moment)) for moment in moments]
    shares = [schedule.share(moment) for moment in moments]

    assert seen == sorted(seen)
    assert shares == sorted(shares)
    assert schedule.finished == pytest.approx(begin + duration)
    assert schedule.status(begin + duration + 1) == "done"


def test_a_job_that_fails_leaves_work_undone() -> None:
    """A job that fails stops before its work is complete."""
    schedule = Schedule.of(SHOT, way(SHOT, "queued", State.FAILED), begin=0, duration=6)

    assert schedule.share(100) == pytest.approx(0.6)


def test_without_a_final_status_it_never_ends() -> None:
    """A stalled job stays where it is, and its progress stays below the whole."""
    schedule = Schedule.of(SHOT, ("queued", "working"), begin=0, duration=6)

    assert schedule.finished is None
    assert schedule.status(1e9) == "working"
    assert 0.8 < schedule.share(1e9) < 1


def test_cancelled_by_way_of_a_stopping_status() -> None:
    """A job that is cancelled takes the stopping status first, and then the end that was asked for."""
    schedule = Schedule.of(SHOT, way(SHOT, "queued", State.SUCCEEDED), begin=0, duration=10).cancelled(5)

    assert [schedule.status(moment) for moment in (0, 4, 5, 6, 100)] == ["queued", "working", "stopping", "off", "off"]


def test_what_is_final_stays() -> None:
    """A job that has ended is not cancelled."""
    schedule = Schedule.of(SHOT, way(SHOT, "queued", State.SUCCEEDED), begin=0, duration=10)

    assert schedule.cancelled(11) is schedule
