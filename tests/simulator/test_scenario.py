"""Scenarios: scripts for jobs of the simulator."""

from __future__ import annotations

import contextlib
import json

import pytest
from bide_runtime.testing.faults import (
    Fault,
    cut_short,
    error,
    lost,
    nulls,
    slow,
    unknown_status,
    web_page,
    wrong_shape,
)
from hypothesis import given
from hypothesis import strategies as st

from bide.ir import Job
from bide.lint.pipeline import read_spec
from bide.simulator.life.scenario import Outcome, Scenario, ScenarioError, from_mapping, read
from bide.simulator.life.script import Script
from tests.simulator.simulated_acme import SPEC


def test_short_form() -> None:
    """A header has an outcome, a duration and faults in one line."""
    scenario = read("fail; duration=3; poll=429,502,cut_short")

    assert scenario == Scenario(
        outcome=Outcome.FAIL,
        duration=3.0,
        faults={
            "poll": (
                error(429, retry_after=1),
                error(502),
                cut_short(),
            )
        },
    )


def test_json_form_means_the_same() -> None:
    """JSON has the same meaning as the short form."""
    assert read('{"outcome": "fail", "duration": 3, "poll": [429, 502, "cut_short"]}') == read(
        "fail;duration=3;poll=429,502,cut_short"
    )


@pytest.mark.parametrize("text", ["", "default", "succeed", "{}"])
def test_an_empty_scenario_succeeds(text: str) -> None:
    """Without a scenario a job succeeds."""
    assert read(text) == Scenario()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429:7", error(429, retry_after=7)),
        ("429:none", error(429)),
        ("503", error(503, retry_after=1)),
        ("503:date5", error(503, retry_after=5, as_date=True)),
        ("500", error(500)),
        ("not_found", error(404)),
        ("lost", lost()),
        ("lost_before", lost(reaches=False)),
        ("502_after", error(502, reaches=True)),
        ("web_page", web_page()),
        ("wrong_shape", wrong_shape()),
        ("unknown_status", unknown_status()),
        ("nulls", nulls()),
        ("slow:2.5", slow(2.5)),
        ("ok", None),
    ],
)
def test_faults(text: str, fault: Fault | None) -> None:
    """Each fault has one keyword."""
    assert read(f"submit={text}").faults["submit"] == (fault,)


def test_a_repeated_fault() -> None:
    """`*3` repeats it 3 times."""
    scenario = read("poll=502*3,ok")

    assert [scenario.fault("poll", number) is not None for number in range(5)] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fial", "'fial' is not an outcome; did you mean 'fail'?"),
        ("durration=3", "a scenario has no key 'durration'; did you mean 'duration'?"),
        ("duration=soon", "duration is 'soon', expected seconds such as 3 or 0.5"),
        ("poll=cut_shrt", "'cut_shrt' is not a fault; did you mean 'cut_short'?"),
        ("poll=200", "'200' is not a fault"),
        ("poll=cut_short:3", "'cut_short:3' is not a fault"),
        ("poll=429:soon", "429:soon has the Retry-After 'soon', expected 5, date5 or none"),
        ("poll=cut_short*0", "'cut_short\\*0' is repeated '0' times, expected 1 to 999"),
        ("poll_status=204", "poll_status is '204', expected 200 or 202"),
        ("answer=never", "answer is 'never', expected now or job"),
        ("failed_items=some", "failed_items is 'some', expected a count"),
        ("id_prefix=a,b", "id_prefix is \\['a', 'b'\\], expected a text without commas"),
        ("{", "the scenario is not JSON"),
    ],
)
def test_an_invalid_scenario_is_explained(text: str, message: str) -> None:
    """The error says what is wrong, and suggests a keyword."""
    with pytest.raises(ScenarioError, match=message.replace("?", "\\?")):
        read(text)


@given(st.text(max_size=40) | st.dictionaries(st.text(max_size=8), st.text(max_size=8)).map(json.dumps))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is a scenario or raises `ScenarioError`."""
    with contextlib.suppress(ScenarioError):
        assert isinstance(read(text), Scenario)


def test_failed_items() -> None:
    """As a count, or as a list of indexes."""
    assert read("failed_items=2").failed_items == 2
    assert read("failed_items=0,2").failed_items == (0, 2)
    assert from_mapping({"failed_items": [1]}).failed_items == (1,)


def test_id_prefix() -> None:
    """A scenario can set a prefix for the job's id."""
    assert read("id_prefix=team/").id_prefix == "team/"


FILE = """\
- match: {job: picture, nth: 3}
  scenario: fail; duration=3
- match: {job: picture}
  outcome: partial
  poll: [429:20, 502]
- match: {operation: find}
  call: slow:2
- duration: 1
"""


def test_file() -> None:
    """The first matching entry of a file applies; an entry without a match is for all other jobs."""
    script = Script.load(FILE)

    assert script.scenario("job", "picture", 3, seed=0) == read("fail; duration=3")
    assert script.scenario("job", "picture", 4, seed=0) == read("partial; poll=429:20,502")
    assert script.scenario("operation", "find", 1, seed=0) == read("call=slow:2")
    assert script.scenario("job", "film", 1, seed=0) == read("duration=1")
    assert Script.load("").scenario("job", "film", 1, seed=0) == Scenario()


def test_a_share_is_chosen_by_the_seed() -> None:
    """A share of the jobs is the same for the same seed, differs between seeds, and has about the right size."""
    script = Script.load("- match: {job: picture, share: 0.25}\n  outcome: fail\n")

    def failing(seed: int) -> list[int]:
        return [nth for nth in range(400) if script.scenario("job", "picture", nth, seed=seed).outcome is Outcome.FAIL]

    assert failing(1) == failing(1)
    assert failing(1) != failing(2)
    assert 60 < len(failing(1)) < 140


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("job: picture", "a scenario file is a list of entries"),
        ("- {", "the scenario file is not YAML"),
        ("- fail", "entry 1: 'fail' is not an entry"),
        ("- match: {jbo: picture}\n  outcome: fail", "entry 1: match has no key 'jbo'; did you mean 'job'?"),
        ("- match: {job: picture, nth: two}", "entry 1: nth is 'two', expected a number"),
        (
            "- scenario: fail\n- scenario: fail\n  duration: 3",
            "entry 2: scenario and duration cannot be used together",
        ),
        ("- outcome: fial", "entry 1: 'fial' is not an outcome"),
    ],
)
def test_an_invalid_file_is_explained(text: str, message: str) -> None:
    """The error names the entry and what is wrong with it."""
    with pytest.raises(ScenarioError, match=message):
        Script.load(text)


def test_a_file_about_another_provider() -> None:
    """An entry for an unknown job is refused before anything is served."""
    script = Script.load("- match: {job: pikture}\n  outcome: fail\n")

    with pytest.raises(ScenarioError, match="entry 1: there is no job 'pikture', only picture"):
        script.check({"picture": simulated("picture")}, set())


def test_a_file_with_an_end_that_no_job_has() -> None:
    """It is refused before anything is served, not at the first submit."""
    script = Script.load("- scenario: succeed\n- match: {job: picture}\n  outcome: cancel\n")

    with pytest.raises(ScenarioError, match='entry 2: a job "report" cannot follow "cancel"'):
        script.check({"picture": simulated("report")}, set())


def simulated(job: str) -> Job:
    return next(each for each in read_spec("acme.yaml", SPEC).jobs if each.name == job)
