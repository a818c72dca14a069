"""Values made from types, validation against types, and error bodies made from their shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.ir import (
    Bounds,
    ErrorShape,
    Field,
    Kind,
    ListOf,
    MapOf,
    Model,
    Named,
    OneOf,
    Provider,
    Scalar,
    Secret,
    Type,
    Union,
)
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.pointer import at
from bide.simulator.bodies.refusal import error_body
from bide.simulator.bodies.validation import Validator
from bide.simulator.bodies.values import Values
from bide.simulator.world.world import World
from tests.simulator.simulated_acme import PICTURE, PROVIDER, Acme, decoded

SCALARS = [Scalar(kind) for kind in Kind]
TYPES: st.SearchStrategy[Type] = st.recursive(
    st.sampled_from([*SCALARS, Named("Check"), Named("Shot"), Named("Status"), Named("BatchJob")]),
    lambda inner: inner.map(ListOf) | inner.map(MapOf),
    max_leaves=4,
)


def field_of(type_: Type, **more: Any) -> Field:
    return Field(wire="x", name="x", type=type_, **more)


def with_model(*models: Model, unions: tuple[Union, ...] = ()) -> Provider:
    return replace(PROVIDER, models=(*PROVIDER.models, *models), unions=unions)


@given(TYPES)
def test_a_value_matches_its_type(type_: Type) -> None:
    """Every value made from a type is valid for the type, also in strict mode."""
    catalog = Catalog(PROVIDER)

    assert not list(Validator(catalog, strict=True).problems(type_, Values(catalog).value(type_)))


@given(st.integers(-50, 50), st.integers(0, 50), st.sampled_from([Kind.INTEGER, Kind.NUMBER]))
def test_numbers_keep_their_bounds(least: int, width: int, kind: Kind) -> None:
    """Bounds are inclusive."""
    catalog, bounds = Catalog(PROVIDER), Bounds(min=least, max=least + width)
    field = field_of(Scalar(kind), bounds=bounds)

    assert not list(Validator(catalog).field_problems(field, Values(catalog).field(field), "$"))


@given(st.integers(0, 30), st.integers(0, 30))
def test_texts_and_lists_keep_their_bounds(least: int, more: int) -> None:
    """Lengths are within the bounds."""
    catalog = Catalog(PROVIDER)
    text = field_of(Scalar(Kind.STRING), bounds=Bounds(min_length=least, max_length=least + more))
    items = field_of(ListOf(Scalar(Kind.STRING)), bounds=Bounds(min_items=least, max_items=least + more))

    for field in (text, items):
        assert not list(Validator(catalog).field_problems(field, Values(catalog).field(field), "$"))


def test_a_recursive_model_is_finite() -> None:
    """It is nested to some depth and no further."""
    node = Model(
        name="Node",
        description="",
        source=None,
        fields=(replace(field_of(Named("Node")), wire="next", optional=True), field_of(ListOf(Named("Node")))),
    )
    catalog = Catalog(with_model(node))
    value = Values(catalog).value(Named("Node"))

    assert not list(Validator(catalog).problems(Named("Node"), value))


def test_a_model_that_needs_itself_or_a_value_is_finite() -> None:
    """Below some depth, the value is chosen. Two of such fields do not take long."""
    inside = OneOf((Named("Node"), Scalar(Kind.BOOLEAN)))
    fields = tuple(replace(field_of(inside), wire=wire) for wire in ("one", "two"))
    catalog = Catalog(with_model(Model(name="Node", description="", source=None, fields=fields)))
    value = Values(catalog).value(Named("Node"))

    assert not list(Validator(catalog, strict=True).problems(Named("Node"), value))


CLICK = Model(name="Click", description="", source=None, fields=(replace(field_of(Scalar(Kind.STRING)), wire="at"),))
STEP = Union(name="Step", description="", source=None, tag_field="do", variants=(("click", "Click"),))


def test_unions() -> None:
    """A union is its first variant; a strict check accepts no unknown discriminator, a lenient one does."""
    catalog = Catalog(with_model(CLICK, unions=(STEP,)))
    strict, lenient = Validator(catalog, strict=True), Validator(catalog)

    assert Values(catalog).value(Named("Step")) == {"do": "click", "at": "example"}
    assert not list(strict.problems(Named("Step"), {"do": "click", "at": "#a"}))
    assert list(strict.problems(Named("Step"), {"do": "jump"})) == ['$.do is "jump", expected one of click']
    assert list(strict.problems(Named("Step"), {"do": "click"})) == ["$.at is missing"]
    assert not list(lenient.problems(Named("Step"), {"do": "jump"}))
    assert list(lenient.problems(Named("Step"), {})) == ["$.do is null, expected one of click"]


@pytest.mark.parametrize(
    ("type_", "value", "problem"),
    [
        (Scalar(Kind.INTEGER), 1.5, "$ is 1.5, expected an integer"),
        (Scalar(Kind.INTEGER), True, "$ is true, expected an integer"),
        (Scalar(Kind.NUMBER), "1", '$ is "1", expected a number'),
        (Scalar(Kind.BOOLEAN), 0, "$ is 0, expected true or false"),
        (Scalar(Kind.DATETIME), "2026-01-01", '$ is "2026-01-01", expected a date and time as in RFC 3339'),
        (Scalar(Kind.DATE), "tomorrow", '$ is "tomorrow", expected a date as in RFC 3339'),
        (Scalar(Kind.OBJECT), [], "$ is [], expected an object"),
        (ListOf(Scalar(Kind.STRING)), "a", '$ is "a", expected a list'),
        (MapOf(Scalar(Kind.STRING)), {"a": 1}, "$.a is 1, expected a text"),
        (Named("Status"), "gone", '$ is "gone", expected one of queued, working, stopping, done, half, broken, off'),
        (Named("Status"), None, "$ is null, expected a text"),
    ],
)
def test_a_problem_has_a_path(type_: Type, value: Any, problem: str) -> None:
    """With the value's type, and the expected one."""
    assert list(Validator(Catalog(PROVIDER), strict=True).problems(type_, value)) == [problem]


def test_replies_may_have_more_than_the_spec() -> None:
    """Only a strict check refuses unknown keys, unknown enum values and nulls for optional fields."""
    accepted = {"ticket": "t", "status": "unheard-of", "watch": None, "more": 1}
    catalog = Catalog(PROVIDER)

    assert not list(Validator(catalog).problems(Named("Accepted"), accepted))
    assert len(list(Validator(catalog, strict=True).problems(Named("Accepted"), accepted))) == 3


def shape(code: str, message: str) -> ErrorShape:
    def pointer(text: str) -> tuple[str, ...]:
        return tuple(text.split(".")) if text else ()

    return ErrorShape(name="x", code=pointer(code), message=pointer(message), description="", source=None)


NESTED, FLAT, BARE = shape("error.code", "error.message"), shape("error", "message"), shape("", "message")


@pytest.mark.parametrize(
    ("shapes", "body"),
    [
        ((NESTED, FLAT), {"error": {"code": "c", "message": "m"}}),
        ((FLAT, NESTED), {"error": "c", "message": "m"}),
        ((BARE, NESTED), {"error": {"code": "c", "message": "m"}}),
        ((BARE, FLAT), {"message": "m"}),
        ((BARE,), {"message": "m"}),
        ((shape("error", "error"), FLAT), {"error": "m"}),
        ((shape("error", "error.message"), FLAT), {"error": "c", "message": "m"}),
        ((), {"error": {"code": "c", "message": "m"}}),
    ],
)
def test_errors_in_the_providers_shape(shapes: tuple[ErrorShape, ...], body: Any) -> None:
    """An error has the first shape that holds code and message, and that decodes as that shape."""
    assert error_body(shapes, "c", "m") == body


POINTERS = st.lists(st.sampled_from("abc"), max_size=3).map(".".join)


@given(st.lists(st.builds(shape, POINTERS, POINTERS), max_size=4))
def test_an_error_is_read_back(shapes: list[ErrorShape]) -> None:
    """If any shape has a message, the shape by which a client decodes the error leads to it."""
    body = error_body(tuple(shapes), "c", "m")
    fitting = [each for each in shapes if each.message and isinstance(at(body, each.message), str)]

    if body != {"error": {"code": "c", "message": "m"}}:
        assert at(body, fitting[0].message) == "m"


QUERY = Secret(scheme="query", name="key", env="K", argument="api_key")
BEARER = Secret(scheme="header", name="Authorization", prefix="Bearer", env="K", argument="api_key")
HEADER = Secret(scheme="header", name="X-App", env="K", argument="app")
USERNAME = Secret(scheme="basic", name="username", env="K", argument="username")
PASSWORD = Secret(scheme="basic", name="password", env="K", argument="password")


@pytest.mark.parametrize(
    ("auth", "query", "headers"),
    [
        ((QUERY,), "key=k", {}),
        ((BEARER,), "", {"authorization": "Bearer k"}),
        ((BEARER, HEADER), "", {"authorization": "bearer k", "x-app": "k"}),
        ((USERNAME, PASSWORD), "", {"authorization": "Basic azpr"}),
        ((replace(USERNAME, argument="api_key"),), "", {"authorization": "Basic azo="}),
        ((), "", {}),
    ],
)
def test_every_way_to_send_a_key(auth: tuple[Secret, ...], query: str, headers: dict[str, str]) -> None:
    """A key is accepted only in the place of the spec."""
    world = World(replace(PROVIDER, auth=auth, headers=()), key="k")

    assert Acme(world, headers=headers).ask("POST", "/shots", PICTURE, query=query).status == 202
    if auth:
        answer = Acme(world, headers={"x-key": "k"}).ask("POST", "/shots", PICTURE)
        assert (answer.status, decoded(answer)["error"]["message"]) == (
            401,
            f"the {'username' if USERNAME in auth else 'API key'} is missing",
        )
