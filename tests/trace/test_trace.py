"""`bide trace`: what a trace comes to, and its page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bide.cli.app import main
from bide.trace.lanes import Lanes, lanes_of
from bide.trace.reading import read
from bide.trace.summary import summary


def sent(at: float, request: str, status: int | None = 200, **more: Any) -> dict[str, Any]:
    """A line about a request."""
    line = {"client": "c1", "at": at, "request": request, "method": "GET", "path": "/jobs", "seconds": 0.1}
    return {**line, **({"status": status} if status else {"error": "RequestTimeout"}), "job": "fetch", **more}


def poll(at: float, status: int | None = 200, *ids: str) -> dict[str, Any]:
    return sent(at, "poll", status, ids=list(ids) or ["j1"])


def seen(at: float, state: str, id: str = "j1", **more: Any) -> dict[str, Any]:
    """A line about a job, whose status is the state in capitals."""
    return {"client": "c1", "at": at, "job": "fetch", "id": id, "status": state.upper(), "state": state, **more}


RUN = [
    sent(100, "submit", 202, submit=1),
    seen(100.1, "pending", submit=1),
    poll(102),
    seen(102.1, "running"),
    poll(104, 503) | {"retry_after": 2},
    poll(106),
    poll(108, None),
    poll(110),
    seen(110.1, "succeeded"),
    sent(110.2, "result", ids=["j1"]),
]


def lanes(*lines: dict[str, Any]) -> Lanes:
    found = read(json.dumps(line).encode() for line in lines)
    assert not found.problems
    return lanes_of(found.events)


def test_a_run() -> None:
    """Its polls, its faults, the polls that told nothing, and how late the end can have been noticed."""
    [lane] = lanes(*RUN).jobs

    assert lane.useless == 1
    assert lane.before == 106
    assert lane.delay == pytest.approx(4.1)
    assert dict(summary(lanes(*RUN))) == {
        "jobs": "1: 1 succeeded",
        "requests": "7, of which 5 polls",
        "submits that failed": "0",
        "faults": "2: 1 503, 1 RequestTimeout",
        "waste": "1 of 3 answers to polls (33%) had the status that was known",
        "notice of the end": "at most 4.10 s late (p50), 4.10 s (p95), of 1 jobs: from sending the last request that "
        "still saw the job running to reading its end",
    }


def test_an_end_that_a_webhook_told() -> None:
    """It came after the last poll, which still saw the job running."""
    [lane] = lanes(*RUN[:4], seen(102.7, "succeeded", by="webhook")).jobs

    assert lane.delay == pytest.approx(0.7)
    assert lane.useless == 0


def test_an_end_in_the_submit() -> None:
    """Nobody saw the job before, so nothing can be said about the notice."""
    found = lanes(sent(100, "submit", submit=1), seen(100.1, "succeeded", submit=1))

    assert found.jobs[0].delay is None
    assert "notice of the end" not in dict(summary(found))


def test_a_poll_of_many() -> None:
    """It is one request, and in the lane of each of its jobs."""
    found = lanes(
        seen(99, "running", "a", submit=1),
        seen(99, "running", "b", submit=2),
        poll(100, 200, "a", "b"),
        seen(100.1, "failed", "b"),
    )

    assert [len(lane.requests) for lane in found.jobs] == [1, 1]
    assert [lane.useless for lane in found.jobs] == [1, 0]
    assert dict(summary(found))["requests"] == "1, of which 1 polls"


def test_clients_number_their_submits_alone() -> None:
    """The same number of two clients is not the same submit, and one that failed is of no job."""
    other = {"client": "c2"}
    found = lanes(
        sent(100, "submit", 202, submit=1),
        sent(101, "submit", 429, submit=1) | other,
        sent(102, "submit", 202, submit=1) | other,
        seen(100.1, "running", "a", submit=1),
        seen(102.1, "running", "b", submit=1) | other,
        sent(103, "submit", 402, submit=2),
    )

    assert [(lane.id, len(lane.requests)) for lane in found.jobs] == [("a", 1), ("b", 2)]
    assert [request.status for request in found.others] == [402]
    assert dict(summary(found))["submits that failed"] == "2"


BAD = [
    (b'{"client": "c1", "at', "this is not JSON"),
    (b"[1]", "this is not an object"),
    (b"{}", "this has no request and no state"),
    (b'{"client": "c1", "at": "x", "request": "poll"}', "at is 'x', expected a number"),
    (b'{"client": "c1", "at": NaN, "state": "running", "job": "a", "id": "b"}', "at is nan, expected a number"),
    (b'{"client": "c1", "at": 1, "state": "running", "job": "a"}', "id is None, expected text"),
    (json.dumps(sent(1, "poll", ids=[1])).encode(), "ids is [1], expected a list of texts"),
    (b"\xff\xfe", "this is not JSON"),
    (b"[" * 100_000, "this is not JSON"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_a_line_that_cannot_be_read(line: bytes, reason: str) -> None:
    """It is named, and the others are read."""
    found = read([json.dumps(RUN[0]).encode(), line, b"\n", json.dumps(RUN[1]).encode()])

    assert len(found.events) == 2
    [problem] = found.problems
    assert problem.line == 2
    assert problem.reason.startswith(reason)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the summary, names the lines that it leaves out, and writes a page that needs nothing else."""
    (folder / "run.jsonl").write_text("\n".join([*map(json.dumps, RUN), '{"cut o']), encoding="utf-8")

    assert main(["trace", "run.jsonl"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "jobs                 1: 1 succeeded"
    assert out.splitlines()[-1] == "wrote run.html"
    assert (
        err == "bide: run.jsonl:11: this is not JSON: its writer was cut off, or it is no trace; the line is left out\n"
    )
    page = (folder / "run.html").read_text(encoding="utf-8")
    assert "://" not in page
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    shown = json.loads(data)
    assert [step[2] for step in shown["lanes"][0]["steps"]] == ["pending", "pending", "running", "succeeded"]
    assert [request["role"] for request in shown["requests"]] == ["submit", *["poll"] * 5, "result"]
    assert shown["end"] == pytest.approx(10.3)


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, [], "run.jsonl: No such file or directory"),
        ("", [], "run.jsonl has no line of a trace; a client writes one with trace='run.jsonl'"),
        (json.dumps(RUN[0]), ["--out", "nix/run.html"], "nix/run.html: No such file or directory"),
    ],
)
def test_what_the_command_refuses(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str | None, arguments: list[str], message: str
) -> None:
    """With one line, and the code 1."""
    if content is not None:
        (folder / "run.jsonl").write_text(content, encoding="utf-8")

    assert main(["trace", "run.jsonl", *arguments]) == 1
    assert capsys.readouterr().err == f"bide: {message}\n"


def test_a_long_list_of_problems_is_cut(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no trace does not fill the terminal."""
    (folder / "run.jsonl").write_text("x\n" * 500 + json.dumps(RUN[0]), encoding="utf-8")

    assert main(["trace", "run.jsonl"]) == 0
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 21
    assert err[-1] == "bide: run.jsonl: 480 more lines are left out"
