"""`bide check`: report the problems of specs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from bide.cli.reports.listing import Format
from bide.cli.specs import checked, format_option, specs_argument, strict_option
from bide.cli.terminal import OK, PROBLEM, UsageError
from bide.cli.watching.watch import watch_option, watched


@click.command(short_help="Report every problem of every spec.")
@specs_argument
@format_option
@strict_option
@watch_option
def check(specs: tuple[Path, ...], format_: Format, strict: bool, watch: bool) -> int:
    """Report every problem of every spec, with its place and how to fix it.

    \b
    bide check specs/acme.yaml
    bide check specs/*.yaml --strict
    bide check specs/*.yaml --format sarif > bide.sarif
    bide check specs/acme.yaml --watch    check again at each save

    An error stops the generator. A warning does not, and a comment in the
    spec can silence it. `bide explain CODE` explains the code of either.

    Exit code: 0 if there is no error (with --strict: no warning either), and
    after Ctrl-C; 1 if there is one; 2 for wrong usage.
    """
    if watch and format_.is_document:
        raise UsageError(f"--watch cannot be used with --format {format_.value}, which is one document")
    work = partial(_check, specs, format_, strict=strict)
    return watched(specs, work) if watch else work()


def _check(specs: Sequence[Path], format_: Format, *, strict: bool) -> int:
    from bide.cli import report

    found = checked(specs, format_, strict=strict)
    if found is None:
        return PROBLEM
    if not format_.is_document:
        click.echo(report.verdict(found[1], strict=strict))
        if left := report.left_open(found[1]):
            click.echo(left)
            return PROBLEM if strict else OK
    return OK
