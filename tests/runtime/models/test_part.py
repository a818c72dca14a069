"""Parts of models: only the fields that are read now."""

from __future__ import annotations

import pytest
from bide_runtime.errors.decode import DecodeError
from bide_runtime.models.codec import decode, follow
from bide_runtime.models.model import Model
from bide_runtime.models.part import named, part_of
from msgspec import field


class Layer(Model):
    """An item."""

    job_id: str = field(name="jobId")
    weight: int


class Stack(Model):
    """A reply with items."""

    data: list[Layer | None] | None
    other: int


def test_a_part_leads_into_lists() -> None:
    """Fields of items that are not read may have any value, and have their attribute names."""
    wanted = part_of(Stack, frozenset({("data", "0", "job_id")}))
    body = b'{"data": [{"jobId": "j1", "weight": "heavy"}, null], "other": "x"}'

    assert follow(decode(wanted, body), ("data", "0", "job_id")) == "j1"
    assert follow(decode(wanted, b'{"data": null}'), ("data", "0", "job_id")) is None
    with pytest.raises(DecodeError):
        decode(wanted, b'{"data": [{"jobId": 7}]}')


def test_names_inside_of_lists() -> None:
    """JSON that does not match its model is read by attribute names, too."""
    found = named(Stack, {"data": [{"jobId": 7}, None]})

    assert found == {"data": [{"job_id": 7}, None]}
