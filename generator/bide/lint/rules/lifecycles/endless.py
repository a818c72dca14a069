"""never-ends: a job can end.

Why: a wait for a job that cannot end always runs into its deadline.

    states: {queued: pending, running: running}                # refused: no final state
    states: {queued: pending, done: succeeded}                 # fine
    transitions: {queued: [running], running: [queued]}        # refused: no transition leads to a final status

never-succeeds: a job can succeed.

Why: without a successful state, no wait ever returns a result.

    states: {queued: pending, failed: failed}                  # refused
    states: {queued: pending, done: succeeded}                 # fine, and so is partial
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        path, states = spec.states_path(name), spec.states(name)
        if not states:
            continue
        if not any(state.is_final for state in states.values()):
            yield spec.at_key(path, "never-ends", "no status has a final state", "map a status to succeeded or failed")
        elif not any(state.has_result for state in states.values()):
            yield spec.at_key(
                path, "never-succeeds", "no status has a successful state", "map a status to succeeded or partial"
            )
        else:
            for status in _stuck(states, lifecycle.get("transitions", {})):
                message = f'no transition leads from "{status}" to a final status'
                yield spec.at_key(("lifecycles", name, "transitions", status), "never-ends", message)


def _stuck(states: Mapping[str, ir.State], transitions: Mapping[str, Json]) -> list[str]:
    """The statuses from which a job cannot end. A status without an entry in `transitions` may become any other."""
    ends = {status for status, state in states.items() if state.is_final or status not in transitions}
    while True:
        more = {
            status for status, following in transitions.items() if status not in ends and ends.intersection(following)
        }
        if not more:
            return [status for status in transitions if status in states and status not in ends]
        ends |= more
