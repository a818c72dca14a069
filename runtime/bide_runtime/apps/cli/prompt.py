"""A Python prompt with a client, where a line that begins with the package's command is a command.

`python -m bide_runtime.apps.cli.prompt acme_client`: what `bide try` runs.
"""

from __future__ import annotations

import shlex
import sys
from code import InteractiveConsole
from contextlib import suppress
from importlib import import_module

from ..catalog.calling import client_class
from ..catalog.catalog import Catalog
from . import run
from .session import clock


class Prompt(InteractiveConsole):
    """A Python prompt that also takes commands."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        client = client_class(catalog)(clock=clock(), base_url=self._base_url)
        module = import_module(catalog.package)
        super().__init__({"client": client, catalog.class_name: type(client), "models": module.models})

    def push(self, line: str, filename: str | None = None, _symbol: str = "single") -> bool:
        """Run a line; returns whether it goes on in the next one."""
        words = line.split(maxsplit=1)
        if self.buffer or not words or words[0] != self._catalog.command:
            return super().push(line)
        try:
            run(self._catalog.package, shlex.split(line)[1:])
        except ValueError as error:
            print(f"error: {error}", file=sys.stderr)
        except SystemExit:
            pass
        return False

    @property
    def _base_url(self) -> str | None:
        from os import environ

        return environ.get(f"{self._catalog.name.upper()}_BASE_URL")


def main(package: str) -> int:
    """Read lines until the end of the input; returns the exit code."""
    catalog = Catalog.of(package)
    with suppress(ImportError):
        import readline  # noqa: F401  # the lines can then be edited
    example = next((f"{job.command} run --help" for job in catalog.jobs.values() if job.command), "--help")
    command = f"\n{catalog.command} {example} is a command, and so is every line like it." if catalog.command else ""
    Prompt(catalog).interact(f"`client` is a client of {catalog.title}.{command} Ctrl-D ends.", exitmsg="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
