"""From bytes to typed values: bodies that are not JSON, JSON of another shape, and the path of each error."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.request import Json, Response
from bide_runtime.models.codec import any_json, checked, decode, decode_reply, encode, encode_object, follow
from bide_runtime.models.lenient import NotJson
from bide_runtime.models.model import Model
from bide_runtime.models.variant import Other, Variant, register
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, field

from tests.runtime.acme import Page, Report, Status
from tests.runtime.storms import rule


class Step(Variant):
    """A union."""


class Click(Model, Step, tag_field="type", tag="click"):
    selector: str


class Write(Model, Step, tag_field="type", tag="write"):
    text: str
    times: Annotated[int, Meta(ge=1, le=9)] | None = None


class OtherStep(Other, Step):
    """An unknown step."""


register(Step, discriminator="type", known={"click": Click, "write": Write}, other=OtherStep)


class Plan(Model):
    name: str
    steps: list[Step] | None = None
    by_name: dict[str, Page] | None = None
    pages: list[Page] | None = None
    grid: list[list[int]] | None = None
    atlas: dict[str, dict[str, Page]] | None = None
    lots: list[dict[str, Page]] | None = None
    at: datetime | None = None
    kind: Literal["plan"] | None = None
    odd_name: str | None = field(default=None, name="oddName")


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=10,
)


def refusal(wanted: type[Any], body: bytes) -> DecodeError | None:
    """The error of decoding *body* as *wanted*, if there is one."""
    try:
        decode(wanted, body)
    except NotJson:
        return None
    except DecodeError as error:
        return error
    return None


@rule
@given(st.sampled_from([Plan, Page, Report]), json_values)
def test_any_json_is_a_value_or_a_decode_error(wanted: type[Any], body: Json) -> None:
    """JSON of another shape is a `DecodeError` with a path; nothing else is raised."""
    error = refusal(wanted, json.dumps(body).encode())

    assert error is None or (error.path.startswith("$") and error.path in str(error))


@rule
@given(st.sampled_from([Plan, Page, Report, dict, str]), st.binary())
def test_any_bytes_are_a_value_or_a_decode_error(wanted: type[Any], body: bytes) -> None:
    """Nothing else is raised."""
    error = refusal(wanted, body)

    assert error is None or body == error.body


@rule
@given(st.integers(0, 60))
def test_a_truncated_body_is_not_json(length: int) -> None:
    """A truncated body is told apart from one of another shape: it is a transient error."""
    whole = b'{"status": "done", "page": {"text": "hello"}, "cost": 2.5}'
    if length < len(whole):
        with pytest.raises(NotJson):
            decode(Report, whole[:length])


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"<html></html>", b"\xff", b"nul", b'{"a"'],
)
def test_a_body_that_is_not_json_is_described(body: bytes) -> None:
    """Empty, HTML, some other text, or truncated."""
    with pytest.raises(NotJson, match="not JSON"):
        decode(Any, body)


def test_no_message_quotes_the_body() -> None:
    """The error has the body as `body`, but not in its text: it may hold a secret."""
    with pytest.raises(NotJson) as caught:
        decode(Page, b"token=sk-secret")

    assert "sk-secret" not in str(caught.value) + repr(caught.value)
    assert b"token=sk-secret" == caught.value.body


PLACES: dict[str, tuple[Json, str]] = {
    "top": ([], "$"),
    "field": ({"name": 7}, "$.name"),
    "missing": ({}, "$"),
    "wire name": ({"name": "x", "oddName": 7}, "$.oddName"),
    "list": ({"name": "x", "pages": [{"text": "a"}, {"text": 7}]}, "$.pages[1].text"),
    "missing in list": ({"name": "x", "pages": [{"text": "a"}, {}]}, "$.pages[1]"),
    "map": ({"name": "x", "by_name": {"a": {"text": "a"}, "b": {"text": 7}}}, "$.by_name['b'].text"),
    "list in list": ({"name": "x", "grid": [[1], [2, "a"]]}, "$.grid[1][1]"),
    "map in map": (
        {"name": "x", "atlas": {"a": {"b": {"text": "c"}}, "d": {"e": {"text": "f"}, "g": {"text": 7}}}},
        "$.atlas['d']['g'].text",
    ),
    "maps that are wrong alike": (
        {"name": "x", "atlas": {"a": {"b": {"text": "c"}, "d": {"text": 7}}, "e": {"f": {"text": 7}}}},
        "$.atlas['a']['d'].text",
    ),
    "map in list": ({"name": "x", "lots": [{}, {"a": {"text": "b"}, "c.d": {"text": 7}}]}, "$.lots[1]['c.d'].text"),
    "date": ({"name": "x", "at": "yesterday"}, "$.at"),
    "union": ({"name": "x", "steps": [{"type": "click", "selector": "a"}, {"type": "click"}]}, "$.steps[1]"),
    "in union": ({"name": "x", "steps": [{"type": "write", "text": 7}]}, "$.steps[0].text"),
    "bound": ({"name": "x", "steps": [{"type": "write", "text": "a", "times": 10}]}, "$.steps[0].times"),
    "const": ({"name": "x", "kind": "plot"}, "$.kind"),
}


@pytest.mark.parametrize(("body", "path"), PLACES.values(), ids=PLACES)
def test_the_error_has_a_path(body: Json, path: str) -> None:
    """The path has wire names, list indexes and map keys."""
    with pytest.raises(DecodeError) as caught:
        decode(Plan, json.dumps(body).encode())

    assert path == caught.value.path
    assert f"at {path}" in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "body", "path"),
    [
        (dict[str, int], b'{"a": 1, "b": "c"}', "$['b']"),
        (dict[str, Page], b'{"a": {"text": 7}}', "$['a'].text"),
        (list[dict[str, int]], b'[{"a": 1}, {"b": "c"}]', "$[1]['b']"),
    ],
)
def test_the_path_may_start_with_a_key_or_an_index(wanted: Any, body: bytes, path: str) -> None:
    """If the whole reply is a map or a list."""
    with pytest.raises(DecodeError) as caught:
        decode(wanted, body)

    assert path == caught.value.path


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        (dict[str, dict[str, int]], b'{"a": {"b": "c"}, "a": {"b": 1}}'),
        (Plan, b'{"name": "x", "lots": [{"a": {"text": 7}}], "lots": []}'),
    ],
)
def test_the_last_of_two_equal_keys_is_used(wanted: Any, body: bytes) -> None:
    """As in other JSON parsers."""
    assert decode(wanted, body) == decode(wanted, json.dumps(json.loads(body)).encode())


def test_finding_the_path_does_not_change_the_body() -> None:
    """The search works on a copy."""
    body = json.dumps({"name": "x", "pages": [{"text": 1}, {"text": 2}]}).encode()
    with pytest.raises(DecodeError) as caught:
        decode(Plan, body)

    assert body == caught.value.body


@pytest.mark.parametrize(
    "body",
    [{"status": "done", "brand": "new"}, {"status": "archived"}, {"status": None}, {"cost": 2}, {"cost": 2.5}, {}],
)
def test_new_and_missing_data_is_no_error(body: Json) -> None:
    """Unknown fields, unknown enum values, nulls, integers for floats, and missing optional fields."""
    assert isinstance(decode(Report, json.dumps(body).encode()), Report)


def test_a_wrong_type_is_an_error() -> None:
    """Text is not a number, even if it looks like one."""
    with pytest.raises(DecodeError, match=r"\$\.cost"):
        decode(Report, b'{"cost": "2.5"}')


def test_a_request_has_wire_names_and_no_none() -> None:
    """`None` is left out; a variant that the spec does not list is sent unchanged."""
    body = encode(Plan(name="x", odd_name="y", steps=[Click(selector="a"), OtherStep({"type": "jump"})]))

    assert {"name": "x", "oddName": "y", "steps": [{"type": "click", "selector": "a"}, {"type": "jump"}]} == json.loads(
        body
    )


@pytest.mark.parametrize(
    "plan",
    [
        Plan(name=7),  # type: ignore[arg-type]  # the point
        Plan(name="x", pages=[Page(text=None)]),  # type: ignore[arg-type]  # the point
        Plan(name="x", pages="abc"),  # type: ignore[arg-type]  # the point
        Plan(name="x", at=object()),  # type: ignore[arg-type]  # the point
        Plan(name="x", kind="plot"),  # type: ignore[arg-type]  # the point
        Plan(name="\ud800"),
    ],
)
def test_an_invalid_argument_is_never_sent(plan: Plan) -> None:
    """A value of the wrong type or out of bounds raises `InvalidArgument`."""
    with pytest.raises(InvalidArgument, match="nothing was sent"):
        encode(plan)


@pytest.mark.parametrize(
    ("wanted", "value"), [(int, "5"), (str, 5), (Annotated[int, Meta(le=3)], 4), (list[str], "abc"), (int, object())]
)
def test_an_invalid_parameter_is_refused_by_name(wanted: Any, value: Any) -> None:
    """A query parameter is checked like a body."""
    with pytest.raises(InvalidArgument, match="limit"):
        checked(wanted, value, "limit")


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        (int, 5),
        (str | None, None),
        (Status, Status.DONE),
        (date, date(2026, 1, 2)),
        (datetime, datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_valid_parameter_is_returned(wanted: Any, value: Any) -> None:
    """A valid value is returned unchanged."""
    assert value == checked(wanted, value, "limit")


@rule
@given(
    json_values, st.lists(st.sampled_from(["a", "title", "count", "items", "keys", "real", "__class__"]), max_size=4)
)
def test_following_a_path_finds_json_or_none(value: Json, path: list[str]) -> None:
    """A path leads through objects and models only, not to attributes of text and numbers."""
    found = follow(value, tuple(path))

    assert not callable(found)
    assert not isinstance(found, type)


def test_following_a_path_leads_through_models() -> None:
    """Attributes of models and keys of objects."""
    assert "x" == follow(Report(page=Page(text="x")), ("page", "text"))
    assert "x" == follow({"a": {"b": "x"}}, ("a", "b"))
    assert follow(Report(), ("page", "text")) is None


@rule
@given(st.binary())
def test_any_bytes_are_plain_json_or_none(body: bytes) -> None:
    """Reading an error body never fails."""
    any_json(body)


def test_the_path_of_a_body_that_is_not_json_is_the_root() -> None:
    """A decode error always has a path."""
    with pytest.raises(NotJson) as caught:
        decode(Report, b"<html>")

    assert "$" == caught.value.path


def test_the_error_of_an_argument_has_its_path() -> None:
    """A nested field by its path, any other by its name."""
    with pytest.raises(InvalidArgument, match=r"^text: Expected `str`, got `int`; nothing was sent"):
        encode(Page(text=7))  # type: ignore[arg-type]  # the whole point
    with pytest.raises(InvalidArgument, match=r"^limit: Expected `int`, got `str`; nothing was sent"):
        checked(int, "x", "limit")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b" ", "it is empty"),
        (b" <html>", "it looks like HTML"),
        (b'{"text": "h', "it ends after 11 bytes"),
        (b"oops", "it is some other text"),
    ],
)
def test_the_description_of_a_body(body: bytes, said: str) -> None:
    """Enough to recognise its source."""
    with pytest.raises(NotJson, match=said):
        decode(Any, body)


@pytest.mark.parametrize(
    "wrong", ["{}", [1], None, {"x": object()}, {"x": "\ud800"}, {1: {2, 3}, "x": {object()}}], ids=range(6)
)
def test_a_free_body_must_be_an_object(wrong: Any) -> None:
    """Any other value is refused."""
    with pytest.raises(InvalidArgument, match=r"^body(\.x)?: .*nothing was sent"):
        encode_object(wrong, "body")


def test_any_object_is_a_free_body() -> None:
    """It is sent unchanged."""
    assert encode_object({"a": [1, None, {"b": datetime(2026, 1, 1, tzinfo=UTC)}]}, "body") == (
        b'{"a":[1,null,{"b":"2026-01-01T00:00:00Z"}]}'
    )


def test_any_json_reads_what_is_not_strict() -> None:
    """An error body may have NaN in it; other text is `None`."""
    assert ["a"] == list(any_json(b'{"a": NaN}'))
    assert any_json(b"<html>") is None


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/jsonl; charset=utf-8", "text/x-jsonlines"])
def test_lines_of_json_are_a_list(kind: str) -> None:
    """Each line is an item; empty lines are none."""
    reply = Response(status=200, headers={"content-type": kind}, body=b'{"a": 1}\r\n\n{"a": 2}\n')

    assert [{"a": 1}, {"a": 2}] == decode_reply(list[dict[str, int]], reply)


def test_a_line_of_another_shape_has_its_number() -> None:
    """The path of the error counts the lines from 0."""
    reply = Response(status=200, headers={"content-type": "application/x-ndjson"}, body=b'{"a": 1}\n{"a": "x"}\n')

    with pytest.raises(DecodeError) as raised:
        decode_reply(list[dict[str, int]], reply)

    assert "$[1]" in raised.value.path
