"""Read the `catalog.json` of a generated package. Imports no other room, so that a command line starts fast."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from os.path import dirname, join
from typing import Any, Literal, TypeAlias

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema (2020-12)."""

Returns: TypeAlias = Literal["json", "bytes", "events", "nothing"]


class Secret:
    """A secret of the provider: the client's argument, and the environment variable with it."""

    __slots__ = ("argument", "env", "is_usual", "way")

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.argument: str = data["argument"]
        self.env: str = data["env"]
        self.is_usual: bool = data["is_usual"]
        """Whether requests need it that name no secret."""
        self.way: int = data["way"]
        """Of secrets of which one is enough: its number, from 1; 0: it is needed."""


class Variable:
    """A part of the base URL: the client's argument, and the environment variable with it."""

    __slots__ = ("argument", "default", "description", "env", "values")

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.argument: str = data["argument"]
        self.env: str = data["env"]
        self.default: str = data["default"]
        self.values: list[str] = data["values"]
        self.description: str = data["description"]


class Entry:
    """What a job and an operation have in common."""

    __slots__ = (
        "arguments",
        "command",
        "deprecated",
        "description",
        "example",
        "name",
        "page",
        "result",
        "returns",
        "tool",
    )

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        self.name = name
        self.command: str | None = data["command"]
        self.tool: str | None = data["tool"]
        self.description: str = data["description"]
        self.deprecated: str = data["deprecated"]
        self.page: str = data["page"]
        """The provider's page on it; empty: none."""
        self.arguments: Schema = data["arguments"]
        """The schema of its arguments, an object; its references lead into the catalog."""
        self.example: dict[str, Any] | None = data["example"]
        """The arguments of an example; `None`: there is none."""
        self.returns: Returns = data["returns"]
        self.result: Schema = data["result"]

    @property
    def properties(self) -> Mapping[str, Schema]:
        """The schema of each argument by name."""
        found: Mapping[str, Schema] = self.arguments["properties"]
        return found

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self.arguments.get("required", ()))


class JobEntry(Entry):
    """One kind of job."""

    __slots__ = ("address", "can_be_cancelled", "has_keys", "has_progress", "timeout", "typical")

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        super().__init__(name, data)
        self.has_keys: bool = data["has_keys"]
        self.can_be_cancelled: bool = data["can_be_cancelled"]
        self.has_progress: bool = data["has_progress"]
        self.address: dict[str, str] = data["address"]
        """What `attach` takes beside the id: for each of its arguments, the name in Python."""
        self.timeout: float = data["timeout"]
        """The default deadline of a wait in seconds."""
        self.typical: list[float] | None = data["typical"]
        """How long a job usually takes in seconds: the least and the most."""


class OperationEntry(Entry):
    """One operation."""

    __slots__ = ("is_destructive", "is_idempotent", "is_read_only", "job")

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        super().__init__(name, data)
        self.is_read_only: bool = data["is_read_only"]
        self.is_destructive: bool = data["is_destructive"]
        self.is_idempotent: bool = data["is_idempotent"]
        self.job: str | None = data["job"]
        """The kind of job that it may answer with."""


class Catalog:
    """The jobs and operations of one package."""

    def __init__(self, package: str, data: Mapping[str, Any]) -> None:
        self.package = package
        """Its import name."""
        self.name: str = data["name"]
        self.title: str = data["title"]
        self.description: str = data["description"]
        self.docs: str = data["docs"]
        self.class_name: str = data["class"]
        self.distribution: str = data["distribution"]
        self.version: str = data["version"]
        self.command: str | None = data["command"]
        self.server: str | None = data["server"]
        self.secrets = [Secret(each) for each in data["secrets"]]
        self.variables = [Variable(each) for each in data["variables"]]
        self.jobs = {name: JobEntry(name, each) for name, each in data["jobs"].items()}
        self.operations = {name: OperationEntry(name, each) for name, each in data["operations"].items()}
        self._definitions: Mapping[str, Mapping[str, Schema]] = {role: data[role] for role in ("inputs", "outputs")}

    @classmethod
    def of(cls, package: str) -> Catalog:
        """The catalog of an installed package. Raises `OSError` if it has none, and `ImportError`."""
        with open(join(dirname(str(import_module(package).__file__)), "catalog.json"), "rb") as file:
            return cls(package, json.load(file))

    def resolved(self, schema: Schema) -> Schema:
        """The schema without a reference at its top; its own keys win."""
        while (reference := schema.get("$ref")) is not None:
            _, role, name = reference.split("/")
            schema = {**self._definitions[role][name], **{key: schema[key] for key in schema if key != "$ref"}}
        return schema

    def standalone(self, schema: Schema) -> Schema:
        """The schema with all that it refers to in its own `$defs`."""
        found: dict[str, Schema] = {}
        waiting = list(_references(schema))
        while waiting:
            role, name = waiting.pop()
            if name not in found:
                found[name] = self._definitions[role][name]
                waiting += _references(found[name])
        own: Schema = _moved(schema)
        return {**own, "$defs": {name: _moved(found[name]) for name in sorted(found)}} if found else own


def _references(schema: Any) -> Iterator[tuple[str, str]]:
    """(role, name) of each definition that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            _, role, name = reference.split("/")
            yield role, name
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _moved(schema: Any) -> Any:
    """The schema with references to its own `$defs`."""
    if isinstance(schema, dict):
        return {
            key: f"#/$defs/{value.rpartition('/')[2]}" if key == "$ref" and isinstance(value, str) else _moved(value)
            for key, value in schema.items()
        }
    return [_moved(value) for value in schema] if isinstance(schema, list) else schema
