"""The demo leaves nothing out, and sees what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from bide_runtime import Request

from bide.ir import Provider
from bide.lint.pipeline import read_spec

REPOSITORY = Path(__file__).parents[2]
SPECS = sorted((REPOSITORY / "specs").glob("*.yaml"))

# The demo is a folder of scripts and no package.
sys.path.insert(0, str(REPOSITORY / "demo"))

import plan  # noqa: E402
import table  # noqa: E402
import verdict  # noqa: E402
from arguments import ARGUMENTS  # noqa: E402
from visitor.wire import Wire  # noqa: E402


def provider(spec: Path) -> Provider:
    return read_spec(spec.name, spec.read_text(encoding="utf-8"))


def job(**changes: Any) -> dict[str, Any]:
    """What the simulator counts of a job that went well."""
    counted = {
        "id": "m1",
        "job": "map",
        "submits": 1,
        "polls": 2,
        "early_polls": 0,
        "result_fetches": 0,
        "cancels": 0,
    }
    return {**counted, **changes}


def notes(**changes: Any) -> dict[str, Any]:
    """What the client saw of it."""
    seen = {
        "outcome": "SiteMap",
        "detail": "",
        "token": None,
        "job_id": "m1",
        "polls": 2,
        "faults": [],
        "seconds": 3.0,
        "requests": ["POST http://here/map", "GET http://here/map/m1", "GET http://here/map/m1"],
    }
    return {**seen, **changes}


LINE = plan.Line(
    provider="acme",
    name="map",
    what="success",
    does="run",
    mode="sync",
    arguments={},
    options={"timeout": 10},
    outcome="SiteMap",
    makes="map",
    most_polls=3,
)


def judged(seen: dict[str, Any], *jobs: dict[str, Any]) -> verdict.Verdict:
    [found] = verdict.judge([LINE], {LINE.key: seen}, list(jobs), speed=1)
    return found


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_nothing_is_left_out(spec: Path) -> None:
    """Each job and each operation of each provider succeeds once in both modes, and no two lines have the same key."""
    shown = provider(spec)
    lines = plan.lines(shown)
    successes = {(line.name, line.mode) for line in lines if line.what in ("success", "stream")}

    named = {job.name for job in shown.jobs} | {operation.name for operation in shown.operations}
    assert successes == {(name, mode) for name in named for mode in plan.MODES}
    assert len({line.key for line in lines}) == len(lines)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_what_has_no_arguments_is_an_error(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that the demo does not know of ends it before it begins."""
    shown = provider(spec)
    name = [*shown.jobs, *shown.operations][0].name
    monkeypatch.delitem(ARGUMENTS[shown.name], name)

    with pytest.raises(plan.PlanError, match=f"has no arguments for {shown.name} {name}"):
        plan.lines(shown)


def test_what_is_in_no_spec_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments for a job that does not exist end the demo before it begins."""
    shown = provider(SPECS[0])
    monkeypatch.setitem(ARGUMENTS[shown.name], "teleport", {})

    with pytest.raises(plan.PlanError, match="teleport"):
        plan.lines(shown)


def test_what_goes_well_is_right() -> None:
    """A line as it should be has no complaints."""
    assert judged(notes(), job()).complaints == ()


@pytest.mark.parametrize(
    ("seen", "counted", "complaint"),
    [
        ({"outcome": "JobFailed"}, {}, "outcome: JobFailed, expected SiteMap"),
        ({"outcome": "SiteMap, partial"}, {}, "outcome: SiteMap, partial, expected SiteMap"),
        ({"faults": ["ServerError"]}, {}, "faults: ServerError, expected none"),
        ({"detail": "it failed"}, {}, "the exception has lost the job"),
        ({"seconds": 11.5}, {}, "the deadline of 10 s was missed: 11.5 s"),
        ({"polls": 1}, {}, "polls: the client says 1, the simulator 2"),
        ({"requests": ["GET http://here/map/m1"]}, {}, "requests about m1: 1 were sent, 2 came"),
        ({}, {"early_polls": 1}, "polls of m1 that came too early: 1"),
        ({}, {"submits": 2}, "submits of m1: 2, expected 1"),
        ({"polls": 4, "requests": ["GET http://here/map/m1"] * 4}, {"polls": 4}, "polls of m1: 4, more than 3"),
        ({"requests": []}, {}, "jobs: 0, expected 1"),
    ],
)
def test_what_goes_wrong_is_seen(seen: dict[str, Any], counted: dict[str, Any], complaint: str) -> None:
    """Whatever is not as it should be, to the client or on the simulator, makes a line wrong."""
    assert complaint in judged(notes(**seen), job(**counted)).complaints


def test_a_job_too_many_is_seen() -> None:
    """A job that was made twice is seen, even if no client knows of it."""
    assert verdict.surplus("acme", [LINE], [job()]) == []
    assert verdict.surplus("acme", [LINE], [job(), job(id="m2")]) == ["acme map: 2 jobs were made, and 1 were planned"]


def test_a_wrong_line_says_why() -> None:
    """Below a wrong line stands what is wrong with it, and the summary counts it."""
    wrong = judged(notes(outcome="JobFailed"), job())
    line, reason = table.rows([wrong])

    assert line.endswith("WRONG")
    assert reason.strip() == "outcome: JobFailed, expected SiteMap"
    assert table.summary([wrong], []) == "WRONG: 1 of 1 lines"
    assert table.summary([judged(notes(), job())], ["acme map: 2"]).startswith("WRONG")


def test_columns_stand_below_one_another() -> None:
    """The verdicts stand below one another, whatever the lines have to say."""
    lines = [
        *table.heading(speed=1).splitlines()[-1:],
        *table.rows([judged(notes(), job()), judged(notes(outcome="X"), job())]),
    ]
    ends = {line.rfind("  ") for line in lines if not line.startswith("    ")}

    assert len(ends) == 1


@pytest.mark.parametrize(("begins_with", "asked"), [("POST", {"POST"}), ("GET", {"GET", "POST"})])
def test_scenarios_go_with_what_begins(begins_with: str, asked: set[str]) -> None:
    """An operation may be a GET, and then asks for its scenario in that."""

    class Engine:
        def send(self, request: Any, *, timeout: float) -> Any:
            return request

    wire = Wire(Engine(), ["fail"], begins_with=begins_with)
    sent = [
        wire.send(Request(method=method, url="https://a.example/", headers={}), timeout=1) for method in ("GET", "POST")
    ]

    assert {each.method for each in sent if each.headers.get("x-bide-scenario") == "fail"} == asked
