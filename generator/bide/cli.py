"""The command line: reads specs, prints what there is to say, and decides the exit code.

0: all is well. 1: a spec has problems, the output has drifted, or it cannot be written. 2: the command makes no sense.

What a command needs is imported in it, so that `bide --help` does not wait for a formatter and a schema validator.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bide import __version__

if TYPE_CHECKING:
    from bide.diagnostics import Diagnostic
    from bide.ir import Provider
    from bide.write import Package

_OK, _PROBLEM, _USAGE = 0, 1, 2

_app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

Specs = Annotated[list[Path], typer.Argument(metavar="SPEC", help="One YAML file per provider.", show_default=False)]


class _UsageError(typer.TyperException):
    """The command makes no sense; its message is one line."""

    exit_code = _USAGE


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code of the process."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character of a spec is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _app(args=arguments, prog_name="bide", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        hint = f" (see `{context.command_path} --help`)" if context is not None else ""
        _complain(error.format_message().rstrip(".") + hint)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would try to flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PROBLEM
    return code or _OK


@_app.callback(invoke_without_command=True)
def bide(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> int:
    """From a YAML spec of a job API to typed Python clients that wait correctly.

    \b
    bide check specs/*.yaml       is anything wrong with the specs?
    bide generate specs/*.yaml    write a Python package for each of them
    bide serve specs/acme.yaml    try a package on a simulator, without a key

    A spec describes one provider: its operations, its jobs, and how they
    are polled. docs/spec.md explains the language.
    """
    if version:
        typer.echo(f"bide {__version__}")
        raise typer.Exit(_OK)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), nl=False)
        raise typer.Exit(_USAGE)
    return _OK


@_app.command()
def generate(
    specs: Specs,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the packages go, each in a folder of its own.")
    ] = Path("generated"),
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; show as a diff what would change, and exit 1 if anything would."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite and remove files even if they were edited by hand.")
    ] = False,
) -> int:
    """Write a Python package for each spec, and print which files that added, changed and removed.

    \b
    bide generate specs/acme.yaml             writes generated/acme/
    bide generate specs/*.yaml --out build    writes build/<provider>/
    bide generate specs/*.yaml --check        for CI: up to date?

    If any spec has a problem, nothing is written. What a killed run left
    half done is finished by the next one. Files that Bide did not write, or
    that were edited since, are never lost without --force.

    Exit code: 0 if the packages are up to date now, 1 for problems or drift,
    2 for a wrong command.
    """
    found = _checked(specs)
    if found is None or not _are_different(found[0]):
        return _PROBLEM
    providers = list(found[0].values())
    return _on_disk(lambda: _compare(out, providers) if check else _write(out, providers, force=force))


@_app.command()
def check(specs: Specs) -> int:
    """Print every problem of every spec, each with its place and a way out. Writes nothing.

    \b
    bide check specs/acme.yaml
    bide check specs/*.yaml

    Exit code: 0 if there is no problem, 1 if there is one, 2 for a wrong
    command.
    """
    from bide import report

    found = _checked(specs)
    if found is None:
        return _PROBLEM
    providers, warnings = found
    typer.echo(report.verdict(warnings, specs=len(providers)))
    return _OK


@_app.command()
def serve(
    specs: Specs,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the first simulator; the next ones follow. 0: any free ones.")
    ] = 8700,
    speed: Annotated[float, typer.Option(min=0.001, help="How many times faster than life jobs go.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed and requests give the same replies.")] = 0,
    scenarios: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What shall become of which job; YAML.", show_default=False)
    ] = None,
) -> int:
    """Simulate each provider on this machine, until Ctrl-C.

    \b
    bide serve specs/acme.yaml                 on http://127.0.0.1:8700
    bide serve specs/*.yaml --port 9000        on 9000, 9001 and so on
    bide serve specs/acme.yaml --speed 20      a minute takes 3 seconds
    bide serve specs/acme.yaml --scenarios bad-day.yaml

    A simulator takes any API key, checks requests against the spec, walks
    each job through its lifecycle and answers with the spec's examples. What
    goes wrong is scripted: in a scenario file, or for one job in the request
    header X-Bide-Scenario, as in `fail; duration=3; poll=429,502`.

    Exit code: 0 after Ctrl-C, 1 for problems, 2 for a wrong command.
    """
    found = _checked(specs)
    if found is None:
        return _PROBLEM
    if len(found[0]) == 1:
        script = _contents([scenarios]) if scenarios else {}
        return _simulate(*found[0].values(), port=port, speed=speed, seed=seed, script=b"".join(script.values()))
    from bide.processes import run_together

    options = ["--speed", str(speed), "--seed", str(seed), *(["--scenarios", str(scenarios)] if scenarios else [])]
    commands = [
        [sys.executable, "-P", "-m", "bide", "serve", "--port", str(port + number if port else 0), *options, "--", file]
        for number, file in enumerate(found[0])
    ]
    return run_together(commands)


def _simulate(provider: Provider, *, port: int, speed: float, seed: int, script: bytes) -> int:
    from bide import report
    from bide.simulator.scenario import ScenarioError
    from bide.simulator.server import SimulatorError
    from bide.simulator.server import serve as serve_forever

    def say(url: str) -> None:
        typer.echo(report.simulator(provider, url))
        sys.stdout.flush()

    scenarios = script.decode("utf-8", "replace")
    try:
        serve_forever(provider, port=port, speed=speed, seed=seed, scenarios=scenarios, ready=say)
    except (SimulatorError, ScenarioError) as error:
        _complain(" ".join(str(error).split()))
        return _PROBLEM
    except KeyboardInterrupt:
        pass
    return _OK


def _checked(specs: list[Path]) -> tuple[dict[str, Provider], list[Diagnostic]] | None:
    """What each spec says, by its file, and the warnings about them; `None` for errors. Prints all of these."""
    from bide import report
    from bide.build import build
    from bide.diagnostics import SpecError
    from bide.pipeline import checked
    from bide.specfile import text_of

    contents = _contents(specs)
    providers: dict[str, Provider] = {}
    diagnostics: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for file, content in contents.items():
        try:
            sources[file] = text_of(file, content)
            document, warnings = checked(file, sources[file])
            diagnostics += warnings
            providers[file] = build(document)
        except SpecError as error:
            diagnostics += error.diagnostics
    if diagnostics:
        _complain_at_length(report.problems(diagnostics, sources) + "\n")
    if len(providers) < len(contents):
        _complain(report.verdict(diagnostics, specs=len(contents)))
        return None
    return providers, diagnostics


def _contents(specs: list[Path]) -> dict[str, bytes]:
    """What is in each file, each read once. What cannot be read is a usage error, and named before any work is done."""
    from bide.specfile import content_of

    contents = {}
    for path in {path.resolve(): path for path in specs}.values():
        try:
            contents[path.as_posix()] = content_of(path)
        except FileNotFoundError:
            raise _UsageError(f"{path}: there is no such file") from None
        except IsADirectoryError:
            raise _UsageError(f"{path} is a folder; name the YAML files in it") from None
        except OSError as error:
            raise _UsageError(f"{path} cannot be read: {error.strerror}") from None
    return contents


def _are_different(providers: dict[str, Provider]) -> bool:
    """Whether each spec is about a provider of its own. Prints which are not."""
    files: dict[str, str] = {}
    for file, provider in providers.items():
        first = files.setdefault(provider.name, file)
        if first != file:
            _complain(f"{first} and {file} both describe {provider.name}")
    return len(files) == len(providers)


def _rendered(providers: list[Provider]) -> list[Package]:
    from bide.render import render
    from bide.write import Package

    return [Package(name=each.name, files=render(each), spec_file=each.spec_file) for each in providers]


def _write(out: Path, providers: list[Provider], *, force: bool) -> int:
    from bide import report, write

    for change in write.write(out, _rendered(providers), force=force):
        typer.echo(report.changes(change))
    return _OK


def _compare(out: Path, providers: list[Provider]) -> int:
    from bide import report, write

    drifted = [change for change in write.drift(out, _rendered(providers)) if change]
    for change in drifted:
        typer.echo(report.printable(write.difference(change)), nl=False)
    if not drifted:
        typer.echo(f"{out.as_posix()} is up to date")
        return _OK
    names = ", ".join(change.folder.name for change in drifted)
    _complain(f"{out.as_posix()} does not fit the specs ({names}): run `bide generate`")
    return _PROBLEM


def _on_disk(work: Callable[[], int]) -> int:
    """Do *work*; what the disk refuses is one line and exit code 1."""
    from bide import report
    from bide.journal import NotWritten

    try:
        return work()
    except NotWritten as refusal:
        for line in str(refusal).splitlines():
            _complain(line)
    except BrokenPipeError:
        raise
    except OSError as error:
        _complain(report.failure(error))
    return _PROBLEM


def _complain(line: str) -> None:
    _complain_at_length(f"bide: {line}")


def _complain_at_length(text: str) -> None:
    from bide.report import printable

    typer.echo(printable(text), err=True)
