"""missing-state: every status that there is has a state.

Why: a status without a state is not known to be final, and a wait for it only ends at its deadline.

    enums: {Status: {values: {queued: It waits., done: It is done.}}}
    states: {queued: pending}                                  # refused: "done" has no state

unknown-status: every status that is named is one that there is.

Why: what is said about a status that never comes is said about nothing, and the one that was meant goes without.

    enums: {Status: {values: {queued: It waits., done: It is done.}}}
    states: {queued: pending, doen: succeeded}                 # refused: did you mean "done"?
    transitions: {queued: [doen]}                                    # refused
    items: {list: results, status: status, failed: [faild]}    # refused, if the status of an item is an enum
    states: {true: succeeded}                                  # refused: a boolean is also false
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        path = ("lifecycles", name, "states")
        enums = spec.status_values(name)
        states = lifecycle.get("states", {})
        for enum, raw in enums.items():
            for status in raw:
                if status not in states:
                    message = f'the status "{status}" of {enum} has no state'
                    yield spec.at_key(path, "missing-state", message)
        known = {status: None for raw in enums.values() for status in raw}
        for status in states:
            if enums and status not in known:
                message = f'"{status}" is no value of {" or ".join(enums)}'
                help_ = did_you_mean(status, [one for one in known if one not in states])
                help_ = help_ or f"add it to the values of {next(iter(enums))}"
                yield spec.at_key((*path, status), "unknown-status", message, help_)
