"""The demo covers the specs, and detects errors."""

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
    """The simulator's counts for a successful job."""
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
    """The client's report of it."""
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
def test_every_job_and_operation_has_a_line(spec: Path) -> None:
    """Each succeeds once in both modes, and every key is unique."""
    shown = provider(spec)
    lines = plan.lines(shown)
    successes = {(line.name, line.mode) for line in lines if line.what in ("success", "stream")}

    named = {job.name for job in shown.jobs} | {operation.name for operation in shown.operations}
    assert successes == {(name, mode) for name in named for mode in plan.MODES}
    assert len({line.key for line in lines}) == len(lines)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_job_without_arguments_is_an_error(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the demo at the start."""
    shown = provider(spec)
    name = [*shown.jobs, *shown.operations][0].name
    monkeypatch.delitem(ARGUMENTS[shown.name], name)

    with pytest.raises(plan.PlanError, match=f"has no arguments for {shown.name} {name}"):
        plan.lines(shown)


def test_arguments_of_an_unknown_job_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """They end the demo at the start."""
    shown = provider(SPECS[0])
    monkeypatch.setitem(ARGUMENTS[shown.name], "teleport", {})

    with pytest.raises(plan.PlanError, match="teleport"):
        plan.lines(shown)


def test_a_right_line_has_no_problems() -> None:
    """For the client's report and the simulator's counts."""
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
def test_every_deviation_is_a_problem(seen: dict[str, Any], counted: dict[str, Any], complaint: str) -> None:
    """A wrong report of the client or wrong counts of the simulator make a line wrong."""
    assert complaint in judged(notes(**seen), job(**counted)).complaints


def test_an_extra_job_is_a_problem() -> None:
    """Also a job that no client reported."""
    assert verdict.surplus("acme", [LINE], [job()]) == []
    assert verdict.surplus("acme", [LINE], [job(), job(id="m2")]) == ["acme map: 2 jobs were made, and 1 were planned"]


def test_a_wrong_line_lists_its_problems() -> None:
    """They are below the line, and the summary counts it."""
    wrong = judged(notes(outcome="JobFailed"), job())
    line, reason = table.rows([wrong])

    assert line.endswith("WRONG")
    assert reason.strip() == "outcome: JobFailed, expected SiteMap"
    assert table.summary([wrong], []) == "WRONG: 1 of 1 lines"
    assert table.summary([judged(notes(), job())], ["acme map: 2"]).startswith("WRONG")


def test_columns_are_aligned() -> None:
    """For any texts of the lines."""
    lines = [
        *table.heading(speed=1).splitlines()[-1:],
        *table.rows([judged(notes(), job()), judged(notes(outcome="X"), job())]),
    ]
    ends = {line.rfind("  ") for line in lines if not line.startswith("    ")}

    assert len(ends) == 1


@pytest.mark.parametrize(("begins_with", "asked"), [("POST", {"POST"}), ("GET", {"GET", "POST"})])
def test_scenarios_are_sent_with_the_first_request(begins_with: str, asked: set[str]) -> None:
    """Also if it is a GET."""

    class Engine:
        def send(self, request: Any, *, timeout: float) -> Any:
            return request

    wire = Wire(Engine(), ["fail"], begins_with=begins_with)
    sent = [
        wire.send(Request(method=method, url="https://a.example/", headers={}), timeout=1) for method in ("GET", "POST")
    ]

    assert {each.method for each in sent if each.headers.get("x-bide-scenario") == "fail"} == asked
