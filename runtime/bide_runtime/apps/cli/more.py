"""Commands that every package has: login, logout, ledger, completion, mcp."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..catalog.catalog import Catalog
from . import keys
from .exits import DONE
from .options import Command
from .session import connection

_SHELLS = ("bash", "zsh", "fish")


def login(catalog: Catalog) -> click.Command:
    """The command that keeps keys in the system's keyring."""

    def run(**parameters: Any) -> int:
        asked = keys.asked(catalog)
        keys.store(catalog, parameters["own_base_url"], {each.argument: keys.prompted(each) for each in asked})
        print("stored in the keyring; a variable of the environment comes first", file=sys.stderr)
        return DONE

    about = "Ask for the key, and keep it in the system's keyring (needs the library keyring)."
    return Command("login", callback=run, params=_base_url(catalog), help=about)


def logout(catalog: Catalog) -> click.Command:
    """The command that removes them."""

    def run(**parameters: Any) -> int:
        count = keys.forget(catalog, parameters["own_base_url"])
        print("removed from the keyring" if count else "there was nothing in the keyring", file=sys.stderr)
        return DONE

    return Command("logout", callback=run, params=_base_url(catalog), help="Remove the key from the system's keyring.")


def ledger(catalog: Catalog) -> click.Command:
    """The command that looks at a ledger of `run-many`."""

    def run(words: tuple[str, ...]) -> int:
        from ...ledger.__main__ import main

        return main(list(words), prog=f"{catalog.command} ledger")

    return click.Command(
        "ledger",
        callback=run,
        params=[click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        help="Look at a ledger, and say what to do with its inputs: status, retry, settle, export.",
        add_help_option=False,
    )


def completion(catalog: Catalog, root: click.Command) -> click.Command:
    """The command that prints what a shell needs to complete commands."""

    def run(shell: str) -> int:
        from click.shell_completion import get_completion_class

        name = str(catalog.command)
        found = get_completion_class(shell)
        assert found is not None
        print(found(root, {}, name, complete_var(catalog)).source())
        return DONE

    about = f'Print the completion of a shell, as in: eval "$({catalog.command} completion bash)"'
    argument = click.Argument(["shell"], type=click.Choice(_SHELLS))
    return click.Command("completion", callback=run, params=[argument], help=about)


def complete_var(catalog: Catalog) -> str:
    """The environment variable by which a shell asks for completions."""
    return f"_{str(catalog.command).upper().replace('-', '_')}_COMPLETE"


def mcp(catalog: Catalog) -> click.Command:
    """The command that starts the MCP server."""

    def run(http: int | None, ledger: str | None, **parameters: Any) -> int:
        from ..mcp import serve

        return serve(catalog, http=http, ledger=ledger, base_url=parameters["own_base_url"])

    options: list[click.Parameter] = [
        click.Option(
            ["--http"], type=click.IntRange(0, 65535), metavar="PORT", help="Serve HTTP on the loopback address."
        ),
        click.Option(["--ledger"], metavar="FILE", help="Remember calls, so that the same one does not pay twice."),
    ]
    about = "Serve the jobs and operations as tools for agents (MCP), on standard input and output."
    return click.Command("mcp", callback=run, params=[*options, *_base_url(catalog)], help=about)


def _base_url(catalog: Catalog) -> list[click.Parameter]:
    return [option for option in connection(catalog, []) if option.name == "own_base_url"]
