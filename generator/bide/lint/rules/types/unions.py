"""bad-variant: the variants of a union are models that only its tag tells apart.

Why: the tag is known from the class, so that nobody can write one that does not belong to it.

    unions: {Action: {discriminator: type, variants: {click: Click, write: Click}}}    # refused: one model twice
    models: {Click: {fields: {type: string}}}                                # refused: the union has the tag
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    tags: dict[str, tuple[str, str, str]] = {}
    for name, union in spec.table("unions").items():
        for tag, model in union["variants"].items():
            path = ("unions", name, "variants", tag)
            if any(view.wire == union["discriminator"] for view in spec.fields(model)):
                message = f'"{model}" has the field "{union["discriminator"]}", which is the tag of "{name}"'
                yield spec.at_value(path, "bad-variant", message, "take it out of the model: the union has it")
            other, other_field, other_tag = tags.setdefault(model, (name, union["discriminator"], tag))
            if (other_field, other_tag) != (union["discriminator"], tag):
                where = "this union" if other == name else f'"{other}"'
                message = f'"{model}" is already the variant "{other_tag}" of {where}'
                yield spec.at_value(path, "bad-variant", message, "make a model of its own for it")
    yield from _events(spec)


def _events(spec: Spec) -> Iterator[Diagnostic]:
    """A stream tells its events apart by their names, and so must be able to name the event of a model."""
    for name, operation in spec.table("operations").items():
        seen: dict[str, str] = {}
        for event, model in operation.get("stream", {}).get("events", {}).items():
            if seen.setdefault(model, event) != event:
                path = ("operations", name, "stream", "events", event)
                message = f'"{model}" is already the event "{seen[model]}"'
                yield spec.at_value(path, "bad-variant", message, "make a model of its own for it")
