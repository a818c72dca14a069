"""Calls of tools by the official client: results, jobs that go on, and errors."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from bide.simulator import Simulator
from tests.runtime.apps.mcp.host import ERAS, KEY, connected, mill, over_http, process, run, served

SCENARIOS = """
- {match: {job: crack}, scenario: fail; duration=0.1}
- {match: {job: turn}, scenario: stall}
- {match: {job: dry}, scenario: duration=2.5}
- {match: {operation: weigh, nth: 2}, scenario: call=429:1*9}
- {match: {operation: weigh, nth: 3}, scenario: call=lost*9}
- {match: {operation: maybe, nth: 2}, scenario: answer=job; duration=0.1}
- scenario: duration=0.1
"""


@pytest.mark.parametrize("era", ERAS)
def test_a_job_runs_over_stdio(era: str, folder: Path) -> None:
    """The typed result of a job, with progress that grows, in each era of the protocol."""
    news: list[tuple[float, float | None, str | None]] = []

    async def told(*each: Any) -> None:
        news.append(each)

    async def main() -> Any:
        async with connected(process(folder, simulator.url), era) as client:
            await client.list_tools()
            return await client.call_tool("grind", {"name": "rye"}, progress_callback=told)

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator:
        answer = run(main)

    assert (answer.is_error, answer.structured_content["state"]) == (False, "succeeded")
    assert answer.structured_content["result"]["name"] == "rye"
    assert [each[0] for each in news] == sorted({each[0] for each in news})
    assert {each[2] for each in news} <= {"waiting", "working", "done"}


def test_a_job_runs_over_http(folder: Path) -> None:
    """The same over HTTP, for both eras on one port. A page on another host cannot use it."""
    import httpx2

    async def main() -> None:
        for era in ERAS:
            async with connected(address, era) as client:
                answer = await client.call_tool("grind", {"name": "rye"})
                assert answer.structured_content["result"]["name"] == "rye"
        async with httpx2.AsyncClient() as strangers:
            for headers, status in (({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)):
                body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
                more = {"accept": "application/json, text/event-stream", **headers}
                assert (await strangers.post(address, json=body, headers=more)).status_code == status

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator, over_http(folder, simulator.url) as address:
        run(main)


def test_a_long_job_is_taken_up_by_another_server(folder: Path) -> None:
    """A call does not wait for ever: its answer has a token, with which any server process of the package goes on."""

    async def main() -> None:
        async with connected(process(folder, simulator.url, "--wait", "1")) as client:
            began = (await client.call_tool("dry", {"name": "oats"})).structured_content
        assert (began["state"], "job_result" in began["next"]) == ("running", True)
        async with connected(process(folder, simulator.url), ERAS[1]) as client:
            await client.list_tools()
            ended = (await client.call_tool("job_result", {"job": began["job"]})).structured_content
        assert (ended["state"], ended["result"]["name"]) == ("succeeded", "oats")

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator:
        run(main)
        assert [job["submits"] for job in simulator.state()["jobs"]] == [1]


def test_the_answers_in_one_process(folder: Path) -> None:
    """What each kind of tool answers; the official client checks each answer against the tool's schema."""

    async def main() -> None:
        async with served("mill_client", simulator.url, wait=1.5) as server, connected(server) as client:
            await client.list_tools()

            async def call(tool: str, **arguments: Any) -> Any:
                return await client.call_tool(tool, arguments)

            failed = await call("crack", name="rye")
            assert failed.is_error
            assert failed.structured_content["state"] == "failed"
            assert failed.structured_content["error"]["reason"] == "The stone broke."
            assert "code: E_STONE\nreason: The stone broke.\n" in failed.content[0].text
            assert failed.structured_content["job"] in failed.content[0].text
            again = await call("job_result", job=failed.structured_content["job"])
            assert again.structured_content["error"]["kind"] == "JobFailed"

            again = await call("job_result", job=json.loads(failed.structured_content["job"]))
            assert again.structured_content["error"]["kind"] == "JobFailed"

            going = (await call("turn", name="x")).structured_content
            assert going["state"] in ("pending", "running")
            asked = (await call("job_cancel", job=going["job"])).structured_content
            assert "asked to cancel" in asked["next"]
            while (ended := await call("job_result", job=going["job"])).structured_content["state"] == "running":
                pass
            assert ended.structured_content["state"] == "cancelled"

            done = (await call("grind", name="x")).structured_content
            refused = await call("job_cancel", job=done["job"])
            assert refused.is_error
            assert "no way to cancel grind jobs" in refused.content[0].text

            assert (await call("weigh", name="x", weight=2)).structured_content["weight"] == 2
            busy = await call("weigh", name="x")
            assert (busy.is_error, busy.structured_content) == (True, None)
            assert "has not answered within 1.5 s" in busy.content[0].text
            lost = await call("weigh", name="x")
            assert "may have done it: look before you call the tool again" in lost.content[0].text

            assert (await call("maybe", name="x")).structured_content["state"] == "succeeded"
            job = (await call("maybe", name="x")).structured_content
            assert (job["state"], '"job":"grind"' in job["job"]) == ("succeeded", True)

            assert isinstance((await call("names")).structured_content["result"], list)
            assert (await call("shut")).structured_content == {"result": None}
            heard = (await call("hum")).structured_content
            assert heard["is_complete"]
            assert all(set(event) == {"count"} for event in heard["events"])

            bread = await call("bake", name="x")
            label = await call("label", name="x")
            for answer in (bread, label):
                file = answer.structured_content["file"]
                link = answer.content[-1]
                assert (link.type, link.uri, link.size) == ("resource_link", file["uri"], file["size"])
                [content] = (await client.read_resource(file["uri"])).contents
                assert len(base64.b64decode(content.blob)) == file["size"]
            listed = {resource.uri for resource in (await client.list_resources()).resources}
            assert {bread.content[-1].uri, label.content[-1].uri} == listed

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator:
        run(main)


def test_a_submit_outlives_its_call(folder: Path) -> None:
    """If a host gives up while a submit is under way, the next call that is the same gets its job."""

    async def main() -> None:
        async with served("mill_client", simulator.url, wait=0.4) as server, connected(server) as client:
            late = await client.call_tool("grind", {"name": "x", "weight": 1})
            assert (late.is_error, late.structured_content["state"]) == (True, "pending")
            with pytest.raises(MCPError, match="Timed out"):
                await client.call_tool("soak", {"name": "x"}, read_timeout_seconds=0.1)
            await asyncio.sleep(0.8)
            for tool, arguments in (("grind", {"weight": 1, "name": "x"}), ("soak", {"name": "x"})):
                assert (await client.call_tool(tool, arguments)).structured_content["state"] == "succeeded"

    slow = "- {match: {job: grind}, scenario: submit=slow:0.8; duration=0}\n"
    slow += "- {match: {job: soak}, scenario: submit=slow:0.3; duration=0}"
    with Simulator(mill(), key=KEY, scenarios=slow) as simulator:
        run(main)
        assert [job["submits"] for job in simulator.state()["jobs"]] == [1, 1]


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("grind", {}, "name"),
        ("grind", {"name": "x", "colour": "red"}, "colour"),
        ("grind", {"name": 5}, "name: Expected `str`"),
        ("grind", {"name": "x", "weight": 900}, "weight"),
        ("job_result", {}, "job"),
        ("job_result", {"job": "j1"}, "Pass `job` exactly"),
        ("job_result", {"job": '{"bide":1,"provider":"brook","job":"task","id":"1"}'}, "this client is for 'mill'"),
        ("job_cancel", {"job": 5}, "job"),
    ],
)
def test_wrong_arguments(tool: str, arguments: dict[str, Any], words: str, folder: Path) -> None:
    """The error of the tool names the argument, and nothing is sent."""

    async def main() -> Any:
        async with served("mill_client", "http://127.0.0.1:1") as server, connected(server) as client:
            return await client.call_tool(tool, arguments)

    answer = run(main)

    assert answer.is_error
    assert words in answer.content[0].text


def test_what_a_server_does_not_have(folder: Path) -> None:
    """An unknown tool or resource is an error of the protocol. There is no list of jobs without a ledger."""

    async def main() -> None:
        async with served("mill_client", "http://127.0.0.1:1") as server, connected(server) as client:
            for call in (client.call_tool("job_list", {}), client.read_resource("bide://result/0")):
                with pytest.raises(MCPError):
                    await call

    run(main)


def test_without_a_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools can be listed, and a call says which variable is missing."""
    monkeypatch.delenv("MILL_API_KEY")

    async def main() -> Any:
        async with served("mill_client", "http://127.0.0.1:1") as server, connected(server) as client:
            assert (await client.list_tools()).tools
            return await client.call_tool("grind", {"name": "x"})

    answer = run(main)

    assert answer.is_error
    assert "MILL_API_KEY" in answer.content[0].text


def test_hidden_files_are_not_sent(tmp_path: Path) -> None:
    """A stranger's text may ask a model to upload a user's secrets."""
    from bide_runtime.apps.mcp.calls import _check_files
    from bide_runtime.errors.client import InvalidArgument

    hidden = tmp_path / ".ssh" / "id"
    hidden.parent.mkdir()
    hidden.write_text("secret")
    (tmp_path / "harmless").symlink_to(hidden)
    (tmp_path / "open").write_text("x")

    _check_files("file", tmp_path / "open")
    for path in (hidden, tmp_path / "harmless"):
        with pytest.raises(InvalidArgument, match=r"file: .*hidden"):
            _check_files("file", [path])
