"""two-states: each status has one state.

Why: if the enum ignores case, statuses that differ only in case are the same status, and its state would be ambiguous.

    enums: {Status: {ignore_case: true, values: {done: It is done.}}}
    states: {done: succeeded, DONE: failed}        # refused
    states: {done: succeeded}                      # fine, and applies to DONE too
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
                message = f'"{status}" is {state}, but "{other}" is the same status and is {states[other]}'
                yield spec.at_key(path, "two-states", message, "keep one of them")
