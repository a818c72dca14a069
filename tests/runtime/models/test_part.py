"""A part of a model reads some fields, whatever the others are."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from bide_runtime.errors.decode import DecodeError
from bide_runtime.models.codec import decode
from bide_runtime.models.model import Model
from bide_runtime.models.part import named, part_of


class Inside(Model):
    """A model inside of another."""

    code: int = msgspec.field(name="errorCode")
    text: str


class Whole(Model):
    """A model with a required field of each kind."""

    status: str = msgspec.field(name="jobStatus")
    inside: Inside | None = None
    many: list[Inside]
    free: dict[str, Any]


class Wrapped(Whole):
    """The same in an envelope."""

    _envelope = "data"


BODY = b'{"jobStatus": "done", "inside": {"errorCode": 7}, "many": [], "free": {"a": 1}}'


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ({("status",)}, {"status": "done"}),
        ({("inside", "code")}, {"inside": {"code": 7}}),
        ({("free", "a"), ("status",)}, {"status": "done", "free": {"a": 1}}),
        (set(), {}),
    ],
)
@pytest.mark.parametrize(("model", "body"), [(Whole, BODY), (Wrapped, b'{"data": ' + BODY + b"}")])
def test_a_part_has_only_the_fields_of_its_paths(
    model: type[Model], body: bytes, paths: set[tuple[str, ...]], found: dict[str, Any]
) -> None:
    """Other fields may be missing or of another type; the envelope is opened."""
    part = decode(part_of(model, frozenset(paths)), body)

    assert found == _as_names(part)


def test_the_fields_of_a_part_are_strict() -> None:
    """Required is required, and types are checked, with the provider's key in the path."""
    part = part_of(Whole, frozenset({("status",), ("inside",)}))

    for body, path in ((b"{}", "$"), (b'{"jobStatus": 1}', "$.jobStatus"), (BODY, "$.inside")):
        with pytest.raises(DecodeError) as raised:
            decode(part, body)
        assert path == raised.value.path


def test_a_part_of_no_model_is_the_type_itself() -> None:
    """A list, a map and free JSON have no fields."""
    assert part_of(dict[str, int], frozenset({("a",)})) == dict[str, int]


def test_values_get_the_names_of_the_model_whatever_their_types_are() -> None:
    """Keys become attribute names, inside of models too; keys that no model has are left out."""
    body = {"data": {"jobStatus": 7, "inside": {"errorCode": "E", "x": 1}, "many": "none", "more": 1}}

    assert {"status": 7, "inside": {"code": "E"}, "many": "none"} == named(Wrapped, body)
    assert "text" == named(Whole, "text")


def _as_names(value: Any) -> Any:
    if isinstance(value, Model):
        return {name: _as_names(getattr(value, name)) for name in value.__struct_fields__}
    return value
