"""A provider as a tree of facts: what two versions of a spec are compared by.

It has everything that a package is made of, each thing once and by its name: a field by its key in JSON, a status by
its text. What follows from other facts is left out, such as the fields of a model that narrows another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from bide import ir
from bide.ir import Json

Tree: TypeAlias = Json
"""A mapping of names to trees, or a leaf: a text, a number, a boolean or `None`."""

_LEFT_OUT: Mapping[type, frozenset[str]] = {
    ir.Provider: frozenset(("by_name", "spec_file", "lifecycles", "models", "unions")),
    ir.Enum: frozenset(("name",)),
    ir.EnumValue: frozenset(("wire",)),
    ir.Model: frozenset(
        ("name", "fields", "narrowed", "unions", "tag_field", "tag", "items", "in_request", "in_reply", "base")
    ),
    ir.Union: frozenset(("name",)),
    ir.Operation: frozenset(("name",)),
    ir.Job: frozenset(("name", "lifecycle")),
    ir.Lifecycle: frozenset(("name", "states", "codes", "ignore_case")),
    ir.Endpoint: frozenset(("path", "link", "parameters", "body")),
    ir.Field: frozenset(("wire",)),
    ir.Reply: frozenset(("status",)),
    ir.Variable: frozenset(("name",)),
    ir.ErrorShape: frozenset(("name",)),
    ir.Secret: frozenset(("argument",)),
    ir.Source: frozenset(("key",)),
    ir.Example: frozenset(("value",)),
}
"""The attributes that are left out, or that the tree has in another form."""

_SETS = frozenset(
    ("hosts", "scopes", "auth", "failed", "transient", "accepts", "not_ready", "gone", "over", "transitions")
)
"""The attributes with several texts or numbers. Other tuples of texts are pointers."""

_RANGES = frozenset(("interval", "typical"))

_OF_MODELS = frozenset(("variants", "events"))
"""The attributes with names of models."""

_REFERENCES = frozenset(("model", "reply", "snapshot", "union"))
"""The attributes that are the name of a model or a union."""

_KEYS = ("wire", "argument", "name", "key")
"""What the parts of a tuple are told apart by: the first of these that they have."""


def facts(provider: ir.Provider, renamed: Mapping[str, str] | None = None) -> dict[str, Tree]:
    """The facts of a provider. *renamed* has new names for its models, enums, unions and lifecycles."""
    return _Facts(provider, renamed or {}).tree()


class _Facts:
    def __init__(self, provider: ir.Provider, renamed: Mapping[str, str]) -> None:
        self._provider = provider
        self._renamed = renamed

    def tree(self) -> dict[str, Tree]:
        provider = self._provider
        found = self._parts(provider)
        found["enums"] = {self._name(each.name): self._parts(each) for each in provider.enums}
        found["models"] = {self._name(each.name): self._model(each) for each in provider.models}
        found["unions"] = {
            self._name(each.name): self._parts(each)
            for each in provider.unions
            if each.tag_field or each.by_shape  # the others are made of the events of a stream
        }
        found["lifecycles"] = {self._name(each.name): self._lifecycle(each) for each in provider.lifecycles}
        return found

    def _name(self, name: str) -> str:
        return self._renamed.get(name, name)

    def _model(self, model: ir.Model) -> dict[str, Tree]:
        found = self._parts(model)
        if model.base is None:
            found["fields"] = {field.wire: self._parts(field) for field in model.fields}
        else:
            found["is"] = self._name(model.base)
            found["promised"] = {field.wire: True for field in model.narrowed}
        return found

    def _lifecycle(self, lifecycle: ir.Lifecycle) -> dict[str, Tree]:
        found = self._parts(lifecycle)
        found["states"] = {status: str(state) for status, state in lifecycle.states.items()}
        found["codes"] = {str(code): True for code in lifecycle.codes}
        return found

    def _parts(self, value: Json) -> dict[str, Tree]:
        found = {name: self._of(name, getattr(value, name)) for name in _attributes(value.__class__)}
        if isinstance(value, ir.Job):
            found["lifecycle"] = self._name(value.lifecycle.name)
        if isinstance(value, ir.ResultAt):  # the statuses are those of its request
            statuses = {name: found.pop(name) for name in ("not_ready", "gone", "failed")}
            found["endpoint"] = found["endpoint"] and {**found["endpoint"], **statuses}
        if isinstance(value, ir.Endpoint):
            found["path"] = value.path if value.link is None else link_text(value.link)
            found["fallback"] = value.link.path if value.link else ""
            found["arguments"] = self._arguments(value)
            found["body"] = self._name(value.body.model) if value.body else None
            found["body_constants"] = dict(_constants(value.body)) if value.body else {}
        return found

    def _arguments(self, endpoint: ir.Endpoint) -> dict[str, Tree]:
        """The arguments of a request by their keys, each with its place in the request."""
        above = {id(each): steps for each, steps in _steps(endpoint.body)} if endpoint.body else {}
        pairs = []
        for parameter in endpoint.parameters:
            place = ".".join((str(parameter.place), *above.get(id(parameter), ())))
            pairs.append((parameter.field.wire, {**self._parts(parameter.field), "place": place}))
        return _by_key(pairs)

    def _of(self, name: str, value: Json) -> Tree:
        if type(value) is str:
            return self._name(value) if name in _REFERENCES else value
        if value is None or type(value) is bool:
            return value
        match value:
            case ir.Scalar() | ir.ListOf() | ir.MapOf() | ir.Named() | ir.OneOf():
                return type_text(value, self._renamed)
            case StrEnum():
                return str(value)
            case ir.Bounds():
                bounds = ((each.name, getattr(value, each.name)) for each in fields(value))
                return {bound: limit for bound, limit in bounds if limit is not None}
            case ir.Rate():
                return f"{value.count} in {value.seconds:g} s"
            case ir.IdAt():
                return id_at(value)
            case ir.Source() if name != "sources":
                return value.key
            case _ if is_dataclass(value):
                return self._parts(value)
            case frozenset() if name == "last":
                return ", ".join(sorted(value))
            case frozenset():
                return dict.fromkeys(sorted(map(str, value)), True)
            case tuple():
                return self._tuple(name, value)
            case Mapping() if name in ("default", "const", "value"):
                return json_text(value)
            case Mapping():
                return {str(key): self._of(name, each) for key, each in value.items()}
            case list():
                return json_text(value)
        return value

    def _tuple(self, name: str, values: tuple[Json, ...]) -> Tree:
        if name in _SETS and not any(is_dataclass(each) for each in values):
            return {str(each): True for each in values}
        if name in _RANGES:
            return "..".join(f"{each:g}s" for each in values)
        if not values or all(isinstance(each, str) for each in values):
            return ".".join(values)
        if all(is_dataclass(each) for each in values):
            return _by_key((_key(each, number), self._of(name, each)) for number, each in enumerate(values, 1))
        return _by_key(self._pair(name, each) for each in values)

    def _pair(self, name: str, pair: tuple[Json, ...]) -> tuple[str, Tree]:
        """A named value, such as a header, a condition or the variant of a union."""
        *steps, value = pair
        key = " ".join(".".join(each) if isinstance(each, tuple) else str(each) for each in steps)
        if name in _OF_MODELS:
            value = self._name(value)
            return key or value, value
        return key, value if isinstance(value, str) else json_text(value)


@cache
def _attributes(kind: type) -> tuple[str, ...]:
    """The attributes of a part that are in the tree, and in the same form."""
    left_out = _LEFT_OUT.get(kind, frozenset())
    return tuple(each.name for each in fields(kind) if each.name not in left_out)


def _by_key(pairs: Iterable[tuple[str, Tree]]) -> dict[str, Tree]:
    """The pairs as a mapping. A second one of a key gets a number."""
    found: dict[str, Tree] = {}
    for key, value in pairs:
        number, unique = 1, key
        while unique in found:
            number += 1
            unique = f"{key} #{number}"
        found[unique] = value
    return found


def _key(part: Json, number: int) -> str:
    if isinstance(part, ir.Reply):
        return "any 2xx" if part.status is None else str(part.status)
    return next((str(getattr(part, key)) for key in _KEYS if hasattr(part, key)), str(number))


def _steps(body: ir.BodyModel, above: tuple[str, ...] = ()) -> Iterator[tuple[ir.Parameter, tuple[str, ...]]]:
    for field in body.fields:
        match field.value:
            case ir.Parameter():
                yield field.value, above
            case ir.BodyModel():
                yield from _steps(field.value, (*above, field.name))


def _constants(body: ir.BodyModel, above: str = "") -> Iterator[tuple[str, Tree]]:
    for field in body.fields:
        match field.value:
            case None:
                yield f"{above}{field.name}", json_text(field.const)
            case ir.BodyModel():
                yield from _constants(field.value, f"{above}{field.name}.")


def link_text(link: ir.Link) -> str:
    """Where a reply has an address, in words."""
    return f"the header {link.header}" if link.header else f"`{'.'.join(link.field)}`"


def id_at(place: ir.IdAt) -> str:
    """Where an id is, in words."""
    if place.argument:
        found = f"the argument `{place.argument}`"
    elif place.header:
        found = f"the header {place.header}"
    elif place.field:
        found = f"`{'.'.join(place.field)}`"
    else:
        found = "the address of the poll"
    return f"{found}, from {place.template}" if place.template else found


def type_text(type_: ir.Type, renamed: Mapping[str, str]) -> str:
    """A type as a spec writes it."""

    def inner(part: ir.Type) -> str:
        text = type_text(part, renamed)
        return f"({text})" if isinstance(part, ir.OneOf) else text

    match type_:
        case ir.Scalar(kind):
            return str(kind)
        case ir.Named(name):
            return renamed.get(name, name)
        case ir.ListOf(item):
            return f"list of {inner(item)}"
        case ir.MapOf(value):
            return f"map of {inner(value)}"
        case ir.OneOf(types, nullable):
            return " or ".join([*(type_text(each, renamed) for each in types), *(["null"] if nullable else [])])


def json_text(value: Json) -> str:
    """A value as JSON, on one line."""
    return json.dumps(value, ensure_ascii=False)
