"""Read the keys of the language from its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def owners_in(schema: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """For each key, the titles of the mappings that have it."""
    found: dict[str, set[str]] = {}
    waiting: list[Any] = [schema]
    while waiting:
        match waiting.pop():
            case dict(node):
                properties = node.get("properties")
                for key in properties if isinstance(properties, dict) else ():
                    found.setdefault(key, set()).add(str(node.get("title", "something")))
                waiting += node.values()
            case list(node):
                waiting += node
    return {key: tuple(sorted(titles)) for key, titles in found.items()}
