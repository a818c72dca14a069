"""The command line of a package: its commands, and how it ends."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from textwrap import shorten

import click

from ..catalog.catalog import Catalog
from .exits import FAILED, INTERRUPTED, USAGE

_MORE = {
    "ledger": "Look at a ledger of run-many.",
    "login": "Keep the key in the system's keyring.",
    "logout": "Remove it.",
    "mcp": "Serve the jobs and operations as tools for agents.",
    "completion": "Complete commands in bash, zsh or fish.",
}
"""The commands that every package has, with their short help."""


def main(catalog: Catalog, arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code of the process."""
    _open_closed_streams()
    _survive_any_text()
    app = App(catalog)
    name = str(catalog.command or f"python -m {catalog.package}")
    try:
        code = app.main(arguments, prog_name=name, complete_var=_complete_var(name), standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"\n  see: {context.command_path} --help" if context is not None else ""
        print(f"error: {error.format_message()}{hint}", file=sys.stderr)
        from .printing import Unprinted

        if not isinstance(error, Unprinted):
            return USAGE
        _drop_output()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return FAILED
    except OSError as error:
        if error.filename is not None:  # not of standard output
            return _failed(catalog, error, app.kind)
        _drop_output()
        print(f"error: the output cannot be written: {error.strerror}", file=sys.stderr)
        return FAILED
    except Exception as error:
        return _failed(catalog, error, app.kind)


class App(click.Group):
    """The commands of a package. Each is made when it is used, so that the help is there at once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._made: dict[str, Callable[[], click.Command]] = {}
        self._jobs = {job.command: job for job in catalog.jobs.values() if job.command and catalog.command}
        self._operations = {
            each.command: each for each in catalog.operations.values() if each.command and catalog.command
        }
        self.kind: str | None = None
        """The kind of job of the command that runs, by its name in the client."""
        super().__init__(
            catalog.command or catalog.name,
            help=f"{catalog.description}\n\n{catalog.title}'s documentation: {catalog.docs}",
            params=[
                click.Option(["--version"], is_flag=True, is_eager=True, callback=self._version, expose_value=False)
            ],
            context_settings={"max_content_width": 100, "auto_envvar_prefix": None},
            no_args_is_help=True,
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, jobs first."""
        return [*self._jobs, *self._operations, *self._more]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, made now."""
        if cmd_name in self._jobs:
            from .jobs import JobGroup

            self.kind = self._jobs[cmd_name].name
            return JobGroup(self._catalog, self._jobs[cmd_name])
        if cmd_name in self._operations:
            from .operations import operation_command

            self.kind = self._operations[cmd_name].job
            return operation_command(self._catalog, self._operations[cmd_name])
        if cmd_name not in self._more:
            return None
        from . import more

        if cmd_name == "completion":
            return more.completion(self._catalog, self)
        made: click.Command = getattr(more, cmd_name)(self._catalog)
        return made

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under headings, without making them."""
        sections: dict[str, list[tuple[str, str]]] = {
            "Jobs": [(name, job.description) for name, job in self._jobs.items()],
            "Operations": [(name, each.description) for name, each in self._operations.items()],
            "More": list(self._more.items()),
        }
        width = formatter.width - max((len(name) for rows in sections.values() for name, _ in rows), default=0) - 4
        for heading, rows in sections.items():
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(
                        [(name, shorten(text, max(width, 20), placeholder="...")) for name, text in rows]
                    )

    @property
    def _more(self) -> dict[str, str]:
        catalog = self._catalog
        hidden = set()
        if catalog.server is None:
            hidden.add("mcp")
        if not catalog.secrets:
            hidden |= {"login", "logout"}
        if not self._jobs:
            hidden.add("ledger")
        if catalog.command is None:
            hidden |= set(_MORE) - {"mcp"}
        return {name: text for name, text in _MORE.items() if name not in hidden}

    def _version(self, ctx: click.Context, _: click.Parameter, is_wanted: bool) -> None:
        if is_wanted:
            print(f"{self._catalog.distribution} {self._catalog.version}")
            ctx.exit()


def _failed(catalog: Catalog, error: Exception, kind: str | None) -> int:
    """Print an error of the client in two lines; any other is a bug, and raised."""
    from ...errors.client import ClientError
    from .exits import exit_code, lines

    if not isinstance(error, ClientError):
        raise error
    what, advice = lines(catalog, error, kind)
    print(f"error: {what}", file=sys.stderr)
    if advice:
        print(f"  {advice}", file=sys.stderr)
    return exit_code(error)


def _complete_var(name: str) -> str:
    return f"_{name.upper().replace('-', '_')}_COMPLETE"


def _drop_output() -> None:
    """Write no more to standard output: its reader has closed the pipe, or the disk is full.

    Without this, Python would try to flush again at exit, and fail.
    """
    with suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed_streams() -> None:
    """A program may be started without standard input, output or errors: they are empty, or go nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # until the process ends


def _survive_any_text() -> None:
    """Do not fail if the terminal cannot show a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
