"""Look into schemas: what an object may have, whichever way its parts are put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bide.importer.documents.openapi import Api, Operation, Reply, is_json
from bide.importer.documents.reading import Json

_DEEPEST = 8
_SAYS_NOTHING = {"description", "title", "example", "examples", "default", "deprecated", "readOnly", "writeOnly"}
"""Keys of a schema that say nothing of its values."""
_QUOTED = re.compile(r"[`'\"]([A-Za-z][\w /-]{1,40})[`'\"]")


@dataclass(slots=True)
class Look:
    """A schema with its parts put together: those of `allOf` merged, those of `oneOf` and `anyOf` united."""

    kinds: set[str] = field(default_factory=set)
    properties: dict[str, Json] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    values: list[Json] = field(default_factory=list)
    """Of an enum or a constant."""
    is_open: bool = False
    """Whether there are other values: those of an alternative that lists none."""
    is_any: bool = False
    """Whether one of the alternatives is any value."""
    items: Json = None
    description: str = ""
    examples: list[Json] = field(default_factory=list)
    is_nullable: bool = False
    is_map: bool = False
    additional: Json = None
    """The schema of all other keys, if there is one."""
    name: str = ""
    """Of the component, if it is one."""

    @property
    def is_object(self) -> bool:
        return bool(self.properties) or "object" in self.kinds


class Lens:
    """Looks into the schemas of one API, each once."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._seen: dict[int, Look] = {}
        self._kept: list[Json] = []

    def look(self, schema: Json) -> Look:
        """What a schema allows."""
        if not isinstance(schema, Mapping):
            return Look()
        found = self._seen.get(id(schema))
        if found is None:
            found = self._seen[id(schema)] = Look()
            self._kept.append(schema)  # an id belongs to one object for as long as that lives
            found.name = self.api.references.name(schema) or ""
            self._fill(found, schema, 0, set())
        return found

    def reply(self, operation: Operation) -> Look:
        """What the replies of success have, united: those that are JSON."""
        schemas = [reply.schema for reply in self.json_replies(operation)]
        if len(schemas) == 1:
            return self.look(schemas[0])
        whole = Look()
        for schema in schemas:
            self._unite(whole, self.look(schema))
        return whole

    def json_replies(self, operation: Operation) -> list[Reply]:
        """The replies of success with a body of JSON."""
        return [each for each in operation.successes if each.schema is not None and is_json(each.media)]

    def property(self, look: Look, name: str) -> Look:
        """What a field of an object allows."""
        return self.look(look.properties.get(name))

    def words(self, look: Look) -> list[str]:
        """The values of a status: of its enum, else words in quotes in its description, else of its examples."""
        if look.values:
            return [
                str(each).lower() if isinstance(each, bool) else str(each) for each in look.values if each is not None
            ]
        quoted = _QUOTED.findall(look.description)
        return list(dict.fromkeys(quoted)) or [str(each) for each in look.examples if isinstance(each, str)]

    def _fill(self, found: Look, schema: Json, depth: int, inside: set[int]) -> None:
        schema = self.api.schema(schema)
        if not isinstance(schema, Mapping) or depth > _DEEPEST or id(schema) in inside:
            return
        inside = inside | {id(schema)}
        kind = schema.get("type")
        for each in kind if isinstance(kind, list) else [kind]:
            if each == "null":
                found.is_nullable = True
            elif isinstance(each, str):
                found.kinds.add(each)
        found.is_nullable = found.is_nullable or schema.get("nullable") is True
        if kind is None:
            found.kinds |= _kinds_without_type(schema)
        for name, each in _mapping(schema.get("properties")).items():
            found.properties.setdefault(str(name), each)
        found.required |= {each for each in _list(schema.get("required")) if isinstance(each, str)}
        values = _list(schema.get("enum")) or _list(schema.get("x-extensible-enum"))
        for each in [*values, *([schema["const"]] if "const" in schema else [])]:
            if each not in found.values and not isinstance(each, dict | list):
                found.values.append(each)
        if "items" in schema and found.items is None:
            found.items = schema["items"]
        found.is_map = found.is_map or bool(schema.get("additionalProperties"))
        if found.additional is None and (additional := _mapping(schema.get("additionalProperties"))):
            found.additional = additional
        found.description = found.description or str(schema.get("description") or "")
        found.examples += [schema["example"]] if "example" in schema else _list(schema.get("examples"))
        for each in _list(schema.get("allOf")):
            self._fill(found, each, depth + 1, inside)
        alternatives = [*_list(schema.get("oneOf")), *_list(schema.get("anyOf"))]
        required, has_type = found.required, bool(found.kinds)
        shared: set[str] | None = None
        one_of = [each for each in alternatives if not _is_null(self.api.schema(each))]
        if len(one_of) == 1 and not found.name and not found.properties:
            found.name = self.api.references.name(one_of[0]) or ""  # it, or null
        for each in alternatives:
            part = Look()
            self._fill(part, each, depth + 1, inside)
            if part.kinds or part.properties or part.values:
                shared = part.required if shared is None else shared & part.required
            elif part.is_nullable:
                found.is_nullable = True
            is_null = part.is_nullable and not (part.kinds or part.properties or part.values)
            found.is_open = found.is_open or part.is_open or not (part.values or is_null)
            inner = self.api.schema(each)
            if not has_type and isinstance(inner, Mapping) and inner.keys() <= _SAYS_NOTHING:
                found.is_any = True
            self._unite(found, part)
        found.required = required | (shared or set()) if alternatives else required

    def _unite(self, whole: Look, part: Look) -> None:
        whole.kinds |= part.kinds
        for name, each in part.properties.items():
            if name not in whole.properties:
                whole.properties[name] = each
            elif whole.properties[name] is not each:
                whole.properties[name] = {"anyOf": [whole.properties[name], each]}
        whole.is_any = whole.is_any or part.is_any
        whole.values += [each for each in part.values if each not in whole.values]
        whole.items = whole.items if whole.items is not None else part.items
        whole.description = whole.description or part.description
        whole.examples += part.examples
        whole.name = whole.name or part.name


def walk(schema: Json) -> Iterator[Json]:
    """The schema and all that is written inside of it, without following references."""
    yield schema
    if isinstance(schema, Mapping):
        for each in schema.values():
            if isinstance(each, Mapping | list):
                yield from walk(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from walk(each)


def _is_null(schema: Json) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _kinds_without_type(schema: Mapping[str, Json]) -> set[str]:
    """The JSON types that a schema without a `type` tells by its values or its parts."""
    kinds: dict[type, str] = {bool: "boolean", str: "string", int: "integer", float: "number"}
    values = [*_list(schema.get("enum")), *([schema["const"]] if "const" in schema else [])]
    found = {kinds[type(each)] for each in values if type(each) in kinds}
    if _mapping(schema.get("properties")):
        found.add("object")
    return found | ({"array"} if isinstance(schema.get("items"), Mapping) else set())


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
