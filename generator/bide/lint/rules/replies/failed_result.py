"""failed-result: what a failed job has all the same can be had, in the last poll reply.

Why: the exception for a failed job carries it, and nothing is asked for again once a job has failed.

    failed_result: Partly          # refused, if the lifecycle has no status that means failed
    failed_result: Partly          # refused, if the result has an address of its own
    failed_result: Partly          # refused, if the result is a field of another type than that
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import NotationError, parse_type, spelled
from bide.lint.spec import METHODS, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, job in spec.table("jobs").items():
        lifecycle = spec.table("lifecycles").get(job["lifecycle"])
        if lifecycle is not None and "failed_result" in job:
            problem = _problem(spec, job, lifecycle)
            if problem:
                yield spec.at_value(("jobs", name, "failed_result"), "failed-result", problem)


def _problem(spec: Spec, job: Mapping[str, Json], lifecycle: Mapping[str, Json]) -> str:
    at = lifecycle.get("result", {})
    if "failed" not in lifecycle["states"].values():
        return f'no status of "{job["lifecycle"]}" means failed'
    if any(method in at for method in METHODS):
        return f'the result of "{job["lifecycle"]}" has an address of its own, and that of a failed job would too'
    found = spec.follow_or_none(at["field"], ir.Named(job["snapshot"])) if "field" in at else None
    try:
        wanted = parse_type(job["failed_result"]).type
    except NotationError:
        return ""
    return f'"{at["field"]}" is {spelled(found)}' if found is not None and found != wanted else ""
