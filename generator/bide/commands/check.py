"""`bide check`: is anything wrong with the specs?"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import typer

from bide.commands.specs import FormatOption, Specs, Strict, checked
from bide.commands.terminal import OK, PROBLEM, UsageError
from bide.commands.watching import Watch, watched
from bide.formats import Format


def check(specs: Specs, format_: FormatOption = Format.TEXT, strict: Strict = False, watch: Watch = False) -> int:
    """Print every problem of every spec, each with its place and a way out. Writes nothing.

    \b
    bide check specs/acme.yaml
    bide check specs/*.yaml --strict
    bide check specs/*.yaml --format sarif > bide.sarif
    bide check specs/acme.yaml --watch    again at each save

    An error stops the generator. A warning does not: it says what is odd, and
    can be silenced in the spec where it is wrong. `bide explain CODE` says
    more about either.

    Exit code: 0 if there is no error (and with --strict no warning either),
    and after Ctrl-C; 1 if there is one, 2 for a wrong command.
    """
    if watch and format_.is_document:
        raise UsageError(f"--watch has no end, and {format_.value} is one document: leave one of the two out")
    work = partial(_check, specs, format_, strict=strict)
    return watched(specs, work) if watch else work()


def _check(specs: list[Path], format_: Format, *, strict: bool) -> int:
    from bide import report

    found = checked(specs, format_, strict=strict)
    if found is None:
        return PROBLEM
    if not format_.is_document:
        typer.echo(report.verdict(found[1], strict=strict))
    return OK
