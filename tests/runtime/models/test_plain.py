"""Arguments as JSON: derived classes count as their base, and what has no exact JSON form is refused by its place."""

from __future__ import annotations

import json
import pickle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from bide_runtime.calls.call import Call, reads_nothing
from bide_runtime.calls.extras import Extras
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.request import as_text, path, query
from bide_runtime.jobs.token import as_id, checked_id, checked_tag
from bide_runtime.models.codec import checked, decode, encode, encode_object
from bide_runtime.models.model import Model, OpenIntEnum
from bide_runtime.models.plain import plain
from bide_runtime.models.variant import Other
from msgspec import field

NAN = float("nan")


class Text(str):
    """As lxml, BeautifulSoup, Django and numpy have one; its text is not what `str` returns."""

    def __str__(self) -> str:
        return "another text"


class Number(float):
    """As numpy has one."""


class Count(int):
    """As some libraries have one."""


class Foreign:
    """An integer that is no `int`, as numpy has one."""

    def __index__(self) -> int:
        return 7


class Moment(datetime):
    """As pandas and pendulum have one."""


class Level(IntEnum):
    HIGH = 3


class Share(Enum):
    HALF = 0.5


@dataclass
class Point:
    x: int


class Inner(Model):
    from_: float | None = field(default=None, name="from")


class Note(Model):
    text: str
    share: float | None = None
    at: datetime | None = None
    extra: dict[str, Any] | None = None
    inner: Inner | None = None
    parts: list[Inner] | None = field(default=None, name="partList")


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (Text("a"), "a"),
        (Number(1.5), 1.5),
        (Count(3), 3),
        (Foreign(), 7),
        (Level.HIGH, 3),
        (Share.HALF, 0.5),
        (Moment(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        (date(2026, 1, 2), "2026-01-02"),
        (UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        ({Text("k"): (1, Text("v"))}, {"k": [1, "v"]}),
        (MappingProxyType({"a": deque([1])}), {"a": [1]}),
        (range(2), [0, 1]),
        (Point(x=1), {"x": 1}),
        (Other({"type": Text("a")}), {"type": "a"}),
        (10**30, 10**30),
        (True, True),
        (None, None),
    ],
)
def test_a_value_is_sent_as_its_base_type(value: Any, sent: Any) -> None:
    """Types and values are exact, so that the JSON does not depend on the class."""
    found = plain(value, "x")

    assert sent == found
    assert type(sent) is type(found)
    assert sent == json.loads(encode_object({"x": value}, "body"))["x"]


WRONG: dict[str, Any] = {
    "NaN": NAN,
    "infinity": float("-inf"),
    "derived NaN": Number(NAN),
    "bytes": b"text",
    "bytearray": bytearray(b"text"),
    "surrogate": "\ud800",
    "zoneless": datetime(2026, 1, 1),
    "object": object(),
    "decimal": Decimal("1.5"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize(
    ("send", "place"),
    [
        (lambda it: encode(Note(text="x", extra={"a": [1, it]})), r"extra\.a\[1\]"),
        (lambda it: encode(Note(text="x", parts=[Inner(from_=it)])), r"parts\[0\]\.from_"),
        (lambda it: encode(Note(text=it)), "text"),
        (lambda it: encode_object({"a": {"b": it}}, "body"), r"body\.a\.b"),
        (lambda it: checked(list[str], ["a", it], "tags"), r"tags\[1\]"),
        (lambda it: query([("n", [it])]), "n"),
        (lambda it: path("/x/{id}", {"id": it}), "id"),
        (
            lambda it: Extras(body={"a": [it]}).body_of(Call(method="GET", path="/", read=reads_nothing)),
            r"extra_body\.a",
        ),
        (lambda it: Extras(query={"n": it}).url("https://x.example"), "n"),
    ],
    ids=range(9),
)
def test_what_is_not_json_is_refused_by_its_place(wrong: Any, send: Callable[[Any], object], place: str) -> None:
    """In a body, a query, a path, and inside of objects and lists."""
    with pytest.raises(InvalidArgument, match=rf"^{place}.*: .*; nothing was sent"):
        send(wrong)


@pytest.mark.parametrize("key", [1, None, 2.5, NAN, b"a", "\ud800"])
def test_the_keys_of_an_object_are_text(key: Any) -> None:
    """A number is not made into text silently."""
    with pytest.raises(InvalidArgument, match=r"^extra: .*nothing was sent"):
        encode(Note(text="x", extra={key: 1}))


def test_a_cycle_is_refused() -> None:
    """It is not a `RecursionError`."""
    body: dict[str, Any] = {}
    body["again"] = body
    with pytest.raises(InvalidArgument, match=r"^extra_body: it is nested too deeply"):
        plain(body, "extra_body")


def test_a_wrong_type_is_named_by_its_python_names() -> None:
    """As the caller wrote them, not as they are on the wire."""
    with pytest.raises(InvalidArgument, match=r"^parts\[0\]\.from_: Expected"):
        encode(Note(text="x", parts=[Inner(from_="a")]))  # type: ignore[arg-type]  # the point
    with pytest.raises(InvalidArgument, match=r"^inner\.from_: Expected"):
        encode(Note(text="x", inner=Inner(from_="a")))  # type: ignore[arg-type]  # the point


def test_ids_tags_and_texts_are_plain() -> None:
    """They go into tokens and URLs."""
    assert [str, str, str] == [type(each) for each in (as_id(Text("a")), checked_id(Text("a")), checked_tag(Text("a")))]
    assert "/x/a" == path("/x/{id}", {"id": Text("a")})
    assert "?n=2.5&t=a" == query([("n", Number(2.5)), ("t", [Text("a")])])
    assert "a" == checked_id(Text("a"))
    assert "2.5" == as_text(2.5)


def test_a_model_of_derived_values_has_json() -> None:
    """`to_dict` and `to_json` work as for a request."""
    assert {"text": "a", "share": 1.5} == Note(text=Text("a"), share=Number(1.5)).to_dict()
    assert '{"text":"a"}' == Note(text=Text("a")).to_json()


class Stars(OpenIntEnum):
    BAD = 1
    GOOD = 2


class Mixed(Model):
    stars: Stars | None = None
    who: str | list[str] | None = None
    where: Inner | str | None = None
    gaps: list[int | None] | None = None
    photo: bytes | None = None
    photos: list[bytes] | None = None


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ({"stars": 2}, Mixed(stars=Stars.GOOD)),
        ({"stars": 7}, Mixed(stars=Stars(7))),
        ({"who": "a"}, Mixed(who="a")),
        ({"who": ["a", "b"]}, Mixed(who=["a", "b"])),
        ({"where": "here"}, Mixed(where="here")),
        ({"where": {"from": 1.5}}, Mixed(where=Inner(from_=1.5))),
        ({"gaps": [1, None]}, Mixed(gaps=[1, None])),
        ({"photo": "cA=="}, Mixed(photo=b"p")),
        ({"photos": ["cA==", ""]}, Mixed(photos=[b"p", b""])),
    ],
)
def test_values_of_several_types_survive_the_round_trip(wire: Any, value: Mixed) -> None:
    """They are read by their JSON type, and sent as they came."""
    assert value == decode(Mixed, json.dumps(wire).encode())
    assert wire == json.loads(encode(value)) == value.to_dict()


def test_an_unknown_number_is_kept() -> None:
    """As the provider sent it, and other types are refused."""
    [known, new] = [decode(Mixed, b'{"stars": %d}' % number).stars for number in (1, 9)]

    assert known is Stars.BAD
    assert (9, False, "9") == (new, new is not None and new.is_known, new and new.name)
    for wrong in (b"true", b'"1"', b"1.5"):
        with pytest.raises(DecodeError, match=r"\$\.stars"):
            decode(Mixed, b'{"stars": %b}' % wrong)
    assert new == pickle.loads(pickle.dumps(new))


def test_bytes_are_refused_outside_of_base64() -> None:
    """In the same model."""
    with pytest.raises(InvalidArgument, match=r"^who: bytes is not text"):
        encode(Mixed(who=b"a", photo=b"p"))  # type: ignore[arg-type]  # the point
