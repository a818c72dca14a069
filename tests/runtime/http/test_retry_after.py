"""`Retry-After` and retry_after fields: valid values count, and no other value does harm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import formatdate
from math import inf

import pytest
from bide_runtime.http.retry_after import as_pause, retry_after
from bide_runtime.jobs.record import Record
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import PART
from tests.runtime.storms import rule

NOON = 1_790_000_000.0


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def asked(text: str) -> float:
    return retry_after({"retry-after": text}, wall=NOON)


@rule
@given(st.text())
def test_any_text_gives_a_finite_number(text: str) -> None:
    """Any text gives a finite number that is not negative."""
    assert 0 <= asked(text) < inf


@rule
@given(
    st.sampled_from(["Mon, ", ""]),
    st.integers(-1, 99),
    st.sampled_from(["Jan", "Foo", "13"]),
    st.integers(-1, 10**6),
    st.sampled_from(["GMT", "+9999", "-0000", "", "+99999999999"]),
)
def test_an_invalid_date_is_ignored(weekday: str, day: int, month: str, year: int, zone: str) -> None:
    """Days and years that do not exist are ignored."""
    seconds = asked(f"{weekday}{day} {month} {year} 25:61:61 {zone}")

    assert 0 <= seconds < inf


@rule
@given(st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text(), st.lists(st.integers())))
def test_any_value_of_a_field_gives_a_finite_number(value: object) -> None:
    """A field may hold any JSON."""
    assert 0 <= as_pause(value) < inf


@pytest.mark.parametrize(("text", "seconds"), [("5", 5), (" 5 ", 5), ("2.5", 2.5), ("0", 0), ("1e2", 100)])
def test_a_number_is_in_seconds(text: str, seconds: float) -> None:
    """A number is a number of seconds."""
    assert seconds == asked(text)


@pytest.mark.parametrize("shape", ["GMT", "-0000", "+0000", ""])
def test_a_date_is_in_utc(zone: str, shape: str) -> None:
    """A date is in UTC, in every time zone of the machine and every spelling of the zone."""
    date = formatdate(NOON + 90, usegmt=True).replace("GMT", shape).strip()

    assert 90 == pytest.approx(asked(date))


def test_a_date_in_the_past_is_ignored() -> None:
    """A date in the past gives 0."""
    assert 0 == asked(formatdate(NOON - 90, usegmt=True))


@pytest.mark.parametrize("value", [True, "5", 10**400, -3, 0, float("nan"), float("inf"), None])
def test_an_invalid_value_is_0(value: object) -> None:
    """Only a positive finite number counts."""
    assert 0 == as_pause(value)


@pytest.mark.parametrize("wrong_by", [-3600, -120, 120, 3600])
def test_a_date_counts_from_the_date_of_its_reply(wrong_by: float) -> None:
    """The delay does not depend on the clock of this machine."""
    headers = {"retry-after": formatdate(NOON + 90, usegmt=True), "date": formatdate(NOON, usegmt=True)}

    assert 90 == pytest.approx(retry_after(headers, wall=NOON + wrong_by))


def test_an_invalid_date_of_the_reply_is_ignored() -> None:
    """The clock of this machine is used instead."""
    headers = {"retry-after": formatdate(NOON + 90, usegmt=True), "date": "yesterday"}

    assert 90 == pytest.approx(retry_after(headers, wall=NOON))


def test_no_header_is_0() -> None:
    """A reply without the header gives 0."""
    assert 0 == retry_after({}, wall=NOON)


@pytest.mark.parametrize(("seconds", "later"), [(86_399.0, 86_399.0), (86_400.0, 86_400.0), (1e9, 86_400.0)])
def test_retry_after_is_at_most_a_day(seconds: float, later: float) -> None:
    """A huge value must not end every later wait."""
    record = Record(PART, "j1")
    record.note_retry_after(100.0, seconds)

    assert 100.0 + later == record.not_before
