"""The schemas of an OpenAPI document: types in requests and in replies, which differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bide.emit.views.schemas import Schema, Schemas
from bide.exporter.bodies import envelope_of
from bide.ir import Field, Json, Provider, Type

_FILE = {"type": "string", "format": "path"}


class Components:
    """Collects the schemas that a document refers to. A type that requests and replies have in two forms has two."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._enums = {enum.name: [enum.json(value) for value in enum.values] for enum in provider.enums}
        self._roles = {"inputs": Schemas(provider, "inputs"), "outputs": Schemas(provider, "outputs")}

    def sent(self, type_: Type) -> Schema:
        """The schema of a type in a request."""
        return self._roles["inputs"].of(type_)

    def sent_field(self, field: Field) -> Schema:
        """The schema of an argument."""
        return self._roles["inputs"].of_field(field)

    def received(self, types: Iterable[Type]) -> Schema:
        """The schema of a reply of one of several types, each in its envelope."""
        found: dict[str, list[Type]] = {}
        for type_ in dict.fromkeys(types):
            found.setdefault(envelope_of(self._provider, type_), []).append(type_)
        outputs = self._roles["outputs"]
        schemas = [
            _inside(envelope, outputs.any_of(several)) if envelope else outputs.any_of(several)
            for envelope, several in found.items()
        ]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def finished(self, document: Json) -> Json:
        """The document, with its schemas, and with references that lead to them."""
        found = {role: made.definitions for role, made in self._roles.items()}
        both = found["inputs"].keys() & found["outputs"].keys()
        names = {
            f"#/{role}/{name}": f"{name}Input" if role == "inputs" and name in both else name
            for role, definitions in found.items()
            for name in definitions
        }
        schemas = {
            names[f"#/{role}/{name}"]: {**_placed(schema, names), **self._known(name, schema)}
            for role, definitions in found.items()
            for name, schema in definitions.items()
        }
        whole = _placed(document, names)
        return {**whole, "components": {"schemas": dict(sorted(schemas.items())), **whole.get("components", {})}}

    def _known(self, name: str, schema: Schema) -> Schema:
        """The known values of an enum that may have others: as examples too, since mock servers reply with these."""
        if name not in self._enums or "enum" in schema:
            return {}
        return {"x-extensible-enum": self._enums[name], "examples": self._enums[name]}


def _inside(envelope: str, schema: Schema) -> Schema:
    return {"type": "object", "properties": {envelope: schema}, "required": [envelope]}


def _placed(part: Json, names: Mapping[str, str]) -> Json:
    if isinstance(part, list):
        return [_placed(each, names) for each in part]
    if not isinstance(part, Mapping):
        return part
    if part.get("$ref") in names:
        return {**part, "$ref": f"#/components/schemas/{names[part['$ref']]}"}
    placed = {key: _placed(each, names) for key, each in part.items()}
    return {**placed, "format": "binary"} if all(placed.get(key) == value for key, value in _FILE.items()) else placed
