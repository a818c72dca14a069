"""The types of a spec as JSON Schemas (2020-12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from bide.emit.words import prose
from bide.ir import (
    UNBOUNDED,
    Bounds,
    Enum,
    Field,
    Json,
    Kind,
    ListOf,
    MapOf,
    Model,
    Named,
    OneOf,
    Provider,
    Scalar,
    Type,
    Union,
)

Schema = dict[str, Json]

_SCALARS: dict[Kind, Schema] = {
    Kind.STRING: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.LOCAL_DATETIME: {"type": "string", "description": "A date and time without a time zone."},
    Kind.UNIXTIME: {"type": "number", "description": "Seconds since 1970."},
    Kind.UNIXTIME_MS: {"type": "number", "description": "Milliseconds since 1970."},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.UUID: {"type": "string", "format": "uuid"},
    Kind.BASE64: {"type": "string", "contentEncoding": "base64"},
    Kind.ANY: {},
    Kind.OBJECT: {"type": "object"},
    Kind.BYTES: {"type": "string", "format": "path"},
    Kind.FILE: {"type": "string", "format": "path"},
}

_BOUNDS = (
    ("min", "minimum"),
    ("max", "maximum"),
    ("above", "exclusiveMinimum"),
    ("below", "exclusiveMaximum"),
    ("min_length", "minLength"),
    ("max_length", "maxLength"),
    ("pattern", "pattern"),
    ("min_items", "minItems"),
    ("max_items", "maxItems"),
)


class Schemas:
    """JSON Schemas of what requests send, or of what replies have.

    A reply is read leniently, so its schema has no bounds, and its enums are open.
    """

    def __init__(self, provider: Provider, role: Literal["inputs", "outputs"]) -> None:
        self._provider = provider
        self._role = role
        self._is_input = role == "inputs"
        self._asked: dict[str, Schema] = {}

    @property
    def definitions(self) -> dict[str, Schema]:
        """The schemas of all named types that the others refer to, by name."""
        return dict(sorted(self._asked.items()))

    def of(self, type: Type | None) -> Schema:
        """The schema of a type; of `None`, that of no value."""
        match type:
            case None:
                return {"type": "null"}
            case Scalar(kind):
                return dict(_SCALARS[kind])
            case ListOf(item):
                return {"type": "array", "items": self.of(item)}
            case MapOf(value):
                return {"type": "object", "additionalProperties": self.of(value)}
            case OneOf(types, nullable):
                return _any_of([*map(self.of, types), *([{"type": "null"}] if nullable else [])])
            case Named(name):
                return self._named(name)

    def any_of(self, types: Iterable[Type | None]) -> Schema:
        """The schema of a value of one of several types."""
        return _any_of([self.of(each) for each in types])

    def of_field(self, field: Field) -> Schema:
        """The schema of a field or an argument, with its description."""
        if field.is_const and self._is_input:
            return {"const": field.const}
        schema = self.of(field.type)
        if self._is_input:
            schema |= _bounds(field.bounds)
            if field.has_default:
                schema["default"] = field.default
        if field.nullable or (field.optional and not self._is_input):
            schema = _nullable(schema)
        about = [prose.sentence(field.description), schema.get("description", "")]
        if field.deprecated:
            schema["deprecated"] = True
            about.append(f"Deprecated: {prose.sentence(field.deprecated)}")
        if said := " ".join(filter(None, about)):
            schema["description"] = said
        if field.secret:
            schema["writeOnly"] = True
        return schema

    def _named(self, name: str) -> Schema:
        if name not in self._asked:
            self._asked[name] = {}  # a model may contain itself
            self._asked[name] = self._definition(self._provider.by_name[name])
        return {"$ref": f"#/{self._role}/{name}"}

    def _definition(self, thing: Enum | Model | Union) -> Schema:
        match thing:
            case Enum():
                return self._enum(thing)
            case Union():
                return self._union(thing)
            case Model():
                return self._model(thing)

    def _enum(self, enum: Enum) -> Schema:
        kind = "integer" if enum.is_numeric else "string"
        values = [enum.json(value) for value in enum.values]
        known = "; ".join(_value(value.wire, value.description) for value in enum.values)
        about = " ".join(filter(None, [prose.sentence(enum.description), f"Known values: {known}."]))
        return {"type": kind, **({"enum": values} if self._is_input else {}), "description": about}

    def _union(self, union: Union) -> Schema:
        variants = [self.of(Named(model)) for _, model in union.variants]
        others: list[Schema] = [] if self._is_input else [{"type": "object"}]
        return _described(_any_of([*variants, *others]), union.description)

    def _model(self, model: Model) -> Schema:
        fields = [field for field in model.fields if not field.is_rest]
        schema: Schema = {"type": "object", "properties": {each.wire: self.of_field(each) for each in fields}}
        required = list(self._required(fields))
        if model.tag_field and model.tag is not None:
            schema["properties"] = {model.tag_field: {"const": model.tag}, **schema["properties"]}
            required.insert(0, model.tag_field)
        if required:
            schema["required"] = list(dict.fromkeys(required))
        if model.additional is not None:
            schema |= self.of(model.additional.type)  # it is a map
        return _described(schema, model.description)

    def _required(self, fields: Iterable[Field]) -> Iterator[str]:
        for field in fields:
            # The JSON of a result leaves out fields that are null.
            if not field.optional and (self._is_input or not (field.nullable or field.is_const)):
                yield field.wire


def _value(wire: str, description: str) -> str:
    said = prose.sentence(description).removesuffix(".")
    return f"{wire} ({said})" if said else wire


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": prose.sentence(description)} if description else schema


def _bounds(bounds: Bounds) -> Schema:
    if bounds is UNBOUNDED:
        return {}
    return {key: value for name, key in _BOUNDS if (value := getattr(bounds, name)) is not None}


def _nullable(schema: Schema) -> Schema:
    if not schema or "const" in schema:
        return schema
    if isinstance(kind := schema.get("type"), str):
        return {**schema, "type": [kind, "null"]}
    return _any_of([schema, {"type": "null"}])


def _any_of(schemas: Iterable[Schema]) -> Schema:
    found = [schema for schema in schemas if schema != {"type": "null"}]
    distinct = [schema for index, schema in enumerate(found) if schema not in found[:index]]
    if len(found) < len(list(schemas)):
        distinct.append({"type": "null"})
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
