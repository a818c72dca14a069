"""Values that msgspec does not write by itself: other keys of an object, times as numbers and without a zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.models.codec import as_written, decode, encode, encode_text
from bide_runtime.models.file import UploadFile, as_files
from bide_runtime.models.model import Model
from bide_runtime.models.moment import LocalDatetime, UnixTime, UnixTimeMs


class Point(Model):
    """A model inside of others."""

    at: UnixTime
    additional: Mapping[str, int] = msgspec.field(name="other keys", default_factory=dict)


class Plan(Model):
    """Every place of such a value."""

    made: UnixTimeMs
    opens: LocalDatetime | None = None
    times: list[UnixTime] | None = None
    by_name: dict[str, LocalDatetime] | None = None
    points: list[Point | None] | None = None
    named: dict[str, Point] | None = None
    best: Point | None = None
    additional: Mapping[str, Point | None] = msgspec.field(name="other keys", default_factory=dict)


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BODY: dict[str, Any] = {
    "made": 1767268800500,
    "opens": "2026-01-01T12:00:00",
    "times": [1767268800, 0.5],
    "by_name": {"a": "2026-01-01T12:00:00"},
    "points": [{"at": 0, "x": 1}, None],
    "named": {"n": {"at": 1.5, "y": 2}},
    "best": {"at": -1, "z": 3},
    "more": {"at": 7, "w": 4},
    "none": None,
}


def test_such_values_survive_the_way_through_json() -> None:
    """Read and written, in lists, maps, optional fields and other keys of other models."""
    plan = decode(Plan, msgspec.json.encode(BODY))

    assert plan.made == NOON + timedelta(milliseconds=500)
    assert plan.opens == datetime(2026, 1, 1, 12)
    assert plan.times == [NOON, datetime(1970, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)]
    assert plan.points is not None
    assert plan.points[0] is not None
    assert plan.points[0].additional == {"x": 1}
    assert {"more", "none"} == set(plan.additional)
    assert BODY == plan.to_dict() | {"none": None}
    assert BODY == msgspec.json.decode(encode(plan))
    assert plan == decode(Plan, plan.to_json().encode())


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"made": "noon"}, "$.made"),
        ({"made": True}, "$.made"),
        ({"opens": "2026-01-01T12:00:00Z"}, "$.opens"),
        ({"times": [1, None]}, "$.times[1]"),
        ({"points": [{"at": 0, "x": "one"}]}, "$.points[0]['x']"),
        ({"named": {"n": {"at": 0, "x": "one"}}}, "$.named['n']['x']"),
        ({"more": {"at": 7, "w": "four"}}, "$['more']['w']"),
    ],
)
def test_a_value_of_another_type_has_its_path(change: dict[str, Any], path: str) -> None:
    """By the provider's own keys."""
    with pytest.raises(DecodeError) as raised:
        decode(Plan, msgspec.json.encode({**BODY, **change}))

    assert path == raised.value.path


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan(made=datetime(2026, 1, 1)), "made: this datetime has no time zone"),
        (Plan(made=NOON, opens=NOON), "opens: "),
        (Plan(made=NOON, by_name={"a": NOON}), "by_name"),
        (Plan(made=NOON, additional={"made": None}), "additional: the key 'made' is a field of its own"),
        (Plan(made=NOON, additional=[1]), "additional: expected a mapping, not list"),  # type: ignore[arg-type]
    ],
)
def test_an_argument_that_json_cannot_have_is_refused(plan: Plan, said: str) -> None:
    """With its name, before anything is sent."""
    with pytest.raises(InvalidArgument, match=said):
        encode(plan)


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    """As a number since 1970, whole if it can be."""
    there = NOON.astimezone(timezone(timedelta(hours=2)))

    assert {"made": 1767268800000} == msgspec.json.decode(encode(Plan(made=there)))
    assert {"at": -0.5} == msgspec.json.decode(encode(Point(at=datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC))))


def test_a_parameter_is_written_as_its_type_says() -> None:
    """A time in a query or a header, alone or in a list."""
    assert 1767268800 == as_written(UnixTime, NOON, "since")
    assert [1767268800] == as_written(list[UnixTime], [NOON], "since")
    assert "2026-01-01T12:00:00" == as_written(LocalDatetime, datetime(2026, 1, 1, 12), "since")


def test_text_is_a_body_as_it_is() -> None:
    """In UTF-8."""
    assert "é".encode() == encode_text("é", "body")


def test_files_may_be_left_out_or_several() -> None:
    """Each is read; a single file is not a list."""
    assert as_files(None, "films") is None
    assert [UploadFile(b"a"), UploadFile(b"b")] == as_files([b"a", b"b"], "films")
    with pytest.raises(InvalidArgument, match="films"):
        as_files(b"a", "films")  # type: ignore[call-overload]
