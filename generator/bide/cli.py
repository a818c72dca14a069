"""The command line: which commands there are, and the exit code of the process.

0: all is well. 1: a spec has problems, the output has drifted, or it cannot be written. 2: the command makes no sense.
130: Ctrl-C at a question.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from bide import __version__
from bide.commands.check import check
from bide.commands.explain import explain
from bide.commands.generate import generate
from bide.commands.new import new
from bide.commands.schema import schema
from bide.commands.serve import serve
from bide.commands.terminal import INTERRUPTED, OK, PROBLEM, USAGE, complain

_app = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

for _command in (new, check, explain, generate, serve, schema):
    _app.command()(_command)


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
        complain(error.format_message().rstrip(".") + hint)
        return error.exit_code
    except typer.Abort:
        complain("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would try to flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    return code or OK


@_app.callback(invoke_without_command=True)
def bide(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> int:
    """From a YAML spec of a job API to typed Python clients that wait correctly.

    \b
    bide new acme                 write a first spec, to be edited
    bide check specs/*.yaml       is anything wrong with the specs?
    bide generate specs/*.yaml    write a Python package for each of them
    bide serve specs/acme.yaml    try a package on a simulator, without a key

    A spec describes one provider: its operations, its jobs, and how they
    are polled. docs/spec.md explains the language, and `bide schema` tells
    editors of it.
    """
    if version:
        typer.echo(f"bide {__version__}")
        raise typer.Exit(OK)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), nl=False)
        raise typer.Exit(USAGE)
    return OK
