"""The Tasks extension: a job as a task, which any server process of the package answers for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import mcp_types as types
import pytest
from mcp import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.shared.exceptions import MCPError
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from bide.simulator import Simulator
from tests.runtime.apps.mcp.host import ERAS, KEY, connected, mill, over_http, process, run, served

IDENTIFIER = "io.modelcontextprotocol/tasks"
SCENARIOS = """
- {match: {job: crack}, scenario: fail; duration=0.2}
- {match: {job: turn}, scenario: stall}
- scenario: duration=0.3
"""


class Created(types.Result):
    """`CreateTaskResult` of the extension."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    result_type: Literal["task"]
    task_id: str
    status: str
    created_at: str
    last_updated_at: str
    ttl_ms: int | None
    poll_interval_ms: int


class Asked(types.RequestParams):
    task_id: str


class AskedForInput(Asked):
    input_responses: dict[str, Any]


class Get(types.Request[Asked, Literal["tasks/get"]]):
    name_param = "taskId"
    method: Literal["tasks/get"] = "tasks/get"
    params: Asked


class Cancel(types.Request[Asked, Literal["tasks/cancel"]]):
    name_param = "taskId"
    method: Literal["tasks/cancel"] = "tasks/cancel"
    params: Asked


class Update(types.Request[AskedForInput, Literal["tasks/update"]]):
    name_param = "taskId"
    method: Literal["tasks/update"] = "tasks/update"
    params: AskedForInput


class Anything(types.Result):
    model_config = ConfigDict(extra="allow")


class TasksOfHost(ClientExtension):
    """The host's part: it takes tasks, and leaves them to the test."""

    identifier = IDENTIFIER

    def claims(self) -> Sequence[ResultClaim[Any]]:
        async def resolve(created: Created, context: ClaimContext) -> types.CallToolResult:
            raise AssertionError

        return [ResultClaim(result_type="task", model=Created, resolve=resolve)]


async def begun(client: Client, tool: str, **arguments: Any) -> Any:
    """What a call answers: a task, or a result."""
    return await client.session.call_tool(tool, arguments, allow_claimed=True)


async def asked(client: Client, request: Any) -> dict[str, Any]:
    return (await client.session.send_request(request, Anything)).model_dump(by_alias=True)


async def ended(client: Client, task: str) -> dict[str, Any]:
    """The task when it is over, polled as the server suggests."""
    while (found := await asked(client, Get(params=Asked(task_id=task))))["status"] == "working":
        await asyncio.sleep(found["pollIntervalMs"] / 1000)
    return found


def test_a_job_is_a_task_for_any_server(folder: Path) -> None:
    """Its id is the token, so another process, here over HTTP, answers with what the tool would have answered."""

    async def main() -> None:
        async with connected(process(folder, simulator.url), ERAS[0], TasksOfHost()) as client:
            task = await begun(client, "grind", name="rye")
            assert isinstance(task, Created)
            assert task.status == "working"
        async with connected(address, ERAS[0], TasksOfHost()) as client:
            over = await ended(client, task.task_id)
            again = await asked(client, Get(params=Asked(task_id=task.task_id)))
            assert over["result"] == again["result"]
            assert over["resultType"] == "complete"
            assert (over["status"], over["taskId"]) == ("completed", task.task_id)
            assert over["createdAt"] == task.created_at
            result = over["result"]["structuredContent"]
            assert (result["state"], result["result"]["name"], result["job"]) == ("succeeded", "rye", task.task_id)
            answer = await client.call_tool("job_result", {"job": task.task_id})
            assert answer.structured_content == result

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator, over_http(folder, simulator.url) as address:
        run(main)


def test_how_tasks_end(folder: Path, tmp_path: Path) -> None:
    """A failed job is a completed task with the tool's error; files and cancellations work; the ledger has it all."""

    async def main() -> None:
        async with (
            served("mill_client", simulator.url, ledger=tmp_path / "jobs.db") as server,
            connected(server, ERAS[0], TasksOfHost()) as client,
        ):
            failed = await ended(client, (await begun(client, "crack", name="x")).task_id)
            assert (failed["status"], failed["result"]["isError"]) == ("completed", True)
            assert failed["result"]["structuredContent"]["error"]["reason"] == "The stone broke."

            bread = await ended(client, (await begun(client, "bake", name="x")).task_id)
            assert bread["result"]["content"][-1]["type"] == "resource_link"

            stone = (await begun(client, "turn", name="x")).task_id
            assert (await asked(client, Update(params=AskedForInput(task_id=stone, input_responses={}))))[
                "resultType"
            ] == "complete"
            assert (await asked(client, Cancel(params=Asked(task_id=stone))))["resultType"] == "complete"
            assert (await ended(client, stone))["status"] == "cancelled"

            task = (await begun(client, "dry", name="x")).task_id
            await asked(client, Cancel(params=Asked(task_id=task)))
            going = await asked(client, Get(params=Asked(task_id=task)))
            assert going["statusMessage"].endswith("the provider has no way to cancel it")
            await ended(client, task)

            assert (await begun(client, "dry", name="x")).task_id == task
            listed = (await client.call_tool("job_list", {})).structured_content["jobs"]
            assert [job["state"] for job in listed] == ["done", "failed", "done", "failed"]

            wrong = await begun(client, "grind")
            assert wrong.is_error
            assert (await begun(client, "weigh", name="x")).structured_content

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator:
        run(main)


def test_who_gets_no_task(folder: Path) -> None:
    """Hosts that do not ask for tasks get results, and errors for the extension's requests."""

    async def main() -> None:
        async with served("mill_client", simulator.url) as server:
            async with connected(server) as client:
                answer = await client.call_tool("grind", {"name": "x"})
                get = Get(params=Asked(task_id=answer.structured_content["job"]))
                with pytest.raises(MCPError) as refused:
                    await asked(client, get)
                assert refused.value.code == types.MISSING_REQUIRED_CLIENT_CAPABILITY
            async with connected(server, ERAS[0], TasksOfHost()) as client:
                for token in ("x", '{"bide":1,"provider":"brook","job":"task","id":"1"}'):
                    with pytest.raises(MCPError) as unknown:
                        await asked(client, Get(params=Asked(task_id=token)))
                    assert unknown.value.code == types.INVALID_PARAMS
                gone = answer.structured_content["job"].replace('"id":"grind_', '"id":"nothing_')
                with pytest.raises(MCPError, match="could not be looked at"):
                    await ended(client, gone)
            async with connected(server, ERAS[1]) as client:
                assert (await client.call_tool("grind", {"name": "x"})).structured_content["state"] == "succeeded"
                with pytest.raises(MCPError) as unknown:
                    await asked(client, get)
                assert unknown.value.code == types.METHOD_NOT_FOUND

    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator:
        run(main)
