"""bad-narrowing: the base in `is` is a model with `fields`.

Why: all fields are then in one place.

    SiteMap: {is: MapJob, when: succeeded}       # fine, if MapJob has `fields`
    Smaller: {is: SiteMap, when: succeeded}      # refused: SiteMap has `is` itself

empty-narrowing (warning): a model with `is` requires more fields than its base.

Why: it exists so that those fields are never `None`.

    Failure: {is: MapJob, when: failed}          # warned about, if no field of MapJob has `when: failed`

If the replies of the provider have the job inside of an object, as in `{"success": true, "data": {...}}`, a model of
what is inside with `envelope: data` has its fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.lint.spec import Spec, states_of
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    models = spec.table("models")
    for name, raw in models.items():
        base = raw.get("is")
        if base not in models:
            continue
        if "envelope" in raw:
            message = f'a model with "is" has the envelope of "{base}"'
            yield spec.at_key(("models", name, "envelope"), "bad-narrowing", message, "remove it")
        if "is" in models[base]:
            message = f'"{base}" has "is" itself'
            yield spec.at_value(
                ("models", name, "is"),
                "bad-narrowing",
                message,
                "refer to a model with fields",
            )
        elif spec.required(name) == spec.required(base):
            states = ", ".join(sorted(states_of(raw["when"])))
            message = f'no field of "{base}" has "when" with {states}'
            help_ = _of_envelope(spec, base)
            yield spec.at_value(("models", name, "when"), "empty-narrowing", message, help_, "warning")


def _of_envelope(spec: Spec, base: str) -> str:
    """What to write if all that says something of the job is inside of one object of the base."""
    inside = [(view.wire, view.type.type) for view in spec.fields(base) if view.type is not None]
    found = [(wire, type_.name) for wire, type_ in inside if isinstance(type_, ir.Named) and spec.is_model(type_.name)]
    if len(found) != 1:
        return ""
    ((wire, model),) = found
    return (
        f'if the fields of the job are in "{wire}", write `envelope: {wire}` in the model "{model}", and use "{model}"'
        f' in place of "{base}"'
    )
