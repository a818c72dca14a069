"""missing-state: every status has a state.

Why: a status without a state is not final, so a wait for a job with it runs into its deadline.

    enums: {Status: {values: {queued: It waits., done: It is done.}}}
    states: {queued: pending}                                  # refused: "done" has no state

unknown-status: every status that the spec refers to exists.

Why: a misspelt status never occurs, and the status that was meant stays without a state.

    enums: {Status: {values: {queued: It waits., done: It is done.}}}
    states: {queued: pending, doen: succeeded}                 # refused: did you mean "done"?
    transitions: {queued: [doen]}                              # refused
    items: {list: results, status: status, failed: [faild]}    # refused, if the status of an item is an enum
    states: {true: succeeded}                                  # refused: a boolean can also be false
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        path = ("lifecycles", name, "states")
        enums = spec.status_values(name)
        states = lifecycle.get("states", {})
        for enum, raw in enums.items():
            missing = [f'"{status}"' for status in raw if status not in states]
            if missing:
                named = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
                has = f"status {named} of {enum} has" if len(missing) == 1 else f"statuses {named} of {enum} have"
                help_ = f"map each to a state: {', '.join(ir.State)}"
                yield spec.at_key(path, "missing-state", f"the {has} no state", help_)
        known = {status: None for raw in enums.values() for status in raw}
        for status in states:
            if enums and status not in known:
                message = f'"{status}" is not a value of {" or ".join(enums)}'
                help_ = did_you_mean(status, [one for one in known if one not in states])
                help_ = help_ or f"add it to the values of {next(iter(enums))}"
                yield spec.at_key((*path, status), "unknown-status", message, help_)
