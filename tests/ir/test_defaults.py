"""The defaults of the spec language are those that its documentation states."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from bide.ir import defaults


def documented(node: Any, key: str) -> set[str]:
    """The default in the schema's descriptions of *key*."""
    if isinstance(node, list):
        return {text for inside in node for text in documented(inside, key)}
    if not isinstance(node, dict):
        return set()
    about = node.get("properties", {}).get(key, {}).get("description", "")
    found = {about.partition("Default: ")[2].rstrip(".")} if "Default: " in about else set()
    return found | {text for inside in node.values() for text in documented(inside, key)}


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("accepts", str(list(defaults.ACCEPTS))),
        ("not_ready", str(list(defaults.NOT_READY))),
        ("gone", str(list(defaults.GONE))),
        ("first", str(defaults.FIRST_PAGE)),
        ("interval", defaults.INTERVAL),
        ("min_interval", defaults.MIN_INTERVAL),
        (
            "timeout",
            f"{defaults.TIMEOUT}, or {defaults.TYPICAL_TIMES} times the longest typical time if that is longer",
        ),
    ],
)
def test_the_schema_states_the_default(key: str, default: str) -> None:
    """The description of a key in the schema ends with its default."""
    schema = json.loads((files("bide") / "spec" / "shape" / "spec.schema.json").read_text("utf-8"))

    assert documented(schema, key) == {default}
