"""A program that knows no provider runs a five-minute job over MCP, and its server is killed meanwhile.

    PYTHONPATH=generated/scrapio python examples/agent_over_mcp.py

What a model would do is done by a few rules: it finds the tool by the words of its goal, takes the arguments from the
tool's schema, and does what the answers say. The provider is a simulator on this machine, whose time passes 60 times as
fast, as that of the servers: so the job takes five seconds. All else is as it is in earnest: the official client, real
processes, and a token that the second server gets from the agent alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Tool

SPEC = Path(__file__).parents[1] / "specs" / "scrapio.yaml"
GOAL = "follow the links of a site and fetch its pages"
SPEED = 60


def chosen(tools: list[Tool], goal: str) -> Tool:
    """The tool whose description has the most words of the goal."""
    words = set(re.findall(r"\w{4,}", goal.lower()))
    return max(tools, key=lambda tool: len(words & set(re.findall(r"\w{4,}", (tool.description or "").lower()))))


def arguments(schema: dict[str, Any]) -> dict[str, Any]:
    """Arguments for a tool: the example of its schema, or else what is required, by type."""
    if schema.get("examples"):
        found: dict[str, Any] = schema["examples"][0]
        return found
    made = {"string": "example", "integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
    return {name: made[schema["properties"][name].get("type", "string")] for name in schema.get("required", ())}


async def begun(server: StdioServerParameters, pid_file: Path) -> tuple[Tool, str]:
    """Begin the job, and kill the server while it runs; returns the tool and the token."""
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        tool = chosen(tools, GOAL)
        given = arguments(tool.input_schema)
        print(f"{len(tools)} tools, chosen: {tool.name}({json.dumps(given)})")
        answer = content(await client.call_tool(tool.name, given))
        print(f"after 45 s: {answer['state']}. {answer['next'].partition(':')[0]}")
        os.kill(int(pid_file.read_text(encoding="utf-8")), signal.SIGKILL)
        try:
            await client.list_tools()
        except MCPError:
            print("the server is killed")
    return tool, answer["job"]


async def ended(server: StdioServerParameters, token: str) -> dict[str, Any]:
    """The result of the job, from another server."""
    waits = 0
    async with Client(server) as client:
        while True:
            waits += 1
            answer = content(await client.call_tool("job_result", {"job": token}))
            if "result" in answer:
                print(f"another server, call {waits}: {answer['state']}")
                return answer


def content(answer: CallToolResult) -> dict[str, Any]:
    """The structured content of an answer, which the client has checked against the tool's schema."""
    assert not answer.is_error, answer.content
    found: dict[str, Any] = answer.structured_content
    return found


async def agent(base_url: str, folder: Path) -> bool:
    """Run the job over two servers; returns whether the result is what the tool's schema says."""
    from jsonschema import Draft202012Validator

    pid_file = folder / "pid"
    env = {"SCRAPIO_API_KEY": "simulated", "SCRAPIO_BASE_URL": base_url, "BIDE_SPEED": str(SPEED)}
    line = f"echo $$ > {pid_file}; exec {sys.executable} -m scrapio_client mcp"
    server = StdioServerParameters(command="sh", args=["-c", line], env={**os.environ, **env})
    tool, token = await begun(server, pid_file)
    answer = await ended(server, token)
    assert tool.output_schema is not None
    is_typed = Draft202012Validator(tool.output_schema).is_valid(answer)
    print(f"the result fits the schema of {tool.name}: {is_typed}; it has: {', '.join(answer['result'])}")
    return is_typed


@contextmanager
def simulator(folder: Path) -> Iterator[str]:
    """The provider: each job takes five minutes."""
    (folder / "scenarios.yaml").write_text("- scenario: duration=300\n", encoding="utf-8")
    command = [sys.executable, "-m", "bide", "serve", str(SPEC), "--port", "0", "--speed", str(SPEED)]
    command += ["--scenarios", str(folder / "scenarios.yaml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def main() -> int:
    """Returns the exit code."""
    with tempfile.TemporaryDirectory() as name, simulator(Path(name)) as base_url:
        return 0 if asyncio.run(agent(base_url, Path(name))) else 1


if __name__ == "__main__":
    sys.exit(main())
