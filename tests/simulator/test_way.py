"""The way of a simulated job through its statuses, by legal transitions."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.ir import Lifecycle, State
from bide.simulator.life.way import NoWay, first_status, way
from tests.simulator.simulated_acme import PROVIDER

SHOT = PROVIDER.lifecycles[0]


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Any statuses with any transitions."""
    states = draw(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(list(State)), min_size=1))
    names = st.lists(st.sampled_from(sorted(states)), unique=True).map(tuple)
    transitions = draw(st.dictionaries(st.sampled_from(sorted(states)), names))
    return replace(SHOT, states=states, transitions=transitions)


def test_starts_in_a_status_without_predecessors() -> None:
    """A job starts in the status to which no transition leads."""
    assert first_status(SHOT) == "queued"


def test_passes_as_many_statuses_as_possible() -> None:
    """A way has as many statuses as possible, without those that lead only to another end."""
    assert way(SHOT, "queued", State.SUCCEEDED) == ("queued", "working", "done")
    assert way(replace(SHOT, transitions={}), "queued", State.FAILED) == ("queued", "working", "stopping", "broken")


def test_no_way() -> None:
    """An end that no transitions lead to is refused by its name."""
    straight = replace(SHOT, transitions={"queued": ("working",), "working": ("done",)})

    with pytest.raises(NoWay, match="'queued' to a status that means cancelled"):
        way(straight, "queued", State.CANCELLED)


@given(lifecycles(), st.sampled_from([state for state in State if state.is_final]))
def test_every_step_is_legal(lifecycle: Lifecycle, end: State) -> None:
    """Each status may follow the one before it, none is repeated, and only the last is final."""
    try:
        statuses = way(lifecycle, first_status(lifecycle), end)
    except NoWay:
        return
    for before, after in pairwise(statuses):
        assert after in lifecycle.transitions.get(before, tuple(lifecycle.states))
    assert len(set(statuses)) == len(statuses)
    assert [lifecycle.states[status].is_final for status in statuses] == [False] * (len(statuses) - 1) + [True]
    assert lifecycle.states[statuses[-1]] is end
