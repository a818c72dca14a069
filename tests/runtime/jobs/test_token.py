"""Tokens: small, versioned, without secrets, and checked as untrusted input."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from bide_runtime.errors.client import InvalidArgument, InvalidToken
from bide_runtime.jobs import token
from bide_runtime.jobs.record import Record
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import KEY, PART
from tests.runtime.storms import rule
from tests.runtime.world import MODES, RUNNING, Mode, World, served

ids = st.text(min_size=1).filter(token.is_id)


def read(text: Any) -> token.Token:
    return token.read(text, provider="acme", job="part")


@rule
@given(ids, st.one_of(st.none(), st.floats(0, 4e9)))
def test_a_written_token_can_be_read(job_id: str, submitted_at: float | None) -> None:
    """For every valid id of a job."""
    text = token.write(provider="acme", job="part", id=job_id, submitted_at=submitted_at)

    assert token.Token(bide=1, provider="acme", job="part", id=job_id, submitted_at=submitted_at) == read(text)


@rule
@given(st.sampled_from(['"', "\\", "\u4e2d", "\U0001f600", "a"]), st.integers(1, 2000))
def test_a_long_id_is_refused_or_has_a_token(letter: str, length: int) -> None:
    """Every id that is accepted fits into a token."""
    job_id = letter * length
    if token.is_id(job_id):
        assert job_id == read(token.write(provider="acme", job="part", id=job_id, submitted_at=1.5)).id


@rule
@given(
    st.one_of(
        st.text(), st.recursive(st.one_of(st.none(), st.booleans(), st.floats(), st.text()), st.lists).map(json.dumps)
    )
)
def test_any_text_is_a_token_or_raises_invalid_token(text: str) -> None:
    """Reading raises nothing else."""
    with suppress(InvalidToken):
        read(text)


@rule
@given(
    st.dictionaries(
        st.sampled_from(["bide", "provider", "job", "id", "submitted_at", "else"]),
        st.one_of(
            st.sampled_from([1, "acme", "part", "j1", 2, 0, -1]),
            st.none(),
            st.floats(),
            st.text(),
            st.integers(),
            st.lists(st.none()),
        ),
    )
)
def test_any_object_is_a_token_or_raises_invalid_token(fields: dict[str, Any]) -> None:
    """The same for JSON that looks like a token; an accepted one can be resumed."""
    with suppress(InvalidToken):
        assert token.is_id(read(json.dumps(fields)).id)


REFUSED: dict[str, tuple[Any, str]] = {
    "nothing": ("", "not a job token"),
    "no json": ("hello", "not a job token"),
    "list": ("[]", "not a job token"),
    "deep": ("[" * 2000, "not a job token"),
    "long": (json.dumps({"bide": 1, "x": "y" * 5000}), "bytes"),
    "bytes": (b"{}", "bytes, not text"),
    "none": (None, "not text"),
    "newer": ({"bide": 2, "hello": "world"}, "newer version"),
    "no id": ({"bide": 1, "provider": "acme", "job": "part"}, "id"),
    "number": ({"bide": 1, "provider": "acme", "job": "part", "id": 7}, "id"),
    "another provider": ({"bide": 1, "provider": "umbrella", "job": "part", "id": "j1"}, "'umbrella'"),
    "another kind": ({"bide": 1, "provider": "acme", "job": "whole", "id": "j1"}, "'whole'"),
    "dots": ({"bide": 1, "provider": "acme", "job": "part", "id": ".."}, "'..'"),
    "empty": ({"bide": 1, "provider": "acme", "job": "part", "id": ""}, "cannot be the id"),
    "line break": ({"bide": 1, "provider": "acme", "job": "part", "id": "a\nb"}, "cannot be the id"),
    "half a letter": ('{"bide":1,"provider":"acme","job":"part","id":"\\ud800"}', "token"),
    "half a letter as it is": ("\ud800", "not a job token"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_an_invalid_token_is_refused_with_a_reason(text: Any, why: str) -> None:
    """Damaged, foreign and newer tokens."""
    with pytest.raises(InvalidToken, match=why):
        read(json.dumps(text) if isinstance(text, dict) else text)


@pytest.mark.parametrize("mode", MODES)
def test_a_job_can_be_resumed_by_another_client(mode: Mode) -> None:
    """The token is enough, and it has no key."""
    world = World(mode, served(polls=[RUNNING]))
    text = world.job(PART, "a/b c?").token
    other = World(mode, served(polls=[RUNNING]))

    job = other.do(other.jobs(PART).resume(text))
    other.do(job.poll())

    assert "a/b c?" == job.id
    assert "/v2/jobs/a%2Fb%20c%3F" == other.sent[0].path
    assert KEY not in text


@pytest.mark.parametrize("submitted_at", [1e300, -1e300, 0])
def test_a_token_with_a_strange_time_does_no_harm(submitted_at: float) -> None:
    """Whatever time a token has, a wait with it ends."""
    text = token.write(provider="acme", job="part", id="j1", submitted_at=submitted_at)
    world = World("sync", served(polls=[RUNNING]))

    with pytest.raises(Exception, match="after 10 s"):
        world.jobs(PART).resume(text).wait(timeout=10)


@pytest.mark.parametrize(("letter", "size"), [("a", 1), ("\u4e2d", 3)])
def test_an_id_may_have_1024_bytes(letter: str, size: int) -> None:
    """1024 bytes as JSON, quotes included; a longer id is refused."""
    most = (1024 - 2) // size

    assert token.is_id(letter * most)
    assert not token.is_id(letter * (most + 1))


@pytest.mark.parametrize(("submitted_at", "age"), [(100.0, 50.0), (150.0, 0.0), (151.0, 0.0), (None, None)])
def test_a_job_is_as_old_as_its_token_says(submitted_at: float | None, age: float | None) -> None:
    """Never negative: the clocks of two machines differ."""
    assert age == Record(PART, "j1", submitted_at=submitted_at).age(0.0, 150.0)


def test_a_job_submitted_here_ages_by_the_clock_of_the_client() -> None:
    """A change of the time of day does not change its age."""
    record = Record(PART, "j1", submitted_at=100.0)
    record.started_at = 7.0

    assert 3.0 == record.age(10.0, 9_999.0)


def test_a_token_has_at_most_2048_bytes() -> None:
    """A longer text is refused before it is parsed."""
    text = token.write(provider="acme", job="part", id="j1", submitted_at=1.5)

    assert "j1" == read(text.ljust(2048)).id
    with pytest.raises(InvalidToken, match="2049 bytes"):
        read(text.ljust(2049))


def test_a_job_of_the_future_is_new() -> None:
    """A clock that was set back makes no age negative."""
    record = Record(PART, "j1")
    record.started_at = 7.0

    assert 0.0 == record.age(5.0, 0.0)


@pytest.mark.parametrize("length", [100, 101])
def test_a_tag_has_at_most_a_hundred_characters(length: int) -> None:
    """A token has to hold it."""
    if length > 100:
        with pytest.raises(InvalidArgument, match="at most 100 characters"):
            token.checked_tag("x" * length)
    else:
        assert "x" * length == token.checked_tag("x" * length)
