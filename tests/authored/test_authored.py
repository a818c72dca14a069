"""Specs that newcomers wrote with the docs only: they work, and the tests of their packages pass.

Each led to a fix. None is a provider of this repository.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bide.cli.app import main
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.live.brook import imported
from tests.own_tests import own_tests

HERE = Path(__file__).parent
SPEED = 50.0


@dataclass(frozen=True)
class Authored:
    """A spec, with the arguments of its jobs and their results at the simulator."""

    name: str
    client: str
    jobs: dict[str, dict[str, Any]]
    brings: Any
    of: str = ""
    """The attribute of the result that is checked."""

    def __str__(self) -> str:
        return self.name


SPECS = [
    Authored("assemblyai", "AssemblyAI", {"transcript": {"audio_url": "x"}}, "Smoke from fires", of="text"),
    Authored(
        "replicate",
        "Replicate",
        {
            "prediction": {"version": "v", "input": {"text": "Alice"}},
            "model_prediction": {"model_owner": "o", "model_name": "m", "input": {"text": "Alice"}},
        },
        "hello Alice",
    ),
]


@pytest.fixture(scope="module", params=SPECS, ids=str)
def authored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Authored, Path]]:
    """A spec, and the folder with its importable package."""
    spec: Authored = request.param
    out = tmp_path_factory.mktemp("authored")
    assert main(["generate", str(HERE / f"{spec.name}.yaml"), "--out", str(out)]) == 0
    imported(f"{spec.name}_client", out / spec.name)
    yield spec, out / spec.name
    sys.path.remove(str(out / spec.name))


def test_every_spec_is_tested() -> None:
    """Each spec in the folder is in the list."""
    assert {spec.name for spec in SPECS} == {path.stem for path in HERE.glob("*.yaml")}


def test_it_has_no_problems(authored: tuple[Authored, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """`bide check` reports no errors and no warnings."""
    assert main(["check", str(HERE / f"{authored[0].name}.yaml")]) == 0
    assert capsys.readouterr() == ("1 spec checked, no problem found\n", "")


def test_its_own_tests_pass(authored: tuple[Authored, Path]) -> None:
    """The generated tests of the package pass."""
    _, folder = authored
    done = own_tests(folder, "-k", "examples or whatever", "tests")

    assert done.returncode == 0, done.stdout


def test_its_jobs_return_their_results(authored: tuple[Authored, Path]) -> None:
    """From the simulator, to the blocking and the asyncio client."""
    spec, _ = authored
    package = import_module(f"{spec.name}_client")
    text = (HERE / f"{spec.name}.yaml").read_text(encoding="utf-8")

    async def awaited(url: str, job: str, arguments: dict[str, Any]) -> Any:
        client = getattr(package, f"Async{spec.client}")
        async with client("k", base_url=url, clock=package.AsyncSystemClock(SPEED)) as made:
            return await getattr(made, job).run(**arguments)

    with Simulator(read_spec(spec.name, text), speed=SPEED) as simulator:
        client = getattr(package, spec.client)
        with client("k", base_url=simulator.url, clock=package.SystemClock(SPEED)) as made:
            for job, arguments in spec.jobs.items():
                for found in getattr(made, job).run(**arguments), asyncio.run(awaited(simulator.url, job, arguments)):
                    assert spec.brings == (getattr(found, spec.of) if spec.of else found)
