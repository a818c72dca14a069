"""Runs all code of a page, in order, in a folder of its own.

- `python` runs, all blocks of a page in one namespace. A block that starts with `# name.py` is saved instead.
- `console`: each line after `$ ` is a command; the text after it is its output.
- `yaml` is saved if it starts with `# name.yaml`, and otherwise edited into the spec of the page.
- `text` is the output of the block before it, with `...` for parts that vary between runs.

Only ports are replaced: 8700 and those after it may be in use on this machine.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]

PACKAGES = sorted(path.stem for path in (REPOSITORY / "specs").glob("*.yaml"))
"""The packages of the repository, each of which has a command of its name."""

_FENCE = re.compile(
    r"^```(?P<language>python|console|yaml)\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<prints>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"# ([\w-]+\.(?:yaml|py))\n")


@dataclass(frozen=True)
class Block:
    """One block of a page."""

    page: Path
    line: int
    """The index of its first line in the page, from 0."""
    language: str
    code: str
    prints: str | None
    """Its output, if the page has it."""

    @property
    def file(self) -> str:
        """The file that it is saved as, or an empty string."""
        named = _FILE.match(self.code)
        return named[1] if named else ""

    def compare(self, printed: str) -> None:
        """Raise `AssertionError` if the output differs from the page."""
        if self.prints is not None:
            same = OutputChecker().check_output(self.prints, printed, ELLIPSIS | NORMALIZE_WHITESPACE)
            assert same, f"{self.page.name}:{self.line + 1} prints\n\n{printed}\nand the page says\n\n{self.prints}"


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        yield Block(page, line, found["language"], found["code"], found["prints"])


@dataclass
class Reader:
    """Runs the blocks of a page."""

    folder: Path
    ports: dict[str, str]
    """A free port for each that a page may name."""
    monkeypatch: pytest.MonkeyPatch
    processes: ExitStack
    spec: str = ""
    """The spec of the page."""
    simulators: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    """By the command's `--port`, or an empty string."""
    installed: list[Path] = field(default_factory=list)

    def read(self, page: Path) -> None:
        """Run all blocks, in order."""
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for block in blocks(page):
            if block.file:
                (self.folder / block.file).write_text(self._placed(block.code), encoding="utf-8")
            elif block.language == "yaml":
                _edit(self.folder / self.spec, block.code)
            elif block.language == "console":
                self._type(block)
            else:
                block.compare(self._named(_run(block, self._placed(block.code), namespace)))

    def _placed(self, text: str) -> str:
        """Text of a page, with free ports."""
        return re.sub(r"\b(?:87\d\d|3128)\b", lambda port: self.ports[port[0]], text)

    def _named(self, text: str) -> str:
        """Output, with the ports of the page."""
        for port, free in self.ports.items():
            text = text.replace(f":{free}", f":{port}")
        return text

    def _type(self, block: Block) -> None:
        """Run each command of a block, and compare its output."""
        for typed in re.split(r"^\$ ", block.code.replace("\\\n", ""), flags=re.MULTILINE)[1:]:
            line, _, prints = typed.partition("\n")
            program, *arguments = shlex.split(line, comments=True)
            programs: dict[str, Callable[..., str]] = {
                "bide": self._bide,
                "export": self._export,
                "make": self._make,
                "pip": self._pip,
                "python": self._python,
                "python3": self._python,
                "source": self._source,
            }
            run = programs.get(program)
            printed = self._named(self._shell(self._placed(line)) if run is None else run(*arguments))
            Block(block.page, block.line, "console", line, prints or None).compare(printed)

    # --- the programs that a page may run ---

    def _bide(self, *arguments: str) -> str:
        if arguments[0] != "serve":
            return self._python("-m", "bide", *map(self._placed, arguments))
        port = arguments[arguments.index("--port") + 1] if "--port" in arguments else "8700"
        if port in self.simulators:
            self.simulators[port].terminate()
            self.simulators[port].wait()
        process = self.simulators[port] = self.processes.enter_context(
            self._started("-m", "bide", *arguments, "--port", self.ports[port])
        )
        self.processes.callback(process.terminate)
        assert process.stdout is not None
        printed = process.stdout.readline()
        while printed.count("/_bide/ shows") < sum(each.endswith(".yaml") for each in _specs(arguments)):
            line = process.stdout.readline()
            assert line, printed
            printed += line
        return printed

    def _shell(self, line: str) -> str:
        """Run a line in a shell, where the commands of the packages are installed."""
        commands = self.folder / ".bin"
        commands.mkdir(exist_ok=True)
        for package in PACKAGES:
            (commands / package).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {package}_client "$@"\n')
            (commands / package).chmod(0o755)
        path = os.pathsep.join([str(commands), os.environ["PATH"]])
        return self._started("sh", "-c", line, program=[], PATH=path).communicate()[0]

    def _export(self, *assignments: str) -> str:
        for assignment in assignments:
            name, _, value = assignment.partition("=")
            self.monkeypatch.setenv(name, self._placed(value))
        return ""

    def _source(self, script: str) -> str:
        """Activate an environment, which must be there. Python stays the one that runs the tests."""
        assert script.endswith("/bin/activate")
        assert (self.folder / script).exists(), script
        return ""

    def _pip(self, command: str, *projects: str) -> str:
        """Make packages importable; those without a folder of their own are already."""
        assert command == "install"
        for project in projects:
            if not project.startswith("."):
                assert find_spec(project), project
                continue
            folder = self.folder / project.partition("[")[0]
            assert (folder / "pyproject.toml").exists(), project
            if folder.parent.name == "generated":
                self.installed.append(folder)
                self.monkeypatch.syspath_prepend(folder)
        return ""

    def _python(self, *arguments: str) -> str:
        return self._started(*arguments).communicate()[0]

    def _make(self, target: str) -> str:
        assert re.search(rf"^{target}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
        return ""

    def _started(
        self, *arguments: str, program: Sequence[str] = (sys.executable,), **more: str
    ) -> subprocess.Popen[str]:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, self.installed)), "NO_COLOR": "1", **more}
        return subprocess.Popen(
            [*program, *arguments],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@contextmanager
def reading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in a folder, with free ports; its processes are ended."""
    monkeypatch.chdir(folder)
    with ExitStack() as sockets:
        ports = {port: _free_port(sockets) for port in ("8700", "8701", "8702", "3128")}
    with ExitStack() as processes:
        yield Reader(folder=folder, ports=ports, monkeypatch=monkeypatch, processes=processes)


def checkout(folder: Path, *, names: tuple[str, ...] = ("generated", "pyproject.toml", "runtime", "specs")) -> None:
    """Make *folder* look like a checkout of this repository."""
    for name in names:
        (folder / name).symlink_to(REPOSITORY / name)


def _free_port(sockets: ExitStack) -> str:
    free = sockets.enter_context(socket.socket())
    free.bind(("127.0.0.1", 0))
    return str(free.getsockname()[1])


def _specs(arguments: tuple[str, ...]) -> list[str]:
    """The specs in the arguments of `bide serve`."""
    return [each for each, before in zip(arguments[1:], arguments, strict=False) if not before.startswith("--")]


def _run(block: Block, code: str, namespace: dict[str, Any]) -> str:
    """Run a block; returns its output. `await` needs no function around it. Tracebacks show the line of the page."""
    tree = compile(
        "\n" * block.line + code, str(block.page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
    )
    compiled = compile(tree, str(block.page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with redirect_stdout(io.StringIO()) as printed:
        if compiled.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(compiled, namespace))
        else:
            exec(compiled, namespace)
    return printed.getvalue()


def _edit(path: Path, piece: str) -> None:
    """Replace the part of a spec with the same key."""
    key = re.match(r"\w+:", piece)
    assert key
    old = re.compile(rf"^{key[0]}.*\n( .*\n|\n(?= ))*", re.MULTILINE)
    text = path.read_text(encoding="utf-8")
    assert len(old.findall(text)) == 1, key[0]
    path.write_text(old.sub(lambda _: piece, text), encoding="utf-8")
