"""A provider's document, read without Bide's importer: which schemas are at a place of a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from evidence.prism.said import Place

Schema = Mapping[str, Any]

_PARTS = ("allOf", "anyOf", "oneOf")


class Document:
    """An OpenAPI document, of version 2 or 3."""

    def __init__(self, whole: Schema) -> None:
        self._whole = whole
        base = str(whole.get("basePath", "")).rstrip("/") if "swagger" in whole else ""
        self._paths = {f"{base}{path}": item for path, item in whole.get("paths", {}).items()}

    @classmethod
    def read(cls, path: Path) -> Document:
        """The document in a file, JSON or YAML."""
        text = path.read_text(encoding="utf-8")
        is_json = text.lstrip().startswith("{")  # whatever the name says
        return cls(json.loads(text) if is_json else yaml.load(text, yaml.CSafeLoader))

    @property
    def version(self) -> str:
        return str(self._whole.get("openapi", self._whole.get("swagger", "")))

    def foreign(self) -> str:
        """A reference to another host, if it has one."""
        return next((each for each in _references(self._whole) if "://" in each), "")

    def knows(self, method: str, path: str, place: Place) -> bool:
        """Whether a reply with success has a name for this place."""
        return bool(self._at(method, path, place))

    def values(self, method: str, path: str, place: Place) -> list[Any]:
        """The values that the document lists for a place: none if it lists none."""
        found = [each for schema in self._at(method, path, place) for each in self._opened(schema)]
        return [value for each in found for value in (each.get("enum") or ([each["const"]] if "const" in each else []))]

    def types(self, method: str, path: str, place: Place) -> set[str]:
        """The types of JSON that the document has for a place."""
        opened = [each for schema in self._at(method, path, place) for each in self._opened(schema)]
        kinds = [each.get("type", []) for each in opened]
        return {kind for each in kinds for kind in ([each] if isinstance(each, str) else each)}

    def is_open(self, method: str, path: str, place: Place) -> bool:
        """Whether a place may have other values than those that the document lists."""
        opened = [each for schema in self._at(method, path, place) for each in self._opened(schema)]
        return any(each.get("type") == "string" and "enum" not in each and "const" not in each for each in opened)

    def takes_any(self, method: str, path: str, place: Place) -> bool:
        """Whether the document has no name for a field, and says that an object may have any."""
        opened = [each for schema in self._at(method, path, place[:-1]) for each in self._objects(schema)]
        is_named = any(place[-1] in (each.get("properties") or {}) for each in opened)
        return not is_named and any(each.get("additionalProperties") not in (None, False) for each in opened)

    def _objects(self, schema: Schema) -> Iterator[Schema]:
        for each in self._opened(schema):
            yield from self._objects(each["items"]) if isinstance(each.get("items"), Mapping) else [each]

    def _at(self, method: str, path: str, place: Place) -> list[Schema]:
        schemas = list(self._replies(method, path))
        for step in place:
            schemas = [inner for schema in schemas for inner in self._step(schema, step)]
        return schemas

    def _replies(self, method: str, path: str) -> Iterator[Schema]:
        for item in self._fitting(path):
            operation = item.get(method)
            if not isinstance(operation, Mapping):
                continue
            for status, reply in operation.get("responses", {}).items():
                if str(status)[0] not in "2d":
                    continue
                reply = self._resolved(reply)
                contents = [each.get("schema") for each in (reply.get("content") or {}).values()]
                yield from (each for each in [*contents, reply.get("schema")] if isinstance(each, Mapping))
            return

    def _fitting(self, path: str) -> Iterator[Schema]:
        """What is at the templates that a path fits, those with most text first."""
        for template in sorted(self._paths, key=lambda each: -len(re.sub(r"\{[^}]*\}", "", each))):
            parts = re.split(r"(\{[^}]*\})", template.partition("?")[0])
            pattern = "".join("[^/]+" if part[:1] == "{" else re.escape(part) for part in parts)
            if re.fullmatch(pattern, path):
                yield self._resolved(self._paths[template])

    def _step(self, schema: Schema, name: str) -> Iterator[Schema]:
        """The schemas of a field, through lists."""
        for each in self._opened(schema):
            if isinstance(each.get("items"), Mapping):
                yield from self._step(each["items"], name)
            properties = each.get("properties") or {}
            if name in properties:
                yield properties[name]
            elif name == "*" or isinstance(each.get("additionalProperties"), Mapping):
                inner = each.get("additionalProperties")
                yield from [inner] if isinstance(inner, Mapping) else []

    def _opened(self, schema: Schema, depth: int = 0) -> Iterator[Schema]:
        """A schema, and those that it is made of."""
        schema = self._resolved(schema)
        if depth > 30 or not isinstance(schema, Mapping):
            return
        yield schema
        for key in _PARTS:
            for part in schema.get(key) or ():
                yield from self._opened(part, depth + 1)

    def _resolved(self, part: Any) -> Any:
        for _ in range(30):
            reference = part.get("$ref") if isinstance(part, Mapping) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return part
            found: Any = self._whole
            for step in reference[2:].split("/"):
                key = step.replace("~1", "/").replace("~0", "~")
                found = found.get(key, {}) if isinstance(found, Mapping) else {}
            part = found
        return {}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        reference = part.get("$ref")
        if isinstance(reference, str):
            yield reference
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
