"""Where things are in the body of a reply: in its envelope, if it has one; and the body of an error."""

from __future__ import annotations

from collections.abc import Mapping

from bide import ir
from bide.ir import Json


def envelope_of(provider: ir.Provider, type_: ir.Type | None) -> str:
    """The key of the object that a reply of this type is inside of; empty: none."""
    if not isinstance(type_, ir.Named) or type_.name not in {each.name for each in provider.models}:
        return ""
    return provider.model(type_.name).envelope


def body_at(provider: ir.Provider, model: str | None, at: ir.Pointer = ()) -> str:
    """A place in a reply of this model, as a runtime expression."""
    envelope = envelope_of(provider, ir.Named(model)) if model is not None else ""
    path = "/".join(_escaped(each) for each in ((envelope, *at) if envelope else at))
    return f"$response.body#/{path}" if path else "$response.body"


def error_response(provider: ir.Provider) -> Json:
    """The response of an error, in the shapes of the spec."""
    schemas = [_shape(each) for each in provider.errors]
    if not schemas:
        return {"description": "An error."}
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"description": "An error.", "content": {"application/json": {"schema": schema}}}


def _shape(shape: ir.ErrorShape) -> Json:
    found: Json = {}
    for at in filter(None, (shape.code, shape.message)):
        found = _with(found, at)
    return {**found, **({"description": shape.description} if shape.description else {})}


def _with(schema: Mapping[str, Json], at: ir.Pointer) -> Json:
    """A schema with a value at this place too."""
    if not at:
        return schema
    name, *rest = at
    if name.isdecimal():
        return {**schema, "type": "array", "items": _with(schema.get("items", {}), tuple(rest))}
    properties = schema.get("properties", {})
    inside = _with(properties.get(name, {}), tuple(rest))
    return {**schema, "type": "object", "properties": {**properties, name: inside}}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
