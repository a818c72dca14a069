"""Models, open enums and unions: no data of a reply is lost, and no secret is shown."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Annotated, Any, ClassVar

import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.models.codec import decode, encode
from bide_runtime.models.model import Model, OpenEnum, no_items
from bide_runtime.models.variant import Other, Variant, register
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, field

from tests.runtime.acme import Page
from tests.runtime.storms import rule


class Loud(OpenEnum):
    """An enum that ignores case."""

    DONE = "done"
    HALF_DONE = "half-done"

    @classmethod
    def _ignores_case(cls) -> bool:
        return True


class Exact(OpenEnum):
    DONE = "done"


class Shape(Variant):
    """A union."""


class Square(Model, Shape, tag_field="kind", tag="square"):
    side: float


class Circle(Model, Shape, tag_field="kind", tag="circle"):
    radius: Annotated[float, Meta(gt=0)]


class OtherShape(Other, Shape):
    """Another shape."""


register(Shape, discriminator="kind", known={"square": Square, "circle": Circle}, other=OtherShape)


class Login(Model):
    user: str
    password: str | None = None
    odd_name: str | None = field(default=None, name="oddName")
    shapes: list[Shape] | None = None

    _secrets: ClassVar[frozenset[str]] = frozenset({"password"})


texts = st.text(st.characters(exclude_categories=["Cs"]))


@rule
@given(texts)
def test_any_text_is_a_value_of_an_open_enum(text: str) -> None:
    """A value that is not listed is kept, and equals the text."""
    value = decode(Exact, json.dumps(text).encode())

    assert text == value
    assert text == str(value)
    assert text == value.value
    assert isinstance(value, Exact)
    assert ("done" == text) == value.is_known
    assert hash(text) == hash(value)


@rule
@given(texts)
def test_a_value_survives_copies_and_pickles(text: str) -> None:
    """Known or not, a value can be copied, pickled, and sent back to the provider."""
    value = Exact(text)

    assert value == copy.deepcopy(value) == pickle.loads(pickle.dumps(value))
    assert f'"{text}"' == json.dumps(value, ensure_ascii=False) or "\\" in json.dumps(value)


def test_case_is_ignored_where_the_provider_ignores_it() -> None:
    """Any case is the member; unknown values are kept unchanged."""
    assert Loud.DONE is decode(Loud, b'"DONE"')
    assert Loud.HALF_DONE is Loud("Half-Done")
    assert "NEW" == Loud("NEW")
    assert not Loud("NEW").is_known
    assert not Exact("DONE").is_known


@pytest.mark.parametrize("body", [b"7", b"null", b"[]", b"true"])
def test_an_enum_is_text(body: bytes) -> None:
    """Unknown texts are accepted, other types are not."""
    with pytest.raises(Exception, match="does not match the spec"):
        decode(Exact, body)


def test_a_union_is_decoded_by_its_discriminator() -> None:
    """Each variant is its own model."""
    assert Square(side=2) == decode(Shape, b'{"kind": "square", "side": 2}')
    assert Circle(radius=1) == decode(Shape, b'{"kind": "circle", "radius": 1}')


@pytest.mark.parametrize(
    "body", [{"kind": "star", "points": 5}, {}, {"kind": None}, {"kind": 7}, {"kind": ["square"]}, {"kind": {}}]
)
def test_an_unknown_variant_is_kept(body: dict[str, Any]) -> None:
    """Its JSON is available, and is sent back unchanged."""
    value = decode(Shape, json.dumps(body).encode())

    assert isinstance(value, OtherShape)
    assert body == value.body
    assert OtherShape(body) == value
    assert {"user": "u", "shapes": [body]} == json.loads(encode(Login(user="u", shapes=[value])))


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind": "square", "side": "2"}',
        b'{"kind": "circle", "radius": 0}',
        b'{"kind": "square"}',
        b"7",
        b"null",
        b"[]",
    ],
)
def test_a_known_variant_must_match_its_model(body: bytes) -> None:
    """Only unknown variants may have any shape."""
    with pytest.raises(Exception, match="does not match the spec"):
        decode(Shape, body)


@rule
@given(texts, st.one_of(st.none(), texts), st.one_of(st.none(), texts))
def test_a_written_model_can_be_read(user: str, password: str | None, odd: str | None) -> None:
    """JSON has the provider's names, without `None`."""
    login = Login(user=user, password=password, odd_name=odd, shapes=[Square(side=1)])
    plain = login.to_dict()

    assert login == decode(Login, encode(login)) == decode(Login, json.dumps(plain).encode())
    assert json.loads(login.to_json()) == plain
    assert ("oddName" in plain) == (odd is not None)
    assert "odd_name" not in plain


def test_a_secret_field_is_not_shown() -> None:
    """Neither by itself nor inside another model."""
    login = Login(user="u", password="pw-123")

    assert "pw-123" not in repr(login) + repr([login]) + f"{login}"
    assert "Login(user='u', password=***)" == repr(login)


def test_repr_leaves_out_none() -> None:
    """A `repr` is short."""
    assert "Login(user='u')" == repr(Login(user="u"))


def test_models_are_immutable() -> None:
    """A reply is a value."""
    with pytest.raises(AttributeError):
        Login(user="u").user = "v"  # type: ignore[misc]  # the point


def test_fields_are_keyword_only() -> None:
    """A new field never changes the meaning of an old call."""
    with pytest.raises(TypeError):
        Login("u")  # type: ignore[call-arg]  # the point


def test_a_field_type_without_json_is_refused() -> None:
    """Such a model is an error of the generator, and is found when the decoder is made."""

    class Odd(Model):
        at: complex

    with pytest.raises(NotImplementedError):
        decode(Odd, b'{"at": 1}')


def test_an_empty_list_as_a_default_is_sent() -> None:
    """A new one each time."""
    first, second = no_items(), no_items()

    assert [] == first
    assert first is not second


def test_a_model_is_read_from_json() -> None:
    """As a reply is: strictly, with the path of what is wrong, and back again."""
    found = Page.from_dict({"text": "hello", "unknown": 1})
    assert Page(text="hello") == found == Page.from_json(found.to_json()) == Page.from_json(b'{"text": "hello"}')

    for make in (lambda: Page.from_dict({"text": 5}), lambda: Page.from_json('{"text": 5}')):
        with pytest.raises(DecodeError) as caught:
            make()
        assert "$.text" == caught.value.path


@pytest.mark.parametrize(
    "make",
    [
        lambda: Page.from_dict([]),  # type: ignore[arg-type]  # the point
        lambda: Page.from_dict({"text": object()}),
        lambda: Page.from_json(5),  # type: ignore[arg-type]  # the point
    ],
)
def test_what_is_no_json_is_refused(make: Any) -> None:
    """In a sentence."""
    with pytest.raises(InvalidArgument, match=r"from_(dict|json) takes"):
        make()


def test_half_a_character_is_no_json() -> None:
    """It is a `DecodeError`, like any other damage."""
    with pytest.raises(DecodeError):
        Page.from_json('{"text": "\ud800"}')
