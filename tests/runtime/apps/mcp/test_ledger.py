"""A server with a ledger: a repeated call pays nothing, also after the server was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bide_runtime import EntryState, Ledger
from bide_runtime.apps.mcp import book
from mcp.shared.exceptions import MCPError

from bide.simulator import Simulator
from tests.runtime.apps.mcp.host import KEY, connected, mill, process, run, served

QUICK = "- scenario: duration=0.05"


def made(simulator: Simulator) -> list[str]:
    """The kinds of the jobs that the simulator made."""
    return [job["job"] for job in simulator.state()["jobs"]]


async def killed(server: Any, pid: Path, tool: str, is_time: Callable[[], bool]) -> None:
    """Call a tool of a server, and kill it meanwhile."""
    async with connected(server) as client:
        call = asyncio.ensure_future(client.call_tool(tool, {"name": "x"}))
        while not is_time():
            await asyncio.sleep(0.05)
        os.kill(int(pid.read_text()), signal.SIGKILL)
        with pytest.raises(MCPError, match="closed"):
            await call


def test_a_repeated_call_pays_nothing(folder: Path, tmp_path: Path) -> None:
    """The same arguments, in any order, give the same job in the next server too; others give another."""
    ledger = tmp_path / "jobs.db"

    async def main() -> None:
        tokens = set()
        for _ in range(2):
            async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as client:
                await client.list_tools()
                for arguments in ({"name": "x", "weight": 2}, {"weight": 2, "name": "x"}):
                    answer = (await client.call_tool("grind", arguments)).structured_content
                    assert (answer["state"], answer["result"]["name"]) == ("succeeded", "x")
                    tokens.add(answer["job"])
        assert len(tokens) == 1
        async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as client:
            await client.call_tool("grind", {"name": "y"})
            listed = (await client.call_tool("job_list", {"limit": 5})).structured_content["jobs"]
            assert [job["arguments"] for job in listed] == [{"name": "y"}, {"name": "x", "weight": 2}]
            assert [job["state"] for job in listed] == ["done", "done"]
            assert (await client.call_tool("job_list", {"limit": 0})).is_error

    with Simulator(mill(), key=KEY, scenarios=QUICK) as simulator:
        run(main)
        assert made(simulator) == ["grind", "grind"]
    with Ledger(ledger) as found:
        assert found.paid == 2
        assert {outcome.result["name"] for outcome in found.outcomes()} == {"x", "y"}


def test_a_changed_file_is_another_call(tmp_path: Path) -> None:
    """The path alone does not say what is sent."""
    file = tmp_path / "grain.txt"
    file.write_text("rye")
    before = list(book._files_in({"name": "x", "files": [file]}))
    file.write_text("wheat")

    assert list(book._files_in({"name": "x", "files": [file]})) != before
    assert list(book._files_in({"name": "x"})) == []


def test_calls_at_the_same_time_are_one_job(folder: Path, tmp_path: Path) -> None:
    """Also if none has an answer yet."""

    async def main() -> None:
        async with served("mill_client", simulator.url, ledger=tmp_path / "l") as server, connected(server) as client:
            answers = await asyncio.gather(*(client.call_tool("grind", {"name": "x"}) for _ in range(5)))
            assert len({answer.structured_content["job"] for answer in answers}) == 1

    with Simulator(mill(), key=KEY, scenarios=QUICK) as simulator:
        run(main)
        assert made(simulator) == ["grind"]


def test_a_new_job_is_made(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure, and after ten minutes."""

    async def main() -> None:
        async with served("mill_client", simulator.url, ledger=tmp_path / "l") as server, connected(server) as client:
            for _ in range(2):
                assert (await client.call_tool("crack", {"name": "x"})).structured_content["state"] == "failed"
                await client.call_tool("grind", {"name": "x"})
                monkeypatch.setattr(book, "AGAIN", 0.0)

    with Simulator(
        mill(), key=KEY, scenarios="- {match: {job: crack}, scenario: fail; duration=0.05}\n" + QUICK
    ) as simulator:
        run(main)
        assert made(simulator) == ["crack", "grind"] * 2


@pytest.mark.parametrize("tool", ["dry", "soak"])
def test_a_server_is_killed_in_the_middle(tool: str, folder: Path, tmp_path: Path) -> None:
    """Between a submit and its reply. With a key, the next server sends it again; without, it is unsure."""
    ledger, pid = tmp_path / "jobs.db", tmp_path / "pid"

    async def main() -> None:
        server = process(folder, simulator.url, "--ledger", str(ledger), pid_file=pid)
        await killed(server, pid, tool, lambda: bool(simulator.state()["jobs"]))
        async with connected(process(folder, simulator.url, "--ledger", str(ledger))) as client:
            await client.list_tools()
            for _ in range(2):
                answer = await client.call_tool(tool, {"name": "x"})
                if tool == "dry":
                    assert answer.structured_content["state"] == "succeeded"
                else:
                    assert (answer.is_error, answer.structured_content["state"]) == (True, "unsure")
                    assert "Do not call the tool again by yourself" in answer.content[0].text
                    assert str(ledger) in answer.content[0].text

    slow = "- {match: {job: soak, nth: 1}, scenario: submit=slow:2}\n"
    slow += "- {match: {job: dry, nth: 1}, scenario: submit=slow:2; duration=0.1}"
    with Simulator(mill(), key=KEY, scenarios=slow) as simulator:
        run(main)
        assert made(simulator) == [tool]
    if tool == "soak":
        with Ledger(ledger) as found:
            assert found.tally()[EntryState.UNSURE] == 1
            assert found.retry(unsure=True) == 1
        with Simulator(mill(), key=KEY, scenarios=QUICK) as simulator:

            async def again() -> Any:
                async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as client:
                    return await client.call_tool(tool, {"name": "x"})

            assert run(again).structured_content["state"] == "succeeded"


def test_a_server_is_killed_while_it_waits(folder: Path, tmp_path: Path) -> None:
    """The next one gives the job to a call that is the same, and writes how it ended."""
    ledger, pid = tmp_path / "jobs.db", tmp_path / "pid"

    async def main() -> Any:
        server = process(folder, simulator.url, "--ledger", str(ledger), pid_file=pid)
        await killed(server, pid, "grind", lambda: any(job["polls"] for job in simulator.state()["jobs"]))
        async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as client:
            return await client.call_tool("grind", {"name": "x"})

    with Simulator(mill(), key=KEY, scenarios="- scenario: duration=1.5") as simulator:
        assert run(main).structured_content["result"]["name"] == "x"
        assert made(simulator) == ["grind"]
    with Ledger(ledger) as found:
        assert found.tally()[EntryState.DONE] == 1


def test_a_refusal_is_no_job(folder: Path, tmp_path: Path) -> None:
    """The next call is submitted."""

    async def main() -> None:
        async with served("mill_client", simulator.url, ledger=tmp_path / "l") as server, connected(server) as client:
            refused = await client.call_tool("grind", {"name": "x"})
            assert refused.structured_content["state"] == "refused"
            assert (await client.call_tool("grind", {"name": "x"})).structured_content["state"] == "succeeded"

    refusal = "- {match: {job: grind, nth: 1}, scenario: submit=400}\n" + QUICK
    with Simulator(mill(), key=KEY, scenarios=refusal) as simulator:
        run(main)


def test_what_is_unsure_is_settled_while_the_server_runs(folder: Path, tmp_path: Path) -> None:
    """The next call submits it: a host seldom ends its server."""
    ledger = tmp_path / "jobs.db"

    async def main() -> None:
        async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as client:
            lost = await client.call_tool("soak", {"name": "x"})
            assert lost.structured_content["state"] == "unsure"
            with Ledger(ledger) as found:
                assert found.retry(unsure=True) == 1
            assert (await client.call_tool("soak", {"name": "x"})).structured_content["state"] == "succeeded"

    loss = "- {match: {job: soak, nth: 1}, scenario: submit=lost}\n" + QUICK
    with Simulator(mill(), key=KEY, scenarios=loss) as simulator:
        run(main)


def test_a_clock_that_was_set_back_pays_nothing(folder: Path, tmp_path: Path) -> None:
    """The same call gives the same job, although its submit seems to be in the future."""
    ledger = tmp_path / "jobs.db"

    async def main() -> None:
        async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as client:
            one = await client.call_tool("grind", {"name": "x"})
            with sqlite3.connect(ledger) as database:
                database.execute("UPDATE job SET sent_at = sent_at + 5")
            again = await client.call_tool("grind", {"name": "x"})
            assert again.structured_content["job"] == one.structured_content["job"]

    with Simulator(mill(), key=KEY, scenarios=QUICK) as simulator:
        run(main)


def test_another_process_is_at_it(folder: Path, tmp_path: Path) -> None:
    """A call whose job another server submits at this moment says so, and makes none."""
    ledger, pid = tmp_path / "jobs.db", tmp_path / "pid"

    async def main() -> None:
        server = process(folder, simulator.url, "--ledger", str(ledger), pid_file=pid)
        async with connected(server) as client:
            first = asyncio.ensure_future(client.call_tool("soak", {"name": "x"}))
            while not simulator.state()["jobs"]:
                await asyncio.sleep(0.05)
            async with served("mill_client", simulator.url, ledger=ledger) as server, connected(server) as other:
                busy = await other.call_tool("soak", {"name": "x"})
                assert "in a few seconds" in busy.structured_content["next"]
                done = await first
                again = await other.call_tool("soak", {"name": "x"})
                assert again.structured_content["job"] == done.structured_content["job"]

    began = time.monotonic()
    with Simulator(mill(), key=KEY, scenarios="- scenario: submit=slow:1; duration=0.1") as simulator:
        run(main)
        assert made(simulator) == ["soak"]
    assert time.monotonic() - began < 20
