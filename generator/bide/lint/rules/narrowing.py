"""bad-narrowing: a model that `is` another one says more than that one.

Why: the class of a finished result is there so that nobody has to ask for `None`.

    SiteMap: {is: SiteMap, when: succeeded}      # refused: a circle
    SiteMap: {is: MapJob, when: failed}          # warned of, if no field of MapJob has a `when` for that
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.diagnostics import Diagnostic
from bide.lint.spec import Spec, states_of


def check(spec: Spec) -> Iterator[Diagnostic]:
    models = spec.table("models")
    for name, raw in models.items():
        if "is" not in raw or not spec.is_model(raw["is"]):
            continue
        if _is_circle(spec, name):
            yield spec.at_value(("models", name, "is"), "bad-narrowing", f'"{name}" is itself, by way of "{raw["is"]}"')
        elif spec.required(name) == spec.required(raw["is"]):
            states = ", ".join(sorted(states_of(raw["when"])))
            message = f'no field of "{raw["is"]}" is marked with a "when" for {states}'
            yield spec.at_value(("models", name, "when"), "bad-narrowing", message, severity="warning")


def _is_circle(spec: Spec, name: str) -> bool:
    seen = set()
    while name not in seen:
        seen.add(name)
        base = spec.table("models").get(name, {}).get("is")
        if base is None:
            return False
        name = base
    return True
