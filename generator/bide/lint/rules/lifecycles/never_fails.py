"""never-fails (warning): some status means that a job ended without a result.

Why: jobs fail. If no status says so, a wait for a failed job runs into its deadline.

    states: {running: running, done: succeeded}                      # warned about
    states: {running: running, done: succeeded, error: failed}       # fine, and so are cancelled and expired

If a failure is not shown by a status, use `ends`, or `failed` of a result at an address of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        if lifecycle.get("result", {}).get("failed"):
            continue  # an HTTP status of the result shows it
        known = spec.states(name)
        listed = {status for values in spec.status_values(name).values() for status in values}
        if not listed <= known.keys():
            continue  # failure may be shown by a status that has no state yet
        has_result = any(state.has_result for state in known.values())
        if has_result and all(state.has_result for state in spec.final_states(name)):
            help_ = "map a status to failed, cancelled or expired"
            yield spec.at_key(
                spec.states_path(name), "never-fails", "no status has a state that means failure", help_, "warning"
            )
