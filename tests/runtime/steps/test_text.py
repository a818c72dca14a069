"""Stored texts are untrusted: damage, other kinds, other versions."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.batch.outcome import Outcome
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.errors import NotFound
from bide_runtime.http.request import Response
from bide_runtime.jobs.errors import JobFailed, JobTimeout

from tests.runtime.acme import APART, OTHER, PART, Page
from tests.runtime.fakes import script
from tests.runtime.world import BROKEN, DONE, MODES, RUNNING, TICKET, Mode, World


def stored(mode: Mode = "sync") -> tuple[Any, dict[str, str]]:
    """A namespace, and a text for each method that reads one."""
    world = World(mode, script(TICKET, BROKEN))
    jobs = world.jobs(PART)
    with pytest.raises(JobFailed) as caught:
        world.do(jobs.run(url="x"))
    error = caught.value
    error.__cause__ = NotFound("n", response=Response(status=404, headers={"a": "b"}, body=b"{}"))
    outcomes = [
        Outcome(index=3, input={"url": "x"}, job=jobs.attach("j1"), tag="t", error=error),
        Outcome(index=3, input={"url": "x"}, job=jobs.attach("j1"), tag="t", value=Page(text="é")),
    ]
    return jobs, {
        "result": jobs.result_to_json(Page(text="hello")),
        "error": jobs.error_to_json(error),
        "outcome": jobs.outcome_to_json(outcomes[0]),
        "outcome with result": jobs.outcome_to_json(outcomes[1]),
    }


def read(jobs: Any, what: str, text: Any) -> Any:
    return getattr(jobs, f"{what.split()[0]}_from_json")(text)


KINDS = ["result", "error", "outcome", "outcome with result"]


def damaged(text: str, chance: random.Random) -> str:
    """A text with something else in one place or in several."""
    for _ in range(chance.choice([1, 1, 1, 5, 30])):
        at = chance.randrange(len(text))
        piece = chance.choice(
            ['"', "{", "[", "}", "]", ",", "0", "null", "-1", "1e999", "\\", "\ud800", "\x00", "x", ""]
        )
        cut = chance.choice([0, 1, 1, 2, 40])
        text = text[:at] + piece + text[at + cut :] or "0"
    return text


def changed(value: Any, chance: random.Random) -> Any:
    """JSON with another value in one place."""
    others: list[Any] = [None, True, 0, -5, 1.5, "x", "", [], {}, [None], {"class": ["JobFailed"]}, 10**30, [[[]]]]
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.15:
            return {name: item for name, item in value.items() if name != key}
        return {**value, key: changed(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], changed(value[at], chance), *value[at + 1 :]]
    return chance.choice(others)


@pytest.mark.parametrize("what", KINDS)
def test_damage_is_refused_or_harmless(what: str) -> None:
    """A thousand damaged texts raise nothing but `InvalidArgument`, also when what was read is used."""
    jobs, texts = stored()
    chance = random.Random(7)
    refused = 0
    for number in range(1000):
        text = texts[what]
        bad = damaged(text, chance) if number % 2 else json.dumps(changed(json.loads(text), chance))
        try:
            found = read(jobs, what, bad)
        except InvalidArgument as refusal:
            refused += refusal.message.startswith("this stored text cannot be used: ")
            continue
        error = found if isinstance(found, ClientError) else getattr(found, "error", None)
        assert str(error)
        assert repr(found)
        jobs.error_to_json(error or ConnectionFailed("x"))
    assert refused > 300


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bide": 2}, "it was written by a newer version of this package .format 2, this one reads 1."),
        ({"bide": 0}, "there is no format 0"),
        ({"bide": "1"}, "Expected `int`, got `str` at \\$.bide"),
        ({"provider": "other"}, "it is of 'other', and this client is for 'acme'"),
        ({"job": "other"}, "it is of the kind 'other', not 'part'"),
    ],
    ids=["newer", "zero", "format", "provider", "kind"],
)
def test_a_text_of_something_else_is_refused(mode: Mode, what: str, change: dict[str, Any], why: str) -> None:
    """With one sentence that says what it is."""
    jobs, texts = stored(mode)
    other = json.dumps({**json.loads(texts[what]), **change})

    with pytest.raises(InvalidArgument, match=f"^this stored text cannot be used: {why}$"):
        read(jobs, what, other)


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("mode", MODES)
def test_no_text_is_taken_for_another(mode: Mode, what: str) -> None:
    """A stored error is no result, a token is neither."""
    jobs, texts = stored(mode)
    [content] = [name for name in ("result", "error", "outcome") if name in json.loads(texts[what])]

    for other in {"result", "error", "outcome"} - {content}:
        with pytest.raises(InvalidArgument, match=f"it has no {other}"):
            read(jobs, other, texts[what])
    with pytest.raises(InvalidArgument, match=f"it has no {content}"):
        read(jobs, what, jobs.attach("j1").token)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON: it is empty"),
        ("hello", "not JSON: it is some other text"),
        ("[]", "Expected `object`, got `array` at \\$"),
        (5, "it is a int, not text"),
        ("[" * 100_000, "nested too deeply"),
        ('{"bide": 1', "not JSON: it ends after 10 bytes"),
    ],
    ids=["empty", "text", "list", "type", "deep", "cut"],
)
@pytest.mark.parametrize("what", ["result", "error", "outcome"])
def test_any_other_text_is_refused(what: str, text: Any, why: str) -> None:
    """With a sentence that says why."""
    jobs, _ = stored()

    with pytest.raises(InvalidArgument, match=f"^this stored text cannot be used: .*{why}"):
        read(jobs, what, text)


@pytest.mark.parametrize("mode", MODES)
def test_an_outcome_comes_back(mode: Mode) -> None:
    """With index, input, tag and result, and with a handle of the same job."""
    world = World(mode, script(TICKET, DONE))
    jobs = world.jobs(APART)
    outcome = Outcome(index=3, input={"url": "x"}, job=jobs.attach("j7"), tag="t", value=Page(text="hello"))
    other = jobs.outcome_from_json(jobs.outcome_to_json(outcome))

    assert (3, {"url": "x"}, "t", Page(text="hello"), None) == (
        other.index,
        other.input,
        other.tag,
        other.result,
        other.error,
    )
    assert type(other.job) is type(outcome.job)
    assert other.job.token == outcome.job.token


@pytest.mark.parametrize("mode", MODES)
def test_an_outcome_without_a_job_comes_back(mode: Mode) -> None:
    """If the submit failed."""
    jobs = World(mode, script(RUNNING)).jobs(PART)
    outcome = Outcome(index=0, input=None, job=None, error=ConnectionFailed("lost", may_have_arrived=False))
    other = jobs.outcome_from_json(jobs.outcome_to_json(outcome))

    assert other.job is None
    assert isinstance(other.error, ConnectionFailed)
    assert not other.error.job_may_exist


@pytest.mark.parametrize("mode", MODES)
def test_an_outcome_of_a_handle_has_the_handle_as_its_input(mode: Mode) -> None:
    """As `wait_many` returns it."""
    jobs = World(mode, script(RUNNING)).jobs(PART)
    job = jobs.attach("j1")
    other = jobs.outcome_from_json(jobs.outcome_to_json(Outcome(index=0, input=job, job=job, value=Page(text="x"))))

    assert other.input is other.job
    assert "j1" == other.job.id


def test_an_input_that_json_cannot_hold_is_named() -> None:
    """And what to do instead of it."""
    jobs = World("sync", script(RUNNING)).jobs(PART)
    outcome = Outcome(index=0, input={"film": Path("film.mp4")}, job=None, value=Page(text="x"))

    with pytest.raises(
        InvalidArgument, match=r"cannot be stored as JSON \(input: .*Path.*replace\(outcome, input=None"
    ):
        jobs.outcome_to_json(outcome)


def test_bytes_and_local_times_of_an_input_are_text() -> None:
    """Bytes as base64."""
    jobs = World("sync", script(RUNNING)).jobs(PART)
    outcome = Outcome(index=0, input={"film": b"1", "due": datetime(2026, 1, 2)}, job=None, value=Page(text="x"))

    assert {"film": "MQ==", "due": "2026-01-02T00:00:00"} == jobs.outcome_from_json(jobs.outcome_to_json(outcome)).input


@pytest.mark.parametrize("mode", MODES)
def test_what_is_no_result_error_or_outcome_is_refused(mode: Mode) -> None:
    """Before anything is written."""
    jobs = World(mode, script(RUNNING)).jobs(OTHER)

    with pytest.raises(InvalidArgument, match="this is no result of other, but dict"):
        jobs.result_to_json({"a": 1})
    with pytest.raises(InvalidArgument, match="not ValueError"):
        jobs.error_to_json(ValueError("x"))
    with pytest.raises(InvalidArgument, match="this is no outcome of a batch, but Page"):
        jobs.outcome_to_json(Page(text="x"))


def test_an_outcome_whose_token_is_refused() -> None:
    """The reason is that of the token."""
    jobs, texts = stored()
    other = json.loads(texts["outcome"])
    other["outcome"]["token"] = jobs.attach("j1").token.replace("part", "apart")

    with pytest.raises(InvalidArgument, match=r"cannot be used: this token cannot be used: .* of the kind 'apart'"):
        jobs.outcome_from_json(json.dumps(other))


def test_a_message_with_half_a_surrogate_is_stored() -> None:
    """It is no character, and becomes a question mark."""
    jobs, _ = stored()

    assert "a?" == jobs.error_from_json(jobs.error_to_json(JobTimeout("a\ud800"))).message
