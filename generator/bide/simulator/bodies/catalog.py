"""The types of a provider by name, and the fields along a pointer. Independent of values."""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir import (
    INDEX,
    Enum,
    Field,
    Json,
    Kind,
    ListOf,
    MapOf,
    Model,
    Named,
    OneOf,
    Pointer,
    Provider,
    Scalar,
    Type,
    Union,
)


class Catalog:
    """The types of a spec by name."""

    def __init__(self, provider: Provider) -> None:
        self._named: dict[str, Enum | Model | Union] = {}
        for kind in (provider.enums, provider.models, provider.unions):
            self._named |= {named.name: named for named in kind}
        self._narrower: dict[str, list[Model]] = {}
        self._inner: dict[str, list[Json]] = {}
        for model in provider.models:
            if model.base:
                self._narrower.setdefault(model.base, []).append(model)
            for example in model.examples:
                self._note_fields(model, opened(model, example.value))

    def named(self, type_: Type | None) -> Enum | Model | Union | None:
        """The enum, model or union that a type refers to, if any."""
        return self._named.get(type_.name) if isinstance(type_, Named) else None

    def in_json(self, type_: Type) -> Type:
        """The type, but `integer` for an enum of numbers."""
        enum = self.named(type_)
        return Scalar(Kind.INTEGER) if isinstance(enum, Enum) and enum.is_numeric else type_

    def model(self, type_: Type | str | None) -> Model | None:
        """The model of this type or name, if there is one."""
        found = self.named(Named(type_) if isinstance(type_, str) else type_)
        return found if isinstance(found, Model) else None

    def examples(self, model: Model) -> Iterator[Json]:
        """The examples of a model: its own, those of the model it narrows and of the models that narrow it, and last
        its objects in examples of other models.
        """
        base = self.model(model.base) or model
        family = [model, *(each for each in (base, *self._narrower.get(base.name, [])) if each is not model)]
        for each in family:
            yield from (opened(model, example.value) for example in each.examples)
        for each in family:
            yield from self._inner.get(each.name, [])

    def fields_along(self, model: Model | None, pointer: Pointer) -> tuple[Field, ...]:
        """The fields along a pointer, up to a value without known keys. A place in a list counts as an optional field.

        Empty if the pointer does not exist in this model.
        """
        passed: list[Field] = []
        here: Type | None = None if model is None else Named(model.name)
        for step in pointer:
            match here:
                case ListOf(item) if INDEX.fullmatch(step):
                    field = Field(wire=step, name=step, type=_without_null(item), optional=True)
                case _:
                    holder = self.model(here)
                    if holder is None:
                        break
                    found = next((field for field in holder.fields if field.wire == step), None)
                    if found is None:
                        return ()
                    field = found
            passed.append(field)
            here = field.type
        return tuple(passed)

    def item_at(self, type_: Type, pointer: Pointer) -> Type | None:
        """The type of the items of the list at *pointer*; `None` if there is no list."""
        found: Type = type_
        if pointer and (passed := self.fields_along(self.model(type_), pointer)):
            found = _without_null(passed[-1].type)
        return found.item if isinstance(found, ListOf) else None

    def _note(self, type_: Type, value: Json) -> None:
        """Add the objects inside an example to the examples of their own models."""
        match type_:
            case ListOf(item) if isinstance(value, list):
                for each in value:
                    self._note(item, each)
            case MapOf(of) if isinstance(value, dict):
                for each in value.values():
                    self._note(of, each)
            case OneOf(types):
                for alternative in types:
                    self._note(alternative, value)
            case Named(name) if isinstance(value, dict) and (model := self.model(type_)):
                self._inner.setdefault(name, []).append(value)
                self._note_fields(model, value)

    def _note_fields(self, model: Model, value: Json) -> None:
        if isinstance(value, dict):
            for field in model.fields:
                self._note(field.type, value.get(field.wire))


def _without_null(type_: Type) -> Type:
    """The type, without a null that it may be as well."""
    return type_.types[0] if isinstance(type_, OneOf) and len(type_.types) == 1 else type_


def opened(model: Model, body: Json) -> Json:
    """The object in the envelope of a model; *body* itself if it has no envelope."""
    inside = body.get(model.envelope) if isinstance(body, dict) and model.envelope else None
    return inside if isinstance(inside, dict) else body


def enveloped(model: Model | None, body: Json) -> Json:
    """*body* in the envelope of its model, if that has one."""
    return {model.envelope: body} if model is not None and model.envelope else body
