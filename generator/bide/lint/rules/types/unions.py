"""bad-variant: each variant of a union is a model of its own, without the discriminator as a field.

Why: the class of a variant determines the value of the discriminator, so it is never an argument.

    unions: {Action: {discriminator: type, variants: {click: Click, write: Click}}}    # refused: one model twice
    models: {Click: {fields: {type: string}}}                                          # refused: the union adds it
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
                message = f'"{model}" has the field "{union["discriminator"]}", which is the discriminator of "{name}"'
                yield spec.at_value(path, "bad-variant", message, "remove it from the model: the union adds it")
            other, other_field, other_tag = tags.setdefault(model, (name, union["discriminator"], tag))
            if (other_field, other_tag) != (union["discriminator"], tag):
                where = "this union" if other == name else f'"{other}"'
                message = f'"{model}" is already the variant "{other_tag}" of {where}'
                yield spec.at_value(path, "bad-variant", message, "declare another model for it")
