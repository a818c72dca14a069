"""Fields of a reply that its models do not have."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from bide_runtime.http.request import Response
from bide_runtime.jobs.reading import Reading
from bide_runtime.jobs.record import Record
from bide_runtime.jobs.state import State
from bide_runtime.models.codec import decode
from bide_runtime.models.model import Model
from bide_runtime.models.unknown import unknown_fields

from tests.runtime.acme import PART


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


@pytest.mark.parametrize("charset", ["utf-8-sig", "iso-8859-1", "utf-16-le"])
def test_unknown_fields_of_a_snapshot_are_found_in_any_charset(charset: str) -> None:
    """The snapshot reads the reply in its encoding, and so does the search."""
    headers = {"content-type": f"application/json; charset={charset}"}
    reply = Response(status=200, headers=headers, body='{"status": "running", "new": "é"}'.encode(charset))
    record: Record[Any, Any] = Record(PART, "j1")
    record.note_reading(Reading("running", State.RUNNING), {}, reply)

    assert record.snapshot is not None
    assert record.snapshot.unknown_fields == {"$.new": "é"}
