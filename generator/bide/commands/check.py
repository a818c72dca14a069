"""`bide check`: is anything wrong with the specs?"""

from __future__ import annotations

import typer

from bide.commands.specs import Specs, checked
from bide.commands.terminal import OK, PROBLEM


def check(specs: Specs) -> int:
    """Print every problem of every spec, each with its place and a way out. Writes nothing.

    \b
    bide check specs/acme.yaml
    bide check specs/*.yaml

    Exit code: 0 if there is no problem, 1 if there is one, 2 for a wrong
    command.
    """
    from bide import report

    found = checked(specs)
    if found is None:
        return PROBLEM
    providers, warnings = found
    typer.echo(report.verdict(warnings, specs=len(providers)))
    return OK
