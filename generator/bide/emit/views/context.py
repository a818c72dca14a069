"""The provider, for all views: its types by name, and its names in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from bide.emit.python.code import Code, annotation, literal
from bide.emit.words import prose
from bide.ir import INDEX, Endpoint, Field, Job, ListOf, MapOf, Model, Named, OneOf, Pointer, Provider, Scalar, Type
from bide.ir.pointers import follow

_NAME = re.compile(r"\{[^{}]*\}")


class Context:
    """A provider, and the module from which its package imports the runtime."""

    def __init__(self, provider: Provider, *, vendor: bool = False) -> None:
        self.ir = provider
        self.is_vendored = vendor
        self.runtime = Code("._runtime" if vendor else "bide_runtime")
        """The module with the runtime's names, as modules of the package import it."""

    @property
    def runtime_in_tests(self) -> Code:
        """The same module, as the tests of the package import it."""
        return Code(f"{self.package}._runtime") if self.is_vendored else self.runtime

    @property
    def class_name(self) -> Code:
        return Code(self.ir.class_name)

    @property
    def package(self) -> Code:
        return Code(f"{self.ir.name}_client")

    @property
    def package_name(self) -> Code:
        """The package as a string."""
        return literal(str(self.package))

    @cached_property
    def texts(self) -> prose.Texts:
        """The values of each enum."""
        return {enum.name: tuple(value.wire for value in enum.values) for enum in self.ir.enums}

    @cached_property
    def jobs_of(self) -> Mapping[str, list[Job]]:
        """The jobs of each lifecycle, by its name."""
        found: dict[str, list[Job]] = {}
        for job in self.ir.jobs:
            found.setdefault(job.lifecycle.name, []).append(job)
        return found

    @cached_property
    def like(self) -> frozenset[str]:
        """The enums for which an argument may be text."""
        sent = [model for model in self.ir.models if model.in_request]
        models = [field.type for model in sent for field in model.fields]
        models += [model.additional.type for model in sent if model.additional]
        endpoints = [*(job.submit for job in self.ir.jobs), *(operation.endpoint for operation in self.ir.operations)]
        parameters = [parameter.field.type for endpoint in endpoints for parameter in endpoint.parameters]
        found = {name for type in [*models, *parameters] for name in named(type)}
        return frozenset(enum.name for enum in self.ir.enums) & found

    def is_told_by_type(self, endpoint: Endpoint) -> bool:
        """Whether another request has the same address, and a body of another media type."""
        address = endpoint.method, _NAME.sub("{}", endpoint.path)
        return len(self._types_at.get(address, ())) > 1

    @cached_property
    def _types_at(self) -> Mapping[tuple[str, str], set[str]]:
        """The media types of bodies, by method and path."""
        found: dict[tuple[str, str], set[str]] = {}
        for each in [*(job.submit for job in self.ir.jobs), *(operation.endpoint for operation in self.ir.operations)]:
            if each.media_type:
                found.setdefault((each.method, _NAME.sub("{}", each.path)), set()).add(each.media_type)
        return found

    def reply_type(self, type: Type | None) -> Code:
        return Code("None") if type is None else annotation(type, prefix="models.", unions=self.union_names)

    @cached_property
    def union_names(self) -> frozenset[str]:
        return frozenset(union.name for union in self.ir.unions)

    def envelope(self, model: str) -> str:
        """The envelope of a model; empty if it has none."""
        found = self.ir.by_name[model]
        return found.envelope if isinstance(found, Model) else ""

    def field_of(self, holder: Type, wire: str) -> Field:
        """A field by its wire name. Raises `KeyError`."""
        match holder:
            case OneOf((only,)):  # or null
                return self.field_of(only, wire)
            case Named(name) if isinstance(found := self.ir.by_name[name], Model):
                for field in found.fields:
                    if field.wire == wire:
                        return field
        raise KeyError(wire)

    def attributes(self, path: Pointer, holder: Type) -> tuple[str, ...]:
        """A pointer in Python names, from *holder* on. Free-form JSON keeps its wire names."""
        found: list[str] = []
        for step, wire in enumerate(path):
            if isinstance(holder, Scalar | MapOf):
                return (*found, *path[step:])
            match holder:
                case ListOf(item) if INDEX.fullmatch(wire):
                    found.append(wire)
                    holder = item
                case _:
                    field = self.field_of(holder, wire)
                    found.append(field.name)
                    holder = field.type
        return tuple(found)

    def type_at(self, path: Pointer, holder: Type) -> Type:
        """The type that a pointer leads to, from *holder* on. Raises `LeadsNowhere`."""
        return follow(path, holder, self._fields_of)

    def _fields_of(self, name: str) -> Mapping[str, Type] | None:
        thing = self.ir.by_name[name]
        return {field.wire: field.type for field in thing.fields} if isinstance(thing, Model) else None


def named(type: Type) -> Iterator[str]:
    match type:
        case Named(name):
            yield name
        case ListOf(inside) | MapOf(inside):
            yield from named(inside)
        case OneOf(types):
            for each in types:
                yield from named(each)
