"""unreached-state (warning): a job can reach every state in the spec.

Why: text about an unreachable state has no effect. Either a transition is missing, or a status is misspelt.

    states: {queued: pending, running: running, done: succeeded, failed: failed}
    transitions: {queued: [running], running: [done]}               # warned about: nothing leads to "failed"
    fields: {links?: {type: list of string, when: partial}}         # warned about, if no lifecycle has partial

A job starts in a pending status, or in the first of `states` if none is pending. A status without an entry in
`transitions` may be followed by any status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.lint.spec import Spec, states_of
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path


def check(spec: Spec) -> Iterator[Diagnostic]:
    yield from _statuses(spec)
    known = {
        state.value
        for name in spec.table("lifecycles")
        for state in (*spec.states(name).values(), *spec.final_states(name))
    }
    if not any(ir.State(state).has_result for state in known):
        return  # never-succeeds reports that
    for name, model in spec.table("models").items():
        whens: dict[Path, Json] = {("models", name, "when"): model.get("when")}
        for view in spec.fields(name) if "fields" in model else ():
            whens[(*view.path, "when")] = view.more.get("when")
        for path, when in whens.items():
            for state in sorted(states_of(when) - known):
                message = f"no status of any lifecycle has the state {state}"
                yield spec.at_value(path, "unreached-state", message, severity="warning")


def _statuses(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        states = spec.states(name)
        for status in _unreached(states, lifecycle.get("transitions", {})):
            message = f'no transition leads to "{status}"'
            help_ = "add it to the list of another status, or remove it"
            path = ("states", status) if status in lifecycle.get("states", {}) else ("poll", "states", status)
            yield spec.at_key(("lifecycles", name, *path), "unreached-state", message, help_, "warning")


def _unreached(states: Mapping[str, ir.State], transitions: Mapping[str, Json]) -> list[str]:
    """The statuses that a job never reaches; empty if `transitions` is too incomplete to say."""
    named = {status for following in transitions.values() for status in following}
    if not named <= states.keys() or any(
        not state.is_final and status not in transitions for status, state in states.items()
    ):
        return []
    pending = [status for status, state in states.items() if state is ir.State.PENDING]
    waiting = pending or list(states)[:1]
    reached: set[str] = set()
    while waiting:
        status = waiting.pop()
        if status not in reached:
            reached.add(status)
            waiting += transitions.get(status, ())
    return [status for status in states if status not in reached]
