"""The command line: its commands, and the exit code of the process.

0: success. 1: a spec has problems, the output has drifted, or files cannot be written. 2: wrong usage. 130: Ctrl-C at a
prompt.
"""

from __future__ import annotations

import io
import os
import sys

import click

from bide import __version__
from bide.cli.check import check
from bide.cli.documents.differing import diff
from bide.cli.documents.exporting import export
from bide.cli.documents.importing import import_
from bide.cli.documents.schema import schema
from bide.cli.documents.site import docs
from bide.cli.documents.verifying import verify
from bide.cli.explain import explain
from bide.cli.generate import generate
from bide.cli.ledger import ledger
from bide.cli.new import new
from bide.cli.serving.playing import play
from bide.cli.serving.serve import serve
from bide.cli.serving.tracing import trace
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


class _InOrder(click.Group):
    """Lists the commands in the order in which people use them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_InOrder, invoke_without_command=True, context_settings={"max_content_width": 80})
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


for _command in (
    new,
    import_,
    check,
    explain,
    diff,
    export,
    docs,
    generate,
    serve,
    play,
    trace,
    schema,
    ledger,
    verify,
):
    bide.add_command(_command)
