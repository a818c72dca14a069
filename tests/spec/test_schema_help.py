"""The help that an editor shows for a key: its title, its meaning, and a valid example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bide.spec.shape.schema import spec_schema

Key = tuple[str, dict[str, Any]]


def merged(node: dict[str, Any]) -> dict[str, Any]:
    """A key's schema with the keywords of its `$ref`; its own keywords take precedence."""
    target = node.get("$ref", "").removeprefix("#/$defs/")
    return {**spec_schema()["$defs"][target], **node} if target else node


def keys(node: Any, path: str = "") -> Iterator[Key]:
    """Every key of the language, and every named value of the schema."""
    if isinstance(node, dict):
        for name, inner in node.items():
            if name in ("properties", "$defs"):
                yield from ((f"{path}.{key}", value) for key, value in inner.items())
                for key, value in inner.items():
                    yield from keys(value, f"{path}.{key}")
            elif name != "examples":
                yield from keys(inner, path)
    elif isinstance(node, list):
        for inner in node:
            yield from keys(inner, path)


KEYS = list(keys(spec_schema()))


@pytest.mark.parametrize("key", KEYS, ids=[path for path, _ in KEYS])
def test_a_key_is_explained(key: Key) -> None:
    """A key has a title, a description and examples, its own or those of its value."""
    explained = merged(key[1])

    assert explained.get("title"), "give it a title: a noun for what is written here"
    assert explained.get("description"), "give it a description: what it means, in a sentence"
    assert explained.get("examples"), "give it a list of examples"


@pytest.mark.parametrize("key", KEYS, ids=[path for path, _ in KEYS])
def test_the_examples_of_a_key_are_valid(key: Key) -> None:
    """At their place, by the schema."""
    validator = Draft202012Validator({"$defs": spec_schema()["$defs"], "allOf": [key[1]]})

    for example in merged(key[1])["examples"]:
        assert [error.message for error in validator.iter_errors(example)] == [], example
