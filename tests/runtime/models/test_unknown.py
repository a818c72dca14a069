"""Fields of a reply that its models do not have."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from bide_runtime.models.codec import decode
from bide_runtime.models.model import Model
from bide_runtime.models.unknown import unknown_fields


class Part(Model, rename="camel"):
    """A part."""

    part_id: int
    note: str | None = None


class Whole(Model):
    """A whole, which may come in an envelope."""

    _envelope = "data"

    parts: list[Part] = msgspec.field(default_factory=list)
    by_name: dict[str, Part] = msgspec.field(default_factory=dict)
    free: dict[str, Any] | None = None


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ({"parts": [{"partId": 1}], "free": {"x": 1}}, {}),
        ({"new": None, "parts": []}, {"$.new": None}),
        ({"parts": [{"partId": 1}, {"partId": 2, "size": 3}]}, {"$.parts[1].size": 3}),
        ({"by_name": {"a": {"partId": 1, "x": [1]}}}, {"$.by_name.a.x": [1]}),
        ({"data": {"parts": [], "new": 1}}, {"$.data.new": 1}),
        ({"data": 5, "parts": []}, {"$.data": 5}),
    ],
)
def test_unknown_fields_are_found_with_their_paths(body: Any, unknown: dict[str, Any]) -> None:
    """In lists, maps and envelopes; what the models have, or keep as free JSON, is not among them."""
    text = msgspec.json.encode(body)

    assert unknown_fields(decode(Whole, text), text) == unknown


def test_lists_and_maps_of_models_are_searched() -> None:
    """A result need not be a model itself."""
    text = b'[{"partId": 1, "x": 2}]'

    assert unknown_fields(decode(list[Part], text), text) == {"$[0].x": 2}
    assert unknown_fields(b"bytes", b"bytes") == {}
