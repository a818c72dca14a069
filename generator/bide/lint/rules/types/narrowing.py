"""bad-narrowing: a model `is` one that has fields of its own.

Why: whoever reads it should find the fields in one place.

    SiteMap: {is: MapJob, when: succeeded}       # fine, if MapJob has `fields`
    Smaller: {is: SiteMap, when: succeeded}      # refused: SiteMap is MapJob already

empty-narrowing (warning): a model that `is` another one says more than that one.

Why: the class of a finished result is there so that nobody has to ask for `None`.

    Failure: {is: MapJob, when: failed}          # warned of, if no field of MapJob has a `when` for failed
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec, states_of
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    models = spec.table("models")
    for name, raw in models.items():
        base = raw.get("is")
        if base not in models:
            continue
        if "envelope" in raw:
            message = f'the envelope is that of "{base}"'
            yield spec.at_key(("models", name, "envelope"), "bad-narrowing", message, "leave it out here")
        if "is" in models[base]:
            message = f'"{base}" is "{models[base]["is"]}" already, in some states'
            yield spec.at_value(("models", name, "is"), "bad-narrowing", message, "name a model with fields of its own")
        elif spec.required(name) == spec.required(base):
            states = ", ".join(sorted(states_of(raw["when"])))
            message = f'no field of "{base}" is marked with a "when" for {states}'
            yield spec.at_value(("models", name, "when"), "empty-narrowing", message, severity="warning")
