"""Call a job or an operation with arguments from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors.client import InvalidArgument
from .catalog import Catalog, Entry, Schema

if TYPE_CHECKING:
    from ...http.request import Json  # loads msgspec, which no help needs


def client_class(catalog: Catalog, *, is_async: bool = False) -> Any:
    """The blocking or the asyncio client of the package."""
    return getattr(import_module(catalog.package), f"Async{catalog.class_name}" if is_async else catalog.class_name)


def arguments_of(catalog: Catalog, entry: Entry, values: Mapping[str, Json]) -> dict[str, Any]:
    """The arguments of the call, by the names that Python uses. A file is given by its path.

    Raises `InvalidArgument` for a name that is missing or unknown; the call itself checks the values.
    """
    unknown = values.keys() - entry.properties.keys()
    if unknown:
        known = ", ".join(entry.properties) or "none"
        raise InvalidArgument(f"{entry.name} has no argument {min(unknown)!r}; it has: {known}; nothing was sent")
    missing = entry.required - values.keys()
    if missing:
        raise InvalidArgument(f"{entry.name} needs {', '.join(sorted(missing))}; nothing was sent")
    return {name: _argument(catalog, entry.properties[name], value) for name, value in values.items()}


def _argument(catalog: Catalog, schema: Schema, value: Json) -> Any:
    schema = catalog.resolved(schema)
    if isinstance(value, str) and is_file(schema):
        return Path(value)
    if isinstance(value, list) and is_file(schema.get("items", {})):
        return [Path(each) if isinstance(each, str) else each for each in value]
    return value


def is_file(schema: Schema) -> bool:
    """Whether the argument is a file, whose JSON value is its path."""
    return schema.get("format") == "path"
