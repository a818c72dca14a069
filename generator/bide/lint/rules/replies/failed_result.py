"""failed-result: `failed_result` can be read from the last poll reply.

Why: the exception of a failed job carries it, and Bide sends no further request once a job has failed.

    failed_result: Partly          # refused, if no status of the lifecycle means failed
    failed_result: Partly          # refused, if the result has its own address
    failed_result: Partly          # refused, if the field of the result has another type
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
    if ir.State.FAILED not in spec.states(job["lifecycle"]).values():
        return f'no status of the lifecycle "{job["lifecycle"]}" has the state failed'
    if any(method in at for method in METHODS):
        return (
            f'the result of the lifecycle "{job["lifecycle"]}" has its own address, which is not read for failed jobs'
        )
    found = spec.follow_or_none(at["field"], ir.Named(job["snapshot"])) if "field" in at and "snapshot" in job else None
    try:
        wanted = parse_type(job["failed_result"]).type
    except NotationError:
        return ""
    return (
        f'"{at["field"]}" is {spelled(found)}, not {job["failed_result"]}'
        if found is not None and found != wanted
        else ""
    )
