"""The commands of `bide`: their output, their effects and their exit codes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

import bide
from bide.cli.app import main
from bide.ir import Provider

NEVER_FAILS = Path(__file__).parents[1] / "spec" / "bad_specs" / "never-fails" / "spec.yaml"

SPEC = """\
bide: 1
name: {name}
title: Acme
class: Acme
description: Scrapes pages.
docs: https://acme.example/docs
base_url: https://api.acme.example
auth: {{bearer: true, env: ACME_API_KEY}}
models:
  Page:
    description: One page.
    fields:
      markdown: string
operations:
  fetch:
    description: Fetch one page.
    post: /fetch
    body: {{url: string}}
    returns: Page
"""


@dataclass
class Renderer:
    """Replaces the templates: every package has the files that a test sets."""

    files: dict[str, str] = field(default_factory=lambda: {"README.md": "# One\n", "acme/__init__.py": ""})

    def render(self, provider: Provider, *, vendor: bool) -> dict[str, str]:
        return dict(self.files)


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Renderer:
    module = ModuleType("bide.emit.render")
    stand_in = Renderer()
    vars(module).update(render=stand_in.render, RuntimeMissing=OSError)
    monkeypatch.setitem(sys.modules, "bide.emit.render", module)
    return stand_in


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new current folder for each test, with a spec in it."""
    monkeypatch.chdir(tmp_path)
    Path("acme.yaml").write_text(SPEC.format(name="acme"))
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# --- generate --------------------------------------------------------------------------------------------------------


def test_generate_lists_what_it_wrote(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each file that is added, changed or removed, and one for the package with the counts."""
    assert main(["generate", "acme.yaml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "added    generated/acme/.bide-manifest.json",
        "added    generated/acme/README.md",
        "added    generated/acme/acme/__init__.py",
        "acme: 3 added, 0 files unchanged",
    ]

    renderer.files = {"README.md": "# Two\n", "acme/client.py": "", "acme/models.py": ""}
    assert main(["generate", "acme.yaml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "changed  generated/acme/.bide-manifest.json",
        "changed  generated/acme/README.md",
        "removed  generated/acme/acme/__init__.py",
        "added    generated/acme/acme/client.py",
        "added    generated/acme/acme/models.py",
        "acme: 2 added, 2 changed, 1 removed, 0 files unchanged",
    ]

    assert main(["generate", "acme.yaml"]) == 0
    assert capsys.readouterr().out == "acme: 4 files unchanged\n"


def test_generate_writes_to_out(renderer: Renderer, here: Path) -> None:
    """`--out` may be a new folder; each package has its own folder in it."""
    Path("brick.yaml").write_text(SPEC.format(name="brick"))

    assert main(["generate", "acme.yaml", "brick.yaml", "--out", "a/b"]) == 0

    assert {path.name for path in Path("a/b").iterdir()} == {"acme", "brick"}


def test_a_problem_in_one_spec_writes_nothing(
    renderer: Renderer, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If any spec has a problem, nothing is written; all problems of all specs are printed and counted."""
    Path("one.yaml").write_text(SPEC.format(name="one").replace("title:", "titel:"))
    Path("two.yaml").write_text("{")

    assert main(["generate", "one.yaml", "acme.yaml", "two.yaml"]) == 1

    said = capsys.readouterr()
    assert not Path("generated").exists()
    assert said.out == ""
    assert 'did you mean "title"?' in said.err
    assert "3 | titel: Acme\n  | ^" in said.err
    assert "two.yaml:2:1: error[bad-yaml]" in said.err
    assert said.err.splitlines()[-1].startswith("bide: ")
    assert said.err.splitlines()[-1].endswith(" in 2 of 3 specs")


def test_two_specs_of_one_name_are_refused(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """Two specs with the same output folder are an error that names both."""
    Path("other.yaml").write_text(SPEC.format(name="acme"))

    assert main(["generate", "acme.yaml", "other.yaml"]) == 1

    assert capsys.readouterr().err == "bide: acme.yaml and other.yaml both describe acme\n"
    assert not Path("generated").exists()


def test_a_spec_that_is_named_twice_is_read_once(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """Overlapping shell patterns may pass the same file twice."""
    assert main(["generate", "acme.yaml", "./acme.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "acme: 3 added, 0 files unchanged"


def test_check_shows_drift_and_writes_nothing(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` prints a unified diff and what to do, exits with 1, and changes no file."""
    main(["generate", "acme.yaml"])
    capsys.readouterr()
    renderer.files["README.md"] = "# Two\n"

    assert main(["generate", "acme.yaml", "--check"]) == 1

    said = capsys.readouterr()
    assert "--- generated/acme/README.md\n+++ generated/acme/README.md\n@@ -1 +1 @@\n-# One\n+# Two\n" in said.out
    assert said.err == "bide: generated is out of date (acme): run `bide generate` with the specs\n"
    assert Path("generated/acme/README.md").read_text() == "# One\n"


def test_check_without_drift_is_one_line(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` of up-to-date output exits with 0."""
    main(["generate", "acme.yaml"])
    capsys.readouterr()

    assert main(["generate", "acme.yaml", "--check"]) == 0
    assert capsys.readouterr() == ("generated is up to date\n", "")


def test_check_before_the_first_generate_makes_no_folder(renderer: Renderer) -> None:
    """Missing output is drift, and nothing is created."""
    assert main(["generate", "acme.yaml", "--check"]) == 1
    assert not Path("generated").exists()


def test_edits_are_kept_unless_forced(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """A file edited by hand is reported in one line with what to do; `--force` overwrites it."""
    main(["generate", "acme.yaml"])
    Path("generated/acme/README.md").write_text("mine")
    capsys.readouterr()

    assert main(["generate", "acme.yaml"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "README.md" in line
    assert "--force" in line
    assert main(["generate", "acme.yaml", "--force"]) == 0
    assert Path("generated/acme/README.md").read_text() == "# One\n"


@pytest.mark.parametrize("out", ["acme.yaml", "acme.yaml/below", "/dev/null/below"])
def test_an_output_that_cannot_be_a_folder_is_one_line(
    renderer: Renderer, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An output folder that cannot be created is an error of one line."""
    assert main(["generate", "acme.yaml", "--out", out]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("bide: ")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_that_is_not_writable_is_one_line(renderer: Renderer, capsys: pytest.CaptureFixture[str]) -> None:
    """A read-only output folder is an error of one line, and is unchanged."""
    Path("generated").mkdir(mode=0o555)

    assert main(["generate", "acme.yaml"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "Permission denied" in line
    assert list(Path("generated").iterdir()) == []


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_of_good_specs(capsys: pytest.CaptureFixture[str]) -> None:
    """Valid specs are counted on standard output, with exit code 0."""
    assert main(["check", "acme.yaml"]) == 0
    assert capsys.readouterr() == ("1 spec checked, no problem found\n", "")


def test_check_of_text_that_is_not_utf8(capsys: pytest.CaptureFixture[str]) -> None:
    """A byte that is not UTF-8 is a problem with a place."""
    Path("latin.yaml").write_bytes(b"bide: 1\nname: \xc3\xa9\xe9\n")

    assert main(["check", "latin.yaml"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "latin.yaml:2:8: error[bad-character]: the byte 0xE9 is not UTF-8",
        "  |",
        "2 | name: é\ufffd",
        "  |        ^",
        "  = help: save the file as UTF-8",
        "",
        "bide: 1 problem in 1 of 1 spec",
    ]


def test_check_of_a_file_that_is_too_large(capsys: pytest.CaptureFixture[str]) -> None:
    """It is a problem of a few short lines."""
    Path("large.yaml").write_text("é" * 2_000_000)

    assert main(["check", "large.yaml"]) == 1
    assert "too-large" in (said := capsys.readouterr().err)
    assert len(said) < 300


def test_text_of_a_spec_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a spec are escaped."""
    Path("evil.yaml").write_text("bide: 1\nname: \x1b[2J\x07\n")

    assert main(["check", "evil.yaml"]) == 1
    assert "\x1b" not in (said := capsys.readouterr().err)
    assert "\\x1b[2J\\x07" in said


# --- serve -----------------------------------------------------------------------------------------------------------


@contextmanager
def serving(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`bide serve` in a process of its own, which is stopped after the test."""
    command = [sys.executable, "-m", "bide", "serve", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def announced(process: subprocess.Popen[str], number: int) -> dict[str, str]:
    """The URLs of this many simulators, by provider, once all of them are running."""
    assert process.stdout is not None
    urls: dict[str, str] = {}
    while len(urls) < number:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        if not line.startswith(" "):
            name, url = line.split()
            urls[name] = url
    return urls


def status_of(url: str) -> int:
    """The HTTP status of a submit with a key."""
    request = urllib.request.Request(
        url, b'{"url": "x"}', {"Authorization": "Bearer k", "Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as reply:
        return int(reply.status)


def answer_of(url: str) -> int:
    """The HTTP status of a submit with a key, also of one that fails."""
    try:
        return status_of(url)
    except urllib.error.HTTPError as error:
        return error.code


def test_serve_simulates_each_provider(here: Path) -> None:
    """Each spec has a simulator, which answers until the command is stopped."""
    Path("brick.yaml").write_text(SPEC.format(name="brick"))

    with serving("acme.yaml", "brick.yaml", "--port", "0") as process:
        urls = announced(process, 2)
        assert {status_of(f"{url}/fetch") for url in urls.values()} == {200}
        process.terminate()
        assert process.wait(15) == 0

    assert set(urls) == {"acme", "brick"}
    for url in urls.values():
        with pytest.raises(urllib.error.URLError):
            status_of(f"{url}/fetch")


def test_serve_prints_each_request(here: Path) -> None:
    """With `--log`: the time, the request and its answer; faults are named."""
    Path("day.yaml").write_text("- {match: {operation: fetch, nth: 2}, scenario: call=lost}\n- scenario: succeed\n")
    with serving("acme.yaml", "--port", "0", "--log", "--scenarios", "day.yaml") as process:
        url = announced(process, 1)["acme"]
        assert process.stdout is not None
        status_of(f"{url}/fetch")
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            status_of(f"{url}/fetch")
        told = ""
        while told.count("POST") < 2:
            told += process.stdout.readline()

    first, second = [line for line in told.splitlines() if "POST" in line]
    assert re.fullmatch(r" +\d+\.\d s  POST /fetch: 200", first)
    assert re.fullmatch(r" +\d+\.\d s  POST /fetch: no reply, connection closed", second)


def test_try_has_a_client_and_takes_commands(here: Path) -> None:
    """`bide try` runs a simulator, and a prompt for Python and commands of the package; it leaves nothing behind."""
    before = set(Path().rglob("*"))
    typed = "print('half', 40 + 2)\nclient.fetch(url='x')\nacme fetch --url x\nacme fetch\n1/0\n"
    done = subprocess.run(
        [sys.executable, "-m", "bide", "try", "acme.yaml", "--speed", "50"],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert 0 == done.returncode, done.stderr
    assert "half 42" in done.stdout
    assert "Page(markdown=" in done.stdout
    assert '{\n  "markdown": ' in done.stdout
    assert "error: --url must be given" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert before == set(Path().rglob("*"))


def test_try_of_a_bad_spec_says_what_is_wrong(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `bide check` does, and starts nothing."""
    Path("bad.yaml").write_text("bide: 1\n")

    assert main(["try", "bad.yaml"]) == 1
    assert "error[" in capsys.readouterr().err


def test_serve_of_several_specs_warns_once(here: Path) -> None:
    """Each spec has a process, and only that prints its warnings."""
    Path("never.yaml").write_bytes(NEVER_FAILS.read_bytes().replace(b"name: acme", b"name: never"))
    with serving("acme.yaml", "never.yaml", "--port", "0") as process:
        announced(process, 2)
        process.terminate()
        assert process.stderr is not None
        assert process.stderr.read().count("warning[never-fails]") == 1


def test_serve_on_a_port_that_is_taken(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error is one line, with exit code 1, and names the option for another port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "acme.yaml", "--port", str(port)]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert f"cannot listen on 127.0.0.1:{port}: " in line
    assert line.endswith("; choose another port with --port")


def test_serve_without_its_scenario_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing scenario file is a usage error; an unreadable one is an error of one line."""
    assert main(["serve", "acme.yaml", "--scenarios", "nix.yaml"]) == 2
    assert capsys.readouterr().err == "bide: nix.yaml: no such file\n"

    Path("bad.yaml").write_text("- scenario: explode\n")
    assert main(["serve", "acme.yaml", "--port", "0", "--scenarios", "bad.yaml"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "entry 1" in line


def test_serve_of_several_specs_with_one_scenario_file(here: Path) -> None:
    """An entry with a provider is for this one; another is for all of them."""
    Path("brick.yaml").write_text(SPEC.format(name="brick"))
    Path("day.yaml").write_text(
        "- {match: {provider: brick, operation: fetch, nth: 1}, scenario: call=503}\n"
        "- {match: {operation: fetch, nth: 2}, scenario: call=404}\n"
    )
    with serving("acme.yaml", "brick.yaml", "--port", "0", "--scenarios", "day.yaml") as process:
        urls = announced(process, 2)
        assert [answer_of(f"{urls['acme']}/fetch") for _ in range(2)] == [200, 404]
        assert [answer_of(f"{urls['brick']}/fetch") for _ in range(2)] == [503, 404]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{match: {operation: build}, scenario: succeed}",
            "entry 1: there is no operation 'build', only fetch (of acme); an entry for one of several providers names"
            " it: match: {provider: acme, ...}",
        ),
        (
            "{match: {provider: brik, operation: fetch}, scenario: succeed}",
            "entry 1: there is no provider 'brik', only acme, brick",
        ),
    ],
)
def test_serve_of_several_specs_with_a_file_that_does_not_fit(
    here: Path, capsys: pytest.CaptureFixture[str], entry: str, message: str
) -> None:
    """It is one error, before any simulator starts; it names the provider, and how an entry is for one of them."""
    Path("brick.yaml").write_text(SPEC.format(name="brick"))
    Path("day.yaml").write_text(f"- {entry}\n")

    assert main(["serve", "acme.yaml", "brick.yaml", "--port", "0", "--scenarios", "day.yaml"]) == 1
    assert capsys.readouterr().err == f"bide: day.yaml: {message}\n"


# --- the command itself ----------------------------------------------------------------------------------------------

USAGE = {
    "no spec": (["generate"], "Missing argument 'SPEC...' (see `bide generate --help`)"),
    "no spec to check": (["check"], "Missing argument 'SPEC...' (see `bide check --help`)"),
    "unknown option": (
        ["check", "--xyz", "acme.yaml"],
        "No such option '--xyz' (see `bide check --help`)",
    ),
    "unknown command": (["chekc"], "No such command 'chekc'. Did you mean 'check'? (see `bide --help`)"),
    "missing file": (["check", "acme.yaml", "nix.yaml"], "nix.yaml: no such file"),
    "folder": (["check", "."], ". is a folder: pass the YAML files in it"),
}


@pytest.mark.parametrize(("arguments", "line"), USAGE.values(), ids=USAGE)
def test_usage_errors(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on standard error, with exit code 2."""
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"bide: {line}\n")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bide {bide.__version__}\n"


COMMANDS = ["new", "check", "explain", "generate", "serve", "try", "trace", "schema"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_has_examples(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The help of every command has examples, and fits a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*command, "--help"]) == 0

    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert sum(line.strip().startswith("bide ") for line in lines) >= 2
    assert max(map(len, lines)) <= 80


def test_no_command_is_a_usage_error_with_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide` alone prints the help and exits with 2."""
    assert main([]) == 2
    assert "bide generate" in capsys.readouterr().out


def test_help_loads_nothing_heavy() -> None:
    """`bide --help` does not import the formatter, the schema validator, the templates or the server."""
    program = "import sys, bide.cli.app; bide.cli.app.main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & {"black", "jsonschema", "jinja2", "yaml", "starlette", "uvicorn"}


def test_runs_as_a_module() -> None:
    """`python -m bide` is `bide`, exit code included."""
    done = subprocess.run([sys.executable, "-m", "bide", "check"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("bide: Missing argument")


def test_a_link_to_itself_is_an_error_of_one_line(tmp_path: Path) -> None:
    """Like any other file that cannot be read."""
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")

    done = _bide(tmp_path, "check loop.yaml")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("bide: loop.yaml cannot be read: ")


def test_a_removed_current_folder(tmp_path: Path) -> None:
    """The error says that the spec does not exist."""
    (tmp_path / "gone").mkdir()

    done = _bide(tmp_path / "gone", "check acme.yaml", first='rmdir "$PWD"; ')

    assert (done.returncode, done.stderr) == (2, "bide: acme.yaml: no such file\n")


def test_closed_output(tmp_path: Path) -> None:
    """A command with closed standard output does its work without a traceback."""
    done = _bide(tmp_path, "explain >&-")

    assert (done.returncode, done.stderr) == (0, "")


def _bide(folder: Path, command: str, *, first: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'{first}"{sys.executable}" -m bide {command}'], cwd=folder, capture_output=True, text=True
    )
