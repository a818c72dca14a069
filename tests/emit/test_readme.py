"""The README and the page for new providers: a reader who types all of it gets what they say."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.runner import Block, difference, run

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
NEW_PROVIDER = REPOSITORY / "docs" / "add-a-provider.md"
CHECKING = REPOSITORY / "docs" / "checking.md"

SPEED = 50
"""How fast time passes, for the simulators and for the clients."""

_FENCE = re.compile(
    r"^```(?P<language>python|console|yaml)\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<prints>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Reader:
    """Types what a page says, in a folder of their own."""

    folder: Path
    port: int
    monkeypatch: pytest.MonkeyPatch
    processes: ExitStack
    simulator: subprocess.Popen[str] | None = None
    installed: list[Path] = field(default_factory=list)

    def read(self, page: Path, *, spec: str) -> None:
        """Do all that a page says, in its order. A block of YAML that does not name its file is edited into *spec*."""
        text = page.read_text(encoding="utf-8").replace("8700", str(self.port))
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for found in _FENCE.finditer(text):
            block = Block(page, text.count("\n", 0, found.start("code")), found["code"], None, found["prints"])
            match found["language"]:
                case "yaml":
                    name = re.match(r"# ([\w-]+\.yaml)\n", block.code)
                    if name:
                        (self.folder / name[1]).write_text(block.code, encoding="utf-8")
                    else:
                        _edit(self.folder / spec, block.code)
                case "console":
                    self._type(block)
                case _:
                    _compare(block, run(block, namespace))

    def _type(self, block: Block) -> None:
        """Type each command of a block, and compare what it prints."""
        for typed in re.split(r"^\$ ", block.code.replace("\\\n", ""), flags=re.MULTILINE)[1:]:
            line, _, prints = typed.partition("\n")
            program, *arguments = shlex.split(line)
            programs: dict[str, Callable[..., str]] = {
                "bide": self._bide,
                "make": self._make,
                "pip": self._pip,
                "python": self._python,
            }
            _compare(Block(block.page, block.line, line, None, prints or None), programs[program](*arguments))

    # --- the programs that a page may name ---

    def _bide(self, *arguments: str) -> str:
        if arguments[0] != "serve":
            return self._python("-m", "bide", *arguments)
        if self.simulator is not None:
            self.simulator.terminate()
            self.simulator.wait()
        faster = re.sub(r"(?<=--speed )\S+", str(SPEED), shlex.join(arguments))
        self.simulator = self.processes.enter_context(
            self._started("-m", "bide", *shlex.split(faster), "--port", str(self.port))
        )
        self.processes.callback(self.simulator.terminate)
        assert self.simulator.stdout is not None
        return "".join(self.simulator.stdout.readline() for _ in range(3))

    def _pip(self, command: str, *projects: str) -> str:
        """Make packages importable, with a faster clock for clients that are given none."""
        assert command == "install"
        for folder in (self.folder / project.partition("[")[0] for project in projects):
            assert (folder / "pyproject.toml").exists()
            if folder.parent.name == "generated":
                self.installed.append(folder)
                self.monkeypatch.syspath_prepend(folder)
                package = import_module(f"{folder.name}_client")
                for kind, module in (("SystemClock", "client"), ("AsyncSystemClock", "async_client")):
                    driver = import_module(f"bide_runtime.clients.{module}")
                    self.monkeypatch.setattr(driver, kind, partial(getattr(package, kind), SPEED))
        return ""

    def _python(self, *arguments: str) -> str:
        return self._started(*arguments).communicate()[0]

    def _make(self, target: str) -> str:
        assert re.search(rf"^{target}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
        return ""

    def _started(self, *arguments: str) -> subprocess.Popen[str]:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, self.installed)), "NO_COLOR": "1"}
        pipe, out = subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=out,
            text=True,
        )


def _edit(path: Path, piece: str) -> None:
    """Put a piece of a spec in the place of the piece with the same key."""
    key = re.match(r"\w+:", piece)
    assert key
    old = re.compile(rf"^{key[0]}.*\n( .*\n|\n(?= ))*", re.MULTILINE)
    text = path.read_text(encoding="utf-8")
    assert len(old.findall(text)) == 1, key[0]
    path.write_text(old.sub(lambda _: piece, text), encoding="utf-8")


def _compare(block: Block, printed: str) -> None:
    assert not difference(block, printed), difference(block, printed)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Somebody with an empty folder and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ExitStack() as processes:
        yield Reader(folder=tmp_path, port=port, monkeypatch=monkeypatch, processes=processes)


def test_the_readme_is_true(reader: Reader) -> None:
    """Each command of the README is a real one, and each block of its quickstart prints what it says."""
    reader.folder = REPOSITORY
    reader.read(README, spec="")


def test_a_provider_can_be_added(reader: Reader) -> None:
    """The page for new providers leads from nothing to a package that works and is tested."""
    (reader.folder / "specs").mkdir()
    reader.read(NEW_PROVIDER, spec="specs/skylark.yaml")


def test_a_spec_can_be_checked(reader: Reader) -> None:
    """The page on checking shows what is seen of a spec with slips in it, and of the same spec without them."""
    reader.read(CHECKING, spec="acme.yaml")


def test_the_readme_has_each_job() -> None:
    """The table of providers names each job and each operation of each spec, in its order."""
    rows = {cells[0]: cells for cells in _rows(README.read_text(encoding="utf-8"))}
    for path in sorted((REPOSITORY / "specs").glob("*.yaml")):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        _, jobs, operations, _ = rows[f"[{path.stem}](generated/{path.stem}/README.md)"]

        assert jobs.replace("`", "").split() == list(spec["jobs"])
        assert operations.replace("`", "").split() == list(spec["operations"])


def test_the_readme_has_each_command() -> None:
    """The table of commands names each command of `bide`."""
    done = subprocess.run([sys.executable, "-m", "bide", "--help"], capture_output=True, text=True, check=True)
    commands = re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE)

    assert len(commands) >= 5
    assert sorted(commands) == sorted(re.findall(r"^\| `bide (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", [README, NEW_PROVIDER], ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of this repository has a file at its end."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert targets
    assert not [target for target in targets if not (page.parent / target).exists()]


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]
