"""bad-variant: each variant of a union can be told apart from the others.

Why: the class of a variant determines the value of the discriminator, unless the model has it as a field.

    unions: {Action: {discriminator: type, variants: {click: Click, write: Click}}}    # refused: one model twice
    models: {Click: {fields: {type: string}}}                                          # fine: then it may be
    models: {Click: {fields: {type: {const: press}}}}                                  # refused: it is never click

Without a discriminator, a value is the first variant that it fits:

    models: {Circle: {fields: {at: string}}, Square: {fields: {at: string, side: number}}}
    unions: {Shape: {variants: [Circle, Square]}}      # refused: every Square is a Circle, too
    unions: {Shape: {variants: [Square, Circle]}}      # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.lint.covers import covers
from bide.lint.spec import FieldView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    tags: dict[str, tuple[str, str, str]] = {}
    for name, union in spec.table("unions").items():
        if isinstance(union["variants"], list):
            yield from _shapes(spec, name)
            continue
        if "discriminator" not in union:
            message = f'"{name}" has no discriminator, so its variants have no names'
            help_ = "name the discriminator, or write the models as a list"
            yield spec.at_value(("unions", name, "variants"), "bad-variant", message, help_)
            continue
        field = union["discriminator"]
        for path, tag, model in spec.variants(name):
            declared = next((view for view in spec.fields(model) if view.wire == field), None)
            if declared is not None:
                if not _may_be(spec, declared, tag):
                    message = f'the field "{field}" of "{model}" is never "{tag}"'
                    help_ = "remove it from the model: the union adds it"
                    yield spec.at_value(path, "bad-variant", message, help_)
                continue
            other, other_field, other_tag = tags.setdefault(model, (name, field, tag))
            if (other_field, other_tag) != (field, tag):
                where = "this union" if other == name else f'"{other}"'
                message = f'"{model}" is already the variant "{other_tag}" of {where}'
                help_ = f'give it a required field "{field}", or declare another model'
                yield spec.at_value(path, "bad-variant", message, help_)


def _may_be(spec: Spec, view: FieldView, tag: str) -> bool:
    """Whether a declared discriminator may have this value: a required text."""
    if view.is_optional:
        return False
    if "const" in view.more:
        return bool(view.more["const"] == tag)
    type_ = view.type.type if view.type is not None else None
    is_text_enum = isinstance(type_, ir.Named) and type_.name in spec.table("enums") and not spec.is_numeric(type_.name)
    return type_ == ir.Scalar(ir.Kind.STRING) or is_text_enum


def _shapes(spec: Spec, name: str) -> Iterator[Diagnostic]:
    """Variants that an earlier one hides: a value is the first variant that it fits."""
    tagged = {
        model: union
        for union, raw in spec.table("unions").items()
        if "discriminator" in raw and isinstance(raw["variants"], dict)
        for _, _, model in spec.variants(union)
        if all(view.wire != raw["discriminator"] for view in spec.fields(model))
    }
    if "discriminator" in spec.table("unions")[name]:
        message = f'the variants of "{name}" have no value of the discriminator'
        help_ = "write each as value: Model, or remove the discriminator"
        yield spec.at_value(("unions", name, "variants"), "bad-variant", message, help_)
    earlier: list[str] = []
    for path, _, model in spec.variants(name):
        if model in tagged:
            message = f'"{model}" is a variant of "{tagged[model]}", whose discriminator it has only there'
            yield spec.at_value(path, "bad-variant", message, "declare another model for it")
        hiding = next((each for each in earlier if covers(spec, each, model)), None)
        if hiding == model:
            yield spec.at_value(path, "bad-variant", f'"{model}" is in this union twice', "remove it")
        elif hiding is not None:
            message = f'"{model}" is never chosen: every value that fits it also fits "{hiding}", which comes first'
            help_ = f'put "{model}" before "{hiding}", or tell them apart by a required field or a const'
            yield spec.at_value(path, "bad-variant", message, help_)
        earlier.append(model)
