"""Which keys the language has, read from its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def owners_in(schema: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """What has each key, by the titles of these."""
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
