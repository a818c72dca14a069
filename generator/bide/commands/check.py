"""`bide check`: is anything wrong with the specs?"""

from __future__ import annotations

from pathlib import Path

import typer

from bide.commands.specs import Specs, checked
from bide.commands.terminal import OK, PROBLEM
from bide.commands.watching import Watch, watched


def check(specs: Specs, watch: Watch = False) -> int:
    """Print every problem of every spec, each with its place and a way out. Writes nothing.

    \b
    bide check specs/acme.yaml
    bide check specs/*.yaml
    bide check specs/acme.yaml --watch    again at each save

    Exit code: 0 if there is no problem, and after Ctrl-C; 1 if there is
    one, 2 for a wrong command.
    """
    return watched(specs, lambda: _check(specs)) if watch else _check(specs)


def _check(specs: list[Path]) -> int:
    from bide import report

    found = checked(specs)
    if found is None:
        return PROBLEM
    providers, warnings = found
    typer.echo(report.verdict(warnings, specs=len(providers)))
    return OK
