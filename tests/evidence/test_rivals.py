"""The judgement of clients: the same rules for every client."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from bide.lint.pipeline import read_spec
from bide.simulator.life.scenario import read

REPOSITORY = Path(__file__).parents[2]

# The rivals are a folder of scripts and no package.
sys.path.insert(0, str(REPOSITORY / "evidence" / "rivals"))

from clients import CLIENTS  # noqa: E402
from judgement import Judgement, Seen, judge  # noqa: E402
from page import Page  # noqa: E402
from scripts import SCRIPTS, Script, Trait  # noqa: E402

RETURNED = Seen(ended="returned", what="`Page`", seconds=2.0, jobs=1, submits=1, polls=2)
RAISED = Seen(ended="raised", what="sdk.ApiError", message="no", job_id="j1", seconds=2.0, jobs=1, submits=1, polls=2)
STOPPED = Seen(ended="stopped", seconds=40.0, jobs=1, submits=1, polls=9)


def script(name: str) -> Script:
    [found] = [each for each in SCRIPTS if each.name == name]
    return found


def judged(name: str, seen: Seen, usual: Seen | None = None) -> Judgement:
    return judge(script(name), seen, reason="too dark", usual=usual)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("happy path", RETURNED),
        ("deadline with slow replies", replace(RAISED, what="sdk.JobTimeoutError", seconds=5.5)),
        ("failed job", replace(RAISED, message="It was too dark.")),
        ("failed job", replace(RETURNED, printed="failed: too dark")),
        ("cancelled job", replace(RAISED, what="sdk.JobCancelled")),
        ("lost submit reply", replace(RAISED, job_id="")),
        ("lost submit reply", RETURNED),
        ("429 with Retry-After", replace(RETURNED, polls=3, seconds=6.1)),
    ],
)
def test_a_right_outcome_has_no_problems(name: str, seen: Seen) -> None:
    """A client that does its duty in a script is right."""
    assert judged(name, seen).word == "yes"


@pytest.mark.parametrize(
    ("name", "seen", "complaint"),
    [
        ("happy path", RAISED, "no result"),
        ("happy path", STOPPED, "no end"),
        ("happy path", replace(RETURNED, seconds=27.0), "2.0 s too late"),
        ("happy path", replace(RAISED, job_id=""), "the job's id is lost"),
        ("deadline with slow replies", RETURNED, "no timeout error"),
        ("deadline with slow replies", replace(RAISED, what="TimeoutError", seconds=8.0), "3.0 s too late"),
        ("failed job", RAISED, "the provider's reason is lost"),
        ("cancelled job", RAISED, "it does not say that the job was cancelled"),
        ("lost submit reply", replace(RETURNED, jobs=2), "2 jobs were made"),
        ("429 with Retry-After", replace(RETURNED, polls=3, seconds=4.0), "it asked sooner than it was told to"),
    ],
)
def test_every_mistake_is_reported(name: str, seen: Seen, complaint: str) -> None:
    """In the judgement of the client."""
    judgement = judged(name, seen)

    assert judgement.word == "no"
    assert complaint in judgement.happened


def test_a_failure_as_on_the_happy_path_is_reported_once() -> None:
    """Other mistakes are still reported."""
    assert judged("502 burst", RAISED, usual=RAISED).word == "(no)"
    assert judged("502 burst", replace(RAISED, message="other"), usual=RAISED).word == "no"
    assert judged("lost submit reply", replace(RAISED, jobs=2), usual=RAISED).word == "no"
    assert judged("lost submit reply", RAISED, usual=RAISED).word == "yes"


def test_varying_parts_of_a_message_are_left_out() -> None:
    """A message is one line, without ports, and fits into a table."""
    message = "lost 127.0.0.1:4711\n`here` [type=int, input_value=3]" + "x" * 500

    assert "`lost the simulator 'here' ...`" in judged("happy path", replace(RAISED, message=message)).happened


def test_every_script_has_a_client() -> None:
    """The simulator can read each script; each client that submits or waits uses a job of a spec."""
    for each in SCRIPTS:
        read(each.scenario)
        assert any(client.takes(each) and client.is_ours for client in CLIENTS), each.name
    for client in CLIENTS:
        spec = REPOSITORY / "specs" / f"{client.provider}.yaml"
        jobs = {job.name for job in read_spec(spec.name, spec.read_text(encoding="utf-8")).jobs}
        assert {client.job, client.batch or client.job} <= jobs
        assert not client.is_ours or Trait.SUBMIT in client.traits


def test_the_page_has_everything() -> None:
    """It has a line for each client in each script, and two for ours if blocking and asyncio differ."""
    right, wrong = judged("happy path", RETURNED), judged("happy path", RAISED)
    results = {
        each.name: {client.name: {"sync": right, "async": right} for client in CLIENTS if client.takes(each)}
        for each in SCRIPTS
    }
    results["502 burst"]["anakin-client"]["async"] = wrong
    page = Page(results=results, date="2026-11-22", versions={"x": "1"}, lacks=("gone",))

    text = page.text()

    assert "\n| **anakin-client**, sync | `Page` (2.0 s, 2 polls) | yes |\n| **anakin-client**, async |" in text
    assert "yes / no" in page.glance()
    assert text.count("| yes |\n") + text.count("| no |\n") > sum(
        client.takes(each) for each in SCRIPTS for client in CLIENTS
    )
    assert "gone" in text


def test_rivals_are_no_dependency() -> None:
    """Neither Bide nor a package depends on a rival."""
    rivals = {
        line.partition("=")[0] for line in (REPOSITORY / "evidence" / "rivals" / "requirements.txt").read_text().split()
    }
    for project in REPOSITORY / "pyproject.toml", *REPOSITORY.glob("generated/*/pyproject.toml"):
        found = tomllib.loads(project.read_text())["project"]
        named = [*found["dependencies"], *chain(*found["optional-dependencies"].values())]
        assert not [each for each in named if each.partition(">")[0] in rivals], project
