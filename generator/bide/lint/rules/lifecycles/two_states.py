"""two-states: a status has one state.

Why: where the case of a status does not matter, two statuses that differ by it alone are one, and it would be chance
which state it is in.

    enums: {Status: {ignore_case: true, values: {done: It is done.}}}
    states: {done: succeeded, DONE: failed}        # refused
    states: {done: succeeded}                      # fine, and holds for DONE as well
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        enums = [spec.table("enums").get(enum, {}) for enum in spec.status_values(name)]
        if not any(enum.get("ignore_case") for enum in enums):
            continue
        states = lifecycle.get("states", {})
        first: dict[str, str] = {}
        for status, state in states.items():
            other = first.setdefault(status.casefold(), status)
            if states[other] != state:
                path = ("lifecycles", name, "states", status)
                message = f'"{status}" is {state}, and "{other}", which is the same status, is {states[other]}'
                yield spec.at_key(path, "two-states", message, "keep one of them")
