"""The types of a provider by their names, and what a pointer passes on its way through them. Knows nothing of values."""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir import Enum, Example, Field, Model, Named, Pointer, Provider, Type, Union


class Catalog:
    """What a spec names, found by name."""

    def __init__(self, provider: Provider) -> None:
        self._named: dict[str, Enum | Model | Union] = {
            named.name: named for named in (*provider.enums, *provider.models, *provider.unions)
        }
        self._narrower: dict[str, list[Model]] = {}
        for model in provider.models:
            if model.base:
                self._narrower.setdefault(model.base, []).append(model)

    def named(self, type_: Type | None) -> Enum | Model | Union | None:
        """The enum, model or union that a type names, if it names one."""
        return self._named.get(type_.name) if isinstance(type_, Named) else None

    def model(self, type_: Type | str | None) -> Model | None:
        """The model of this type or name, if it is one."""
        found = self.named(Named(type_) if isinstance(type_, str) else type_)
        return found if isinstance(found, Model) else None

    def examples(self, model: Model) -> Iterator[Example]:
        """The examples of a model: its own, then those of the model it narrows and of the models that narrow it."""
        yield from model.examples
        base = self.model(model.base)
        if base:
            yield from base.examples
        for sibling in self._narrower.get(model.base or model.name, []):
            if sibling is not model:
                yield from sibling.examples

    def fields_along(self, model: Model | None, pointer: Pointer) -> tuple[Field, ...]:
        """The fields that a pointer passes. It ends early where a value without known keys begins.

        Empty if the pointer leads nowhere in this model.
        """
        passed: list[Field] = []
        for wire in pointer:
            if model is None:
                break
            field = next((field for field in model.fields if field.wire == wire), None)
            if field is None:
                return ()
            passed.append(field)
            model = self.model(field.type)
        return tuple(passed)
