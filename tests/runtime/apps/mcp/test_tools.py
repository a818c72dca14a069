"""The tools of every provider: their schemas are valid, and what they answer fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bide_runtime import AsyncSystemClock
from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.mcp.tools import CANCEL, LIST, RESULT, entries_of, tools_of
from jsonschema import Draft202012Validator

from bide.simulator import Simulator
from tests.providers.made import NAMES, Packages, provider
from tests.runtime.apps.mcp.host import connected, run, served

SPEED = 8.0
REPOSITORY = Path(__file__).parents[4]
GENERATED = ("anakin", "knowledgesdk", "scrapio")
NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
"""Of a tool, by the protocol."""


@pytest.fixture(params=[*NAMES, *GENERATED])
def catalog(request: pytest.FixtureRequest, packages: Packages, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """The catalog of each provider."""
    name: str = request.param
    if name in GENERATED:
        monkeypatch.syspath_prepend(REPOSITORY / "generated" / name)
        return Catalog.of(f"{name}_client")
    return Catalog.of(packages[name].__name__)


def test_the_schemas_are_valid(catalog: Catalog) -> None:
    """They stand alone, and the example of a tool fits its input."""
    for name, tool in tools_of(catalog, has_ledger=True).items():
        assert NAME.fullmatch(name)
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            assert set(_references(schema)) <= {f"#/$defs/{each}" for each in schema.get("$defs", {})}
        for example in tool.input_schema.get("examples", ()):
            Draft202012Validator(tool.input_schema).validate(example)


def test_each_exposed_job_and_operation_has_a_tool(catalog: Catalog) -> None:
    """And there are the tools for jobs: one to cancel only where a kind can be cancelled."""
    tools = tools_of(catalog, has_ledger=True)
    ours = {RESULT, LIST} if catalog.jobs else set()
    if any(job.can_be_cancelled for job in catalog.jobs.values()):
        ours.add(CANCEL)

    assert tools.keys() == entries_of(catalog).keys() | ours
    assert tools_of(catalog, has_ledger=False).keys() == tools.keys() - {LIST}
    for operation in catalog.operations.values():
        if operation.tool:
            hints = tools[operation.tool].annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.destructive_hint) == (operation.is_read_only, operation.is_destructive)


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_works(name: str, packages: Packages, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each takes its example, and answers what its output schema says: the official client checks it."""
    catalog = Catalog.of(packages[name].__name__)
    for secret in catalog.secrets:
        monkeypatch.setenv(secret.env, "key")
    monkeypatch.chdir(tmp_path)
    Path("example.bin").write_bytes(b"example")

    async def main() -> dict[str, Any]:
        clock = AsyncSystemClock(SPEED)
        async with served(catalog.package, simulator.url, clock=clock) as server, connected(server) as client:
            tools = (await client.list_tools()).tools
            return {
                tool.name: await client.call_tool(tool.name, example)
                for tool in tools
                for example in tool.input_schema.get("examples", ())
            }

    with Simulator(provider(name), key="key", speed=SPEED, scenarios="- scenario: duration=1") as simulator:
        answers = run(main)

    entries = entries_of(catalog)
    assert answers.keys() == {tool for tool, entry in entries.items() if entry.example is not None}
    assert {tool: answer.content for tool, answer in answers.items() if answer.is_error} == {}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)
