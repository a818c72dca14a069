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
    providers = _checked(specs)
    if providers is None:
        return _PROBLEM
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
    return _PROBLEM if _checked(specs, say_so=True) is None else _OK


def _checked(specs: list[Path], *, say_so: bool = False) -> list[Provider] | None:
    """What the specs say; or `None`, after all their problems were printed."""
    specs = _each_once(specs)
    from bide import report
    from bide.build import build
    from bide.diagnostics import SpecError
    from bide.pipeline import checked
    from bide.specfile import text_of

    providers: list[Provider] = []
    diagnostics: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for path in specs:
        file = path.as_posix()
        try:
            sources[file] = text_of(path)
            document, warnings = checked(file, sources[file])
            diagnostics += warnings
            providers.append(build(document))
        except SpecError as error:
            diagnostics += error.diagnostics
    if diagnostics:
        _complain_at_length(report.problems(diagnostics, sources) + "\n")
    if len(providers) < len(specs):
        _complain(report.verdict(diagnostics, specs=len(specs)))
        return None
    if say_so:
        typer.echo(report.verdict(diagnostics, specs=len(specs)))
    return providers


def _each_once(specs: list[Path]) -> list[Path]:
    """The specs, each file once. Raises a usage error for what cannot be a spec, before any work is done."""
    for path in specs:
        if path.is_dir():
            raise _UsageError(f"{path} is a folder; name the YAML files in it")
        if not path.exists():
            raise _UsageError(f"{path}: there is no such file")
        if not os.access(path, os.R_OK):
            raise _UsageError(f"{path} cannot be read: permission denied")
    return list({path.resolve(): path for path in specs}.values())


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
        _complain(f"cannot write: {report.failure(error)}")
    return _PROBLEM


def _complain(line: str) -> None:
    _complain_at_length(f"bide: {line}")


def _complain_at_length(text: str) -> None:
    from bide.report import printable

    typer.echo(printable(text), err=True)
