"""final-transition: a final status has no transitions.

Why: a job with a final status is never polled again, so the transition would never be seen.

    states: {running: running, done: succeeded}
    transitions: {done: [running]}         # refused: done is final
    transitions: {running: [done]}         # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        states = spec.states(name)
        stateless = {status for raw in spec.status_values(name).values() for status in raw} - states.keys()
        path = ("lifecycles", name, "transitions")
        for status, following in lifecycle.get("transitions", {}).items():
            if status in stateless:
                continue  # missing-state reports it
            if status not in states:
                yield spec.at_key((*path, status), "unknown-status", _not_there(status), did_you_mean(status, states))
            elif states[status].is_final and following:
                message = f'"{status}" is {states[status].value}, which is final: it cannot have transitions'
                yield spec.at_key((*path, status), "final-transition", message)
            for index, one in enumerate(following):
                if one not in states and one not in stateless:
                    place = (*path, status, index)
                    yield spec.at_value(place, "unknown-status", _not_there(one), did_you_mean(one, states))


def _not_there(status: str) -> str:
    return f'the status "{status}" has no state'
