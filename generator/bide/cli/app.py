"""The command line: its commands, and the exit code of the process.

0: success. 1: a spec has problems, the output has drifted, or files cannot be written. 2: wrong usage. 130: Ctrl-C at a
prompt.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import click

from bide import __version__
from bide.cli.terminal import INTERRUPTED, OK, PROBLEM, USAGE, complain


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code of the process."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Do not fail if the terminal cannot show a character of a spec.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int | None = bide(args=arguments, prog_name="bide", standalone_mode=False)
        if sys.stdout is not None:  # None if stdout was closed before the process started
            sys.stdout.flush()
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f" (see `{context.command_path} --help`)" if context is not None else ""
        complain(error.format_message().rstrip(".") + hint)
        return error.exit_code
    except click.Abort:
        complain("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe. Without this, Python would try to flush again at exit, and fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    return code or OK


_COMMANDS = {
    "new": "bide.cli.new:new",
    "import": "bide.cli.documents.importing:import_",
    "check": "bide.cli.check:check",
    "explain": "bide.cli.explain:explain",
    "diff": "bide.cli.documents.differing:diff",
    "export": "bide.cli.documents.exporting:export",
    "docs": "bide.cli.documents.site:docs",
    "generate": "bide.cli.generate:generate",
    "serve": "bide.cli.serving.serve:serve",
    "try": "bide.cli.serving.playing:play",
    "trace": "bide.cli.serving.tracing:trace",
    "schema": "bide.cli.documents.schema:schema",
    "ledger": "bide.cli.ledger:ledger",
    "verify": "bide.cli.documents.verifying:verify",
}
"""The commands in the order of the help, by module and name."""


class _Commands(click.Group):
    """Imports a command when it is used, so that none pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in _COMMANDS:
            raise click.NoSuchCommand(cmd_name, possibilities=_COMMANDS, ctx=ctx)
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"max_content_width": 80})
@click.option("--version", is_flag=True, help="Print the version and exit.")
@click.pass_context
def bide(context: click.Context, version: bool) -> int:
    """Generate typed Python clients from YAML specs of job APIs.

    \b
    bide new acme                 write a first spec, for you to edit
    bide import openapi.yaml      or write it from an OpenAPI document
    bide check specs/*.yaml       check specs for problems
    bide generate specs/*.yaml    write a Python package for each spec
    bide verify specs/acme.yaml --recording session.har
                                  compare it with what the server said
    bide serve specs/acme.yaml    simulate the provider, without an API key
    bide try specs/acme.yaml      play with it: a simulator and a prompt
    bide trace run.jsonl          show what a client did

    A spec describes one provider: its operations, its jobs, and how to poll
    them. docs/spec.md explains the language. `bide schema` prints its JSON
    Schema, for editors.
    """
    if version:
        click.echo(f"bide {__version__}")
        context.exit(OK)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(USAGE)
    return OK
