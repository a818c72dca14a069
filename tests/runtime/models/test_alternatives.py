"""A value of one of several types: unions by shape beside scalars, and bodies that are no model."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.models.codec import decode, encode_value
from bide_runtime.models.model import Model
from bide_runtime.models.moment import UnixTime
from bide_runtime.models.variant import Other, Variant, register, variants


class Shape(Variant):
    pass


class OtherShape(Other, Shape):
    pass


class Square(Model, Shape):
    side: int


class Circle(Model, Shape):
    radius: int


register(Shape, shapes=(Square, Circle), other=OtherShape)


class Mark(Variant):
    pass


class OtherMark(Other, Mark):
    pass


class Dot(Model, Mark, tag_field="kind", tag="dot"):
    size: int


register(Mark, discriminator="kind", known={"dot": Dot}, other=OtherMark)


class Sheet(Model):
    """Fields of several types."""

    ground: Shape | str | None = None
    marks: list[Mark | int] | None = None
    seen: UnixTime | str | None = None
    either: Shape | UnixTime | None = None


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ({"ground": {"side": 2}}, "ground", Square(side=2)),
        ({"ground": {"radius": 2}}, "ground", Circle(radius=2)),
        ({"ground": {"edge": 2}}, "ground", OtherShape({"edge": 2})),
        ({"ground": "white"}, "ground", "white"),
        ({"ground": None}, "ground", None),
        ({"marks": [{"kind": "dot", "size": 1}, 7]}, "marks", [Dot(size=1), 7]),
        ({"marks": [{"kind": "line"}]}, "marks", [OtherMark({"kind": "line"})]),
        ({"seen": "never"}, "seen", "never"),
        ({"either": {"side": 2}}, "either", Square(side=2)),
    ],
)
def test_a_value_is_read_as_the_type_that_it_fits(body: dict[str, Any], name: str, value: Any) -> None:
    """And written as it was."""
    sheet = decode(Sheet, msgspec.json.encode(body))

    assert value == getattr(sheet, name)
    assert {key: item for key, item in body.items() if item is not None} == sheet.to_dict()


def test_a_time_may_be_one_of_the_types() -> None:
    """A number is the time."""
    sheet = decode(Sheet, b'{"seen": 0, "either": 0}')

    assert sheet.seen == sheet.either
    assert '{"seen":0,"either":0}' == sheet.to_json()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"ground": 7}, r"Expected `Shape \| str`, got `int` at \$.ground"),
        ({"marks": ["x"]}, r"Expected `Mark \| int`, got `str` at \$.marks\[0\]"),
        ({"marks": [{"kind": "dot", "size": "x"}]}, r"at \$.marks\[0\].size"),
        ({"either": "x"}, r"Expected `"),
    ],
)
def test_a_value_that_fits_none_is_an_error(body: dict[str, Any], said: str) -> None:
    """It names the types and the path."""
    with pytest.raises(DecodeError, match=said):
        decode(Sheet, msgspec.json.encode(body))


@pytest.mark.parametrize(
    ("wanted", "body", "sent"),
    [
        (Shape, Square(side=2), {"side": 2}),
        (list[Shape], [Square(side=2), Circle(radius=1)], [{"side": 2}, {"radius": 1}]),
        (Mark, Dot(size=1), {"kind": "dot", "size": 1}),
        (list[str], ["a"], ["a"]),
    ],
)
def test_a_body_may_be_no_model(wanted: Any, body: Any, sent: Any) -> None:
    """A union, or a list."""
    assert sent == msgspec.json.decode(encode_value(wanted, body, "body"))


@pytest.mark.parametrize(
    ("wanted", "body", "said"),
    [
        (list[str], ["a", 7], r"body\[1\]: "),
        (list[Shape], [Square(side="x")], r"body\[0\]\.?.*side"),  # type: ignore[arg-type]
        (Shape, Dot(size=1), "body: Expected `Shape`, got `Dot`"),
    ],
)
def test_a_body_of_another_type_is_refused(wanted: Any, body: Any, said: str) -> None:
    """With its place in the body."""
    with pytest.raises(InvalidArgument, match=said):
        encode_value(wanted, body, "body")


def test_any_types_can_be_alternatives() -> None:
    """Also those of alternatives; the name has all of them."""
    wanted: Any = (Shape | float) | list[int]

    assert (1.5, [1], Square(side=2)) == tuple(decode(wanted, body) for body in (b"1.5", b"[1]", b'{"side": 2}'))
    with pytest.raises(DecodeError, match=r"Expected `Shape \| float \| list\[int\]`"):
        decode(wanted, b'"x"')
    assert decode(UnixTime | None, b"null") is None


def test_the_variants_of_a_union_are_known_with_their_keys() -> None:
    """A discriminator is a key of each; a shape has none."""
    assert [({}, Square), ({}, Circle)] == variants(Shape)
    assert [({"kind": "dot"}, Dot)] == variants(Mark)
