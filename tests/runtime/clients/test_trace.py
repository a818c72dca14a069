"""A trace has what was sent and when, for blocking and asyncio clients, and never disturbs a call."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.clients.trace import JobLine, Trace
from bide_runtime.clients.webhooks import Webhooks
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.testing import FakeClock as VirtualClock
from bide_runtime.waiting.flow import Saw
from msgspec.json import encode

from tests.runtime.acme import APART, KEY, PART, Acme, AsyncAcme, Page, kind
from tests.runtime.clients.test_keys import MANY
from tests.runtime.clients.test_webhooks import SECRET, SOON, TOLD, told
from tests.runtime.fakes import AsyncFakeTransport, FakeTransport, LoopClock, Reply, Sent, unreachable
from tests.runtime.world import DONE, MODES, PAGE, QUEUED, RUNNING, TICKET, Mode, World, error, served

Make = Callable[..., World]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def told_by(file: Path) -> list[tuple[Any, ...]]:
    """What each line is about, in short."""
    return [
        (
            (line["request"], line.get("ids", []), line.get("status") or line.get("error"))
            if "request" in line
            else (line["job"], line["id"], line["state"])
        )
        for line in lines(file)
    ]


def test_a_run_from_submit_to_result(world: Make, tmp_path: Path) -> None:
    """Each request with its job and its outcome, and each new status of the job."""
    file = tmp_path / "run.jsonl"
    server = served(
        submit=[TICKET], polls=[QUEUED, error(503, retry_after="7"), unreachable(), RUNNING, DONE], result=[PAGE]
    )
    w = world(server, trace=file)
    w.do(w.jobs(APART).run(url="https://example.com/?token=secret"))

    assert told_by(file) == [
        ("submit", [], 202),
        (APART.name, "j1", "pending"),
        ("poll", ["j1"], 200),
        ("poll", ["j1"], 503),
        ("poll", ["j1"], "ConnectionFailed"),
        ("poll", ["j1"], 200),
        (APART.name, "j1", "running"),
        ("poll", ["j1"], 200),
        (APART.name, "j1", "succeeded"),
        ("result", ["j1"], 200),
    ]
    submit, made, *_ = lines(file)
    assert submit["submit"] == made["submit"]
    assert lines(file)[3]["retry_after"] == 7
    assert [line["at"] for line in lines(file)] == sorted(line["at"] for line in lines(file))


def test_no_key_no_query_and_no_body(world: Make, tmp_path: Path) -> None:
    """Only method and path of what was sent, and nothing of what was answered but the status."""
    file = tmp_path / "run.jsonl"
    w = world(served(submit=[TICKET], polls=[DONE]), trace=str(file))
    w.do(w.jobs(PART).run(url="https://example.com/?token=secret"))

    text = file.read_text(encoding="utf-8")
    assert KEY not in text
    assert "secret" not in text
    assert "hello" not in text


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_of_many(mode: Mode, tmp_path: Path) -> None:
    """Each line is whole, whichever thread has written it, and each submit has its job."""
    file, numbers = tmp_path / "run.jsonl", count()

    def server(sent: Sent) -> Reply:
        if sent.request.method == "POST":
            return Reply({"id": f"j{next(numbers)}", "status": "queued"}, status=202, takes=0.1)
        return replace(DONE, takes=0.1)

    inputs = [{"url": str(number)} for number in range(60)]
    if mode == "async":
        clock = LoopClock()

        async def run() -> list[Any]:
            client = AsyncAcme(KEY, clock=clock, transport=AsyncFakeTransport(server, clock), trace=file)
            return [each async for each in client.jobs(PART).run_many(inputs)]

        outcomes = clock.run(run())
    else:
        virtual = VirtualClock()
        client = Acme(KEY, clock=virtual, transport=FakeTransport(server, virtual), trace=file)
        outcomes = list(client.jobs(PART).run_many(inputs))

    found = lines(file)
    submits = [line["submit"] for line in found if line.get("request") == "submit"]
    made = {line["submit"]: line["id"] for line in found if line.get("submit") and "state" in line}
    assert len(outcomes) == len(submits) == 60
    assert set(submits) == made.keys()
    assert len(set(made.values())) == 60
    assert sum(line.get("state") == "succeeded" for line in found) == 60


def test_a_poll_of_many(tmp_path: Path) -> None:
    """It is one line, with the ids of all its jobs."""
    file, numbers, clock = tmp_path / "run.jsonl", count(), LoopClock()

    def server(sent: Sent) -> Reply:
        if sent.request.method == "POST":
            return Reply({"id": f"j{next(numbers)}", "status": "queued"}, status=202)
        ids = dict(sent.query)["ids"].split(",")
        return Reply({"jobs": [{"id": id, "status": "done", "page": {"text": "hello"}} for id in ids]})

    async def run() -> list[Any]:
        client = AsyncAcme(KEY, clock=clock, transport=AsyncFakeTransport(server, clock), trace=file)
        crew = kind("crew", Page, result=("page",), poll_many=MANY)
        return [each async for each in client.jobs(crew).run_many([{"url": "u"}] * 3)]

    clock.run(run())
    [poll] = [line for line in lines(file) if line.get("request") == "poll"]
    assert (poll["job"], sorted(poll["ids"])) == ("crew", ["j0", "j1", "j2"])
    assert sum(line.get("state") == "succeeded" for line in lines(file)) == 3


def test_a_poll_alone_and_a_webhook(world: Make, tmp_path: Path) -> None:
    """A status is noted once, whoever tells it."""
    file = tmp_path / "run.jsonl"
    w = world(served(polls=[RUNNING, RUNNING]), provider=TOLD, trace=file)
    w.client.webhooks = Webhooks(w.client, SECRET)
    job = w.job(SOON)
    w.do(job.poll())
    w.clock.advance(60)
    w.do(job.poll())
    body, headers = told("done", page={"text": "hello"})
    w.jobs(SOON)._received(body, headers, None)

    assert [(line["state"], line.get("by")) for line in lines(file) if "state" in line] == [
        ("running", None),
        ("succeeded", "webhook"),
    ]


def test_a_view_writes_to_the_same_file(world: Make, tmp_path: Path) -> None:
    """`with_options` makes no second trace."""
    file = tmp_path / "run.jsonl"
    w = world(served(polls=[RUNNING]), trace=file)
    w.do(w.client.with_options(timeout=3).jobs(PART).attach("j1").poll())
    w.do(w.job(PART, "j2").poll())

    assert {line["client"] for line in lines(file)} == {w.client._trace._client}


def test_a_file_is_continued(world: Make, tmp_path: Path) -> None:
    """Lines are added, below one that was cut off too."""
    file = tmp_path / "run.jsonl"
    file.write_text('{"client": "a"}\n{"cut o', encoding="utf-8")
    w = world(served(polls=[RUNNING]), trace=file)
    w.do(w.job(PART).poll())

    first, cut, *more = file.read_text(encoding="utf-8").splitlines()
    assert (first, cut) == ('{"client": "a"}', '{"cut o')
    assert [json.loads(line)["client"] for line in more] == [w.client._trace._client] * 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_once(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """The calls go on."""
    w = world(served(submit=[TICKET], polls=[RUNNING, DONE]), trace="/dev/full")
    with caplog.at_level(logging.WARNING):
        assert w.do(w.jobs(PART).run(url="u")).text == "hello"

    [record] = caplog.records
    assert record.getMessage() == "the trace /dev/full ends here, and the calls go on: No space left on device"


def test_a_folder_that_is_missing(world: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One warning, when the client is made."""
    w = world(served(polls=[DONE]), trace=tmp_path / "nix" / "run.jsonl")
    w.do(w.job(PART).poll())

    assert ["No such file or directory" in each.getMessage() for each in caplog.records] == [True]


@pytest.mark.parametrize("path", ["", 5, True, b"run.jsonl"])
def test_a_trace_is_a_path(world: Make, path: Any) -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(InvalidArgument, match="trace must be the path of a file"):
        world(served(), trace=path)


def test_a_line_that_is_written_in_part_ends_the_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is written after it, which would be unreadable too."""
    file = tmp_path / "run.jsonl"
    trace = Trace(file, wall=lambda: 1.0, log=logging.getLogger("acme_client"))
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:5]))
    for _ in range(3):
        trace.note_job(Saw(5, "", job="a", id="b", status=None, state="pending"))

    assert file.read_bytes() == b'{"cli'
    assert len(caplog.records) == 1
    assert "in part" in caplog.text


def test_lines_without_news_are_short() -> None:
    """What is usual is left out."""
    line = JobLine(client="a", at=1.0, job="fetch", id="b", state="pending")
    assert encode(line) == b'{"client":"a","at":1.0,"job":"fetch","id":"b","state":"pending"}'
