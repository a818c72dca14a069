"""The way of a simulated job through its statuses, by legal moves."""

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
