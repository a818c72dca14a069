"""never-ready: the values in `ready` and `ends` are possible values of their fields.

Why: if a field can never have the value, `ready` keeps every wait until its deadline, and a condition
of `ends` never applies.

    models: {Job: {fields: {result_available: boolean}}}
    ready: {result_available: "yes"}         # refused: the field is true or false
    ready: {result_available: true}          # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.lint.fit import misfits
from bide.lint.spec import Spec, conditions
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        for _, job in spec.jobs_of(name):
            for path, pointer, value in conditions(("lifecycles", name), lifecycle) if "snapshot" in job else ():
                found = spec.follow_or_none(pointer, ir.Named(job["snapshot"]))
                if found is not None and value is not None:
                    for message, help_ in _problems(spec, pointer, value, found):
                        yield spec.at_value(path, "never-ready", message, help_)


def _problems(spec: Spec, pointer: str, value: Json, found: ir.Type) -> Iterator[tuple[str, str]]:
    for misfit in misfits(spec, value, found, pointer):
        yield f'the value for "{pointer}" {misfit.what}', ""
    enum = spec.table("enums").get(found.name) if isinstance(found, ir.Named) else None
    if enum is not None and isinstance(value, str) and value not in enum["values"]:
        yield f'"{value}" is not a value of {found.name}', did_you_mean(value, enum["values"])  # type: ignore[union-attr]
