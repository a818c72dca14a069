"""`--watch`: a command that is run again, in this process, whenever one of its specs is saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from bide.cli.terminal import OK, UsageError, complain

_CLEARED = "\x1b[2J\x1b[H"
"""An empty screen, with the cursor at its top; what has scrolled out of it stays."""

watch_option = click.option("--watch", is_flag=True, help="Do it again whenever a spec is saved, until Ctrl-C.")


def watched(specs: Sequence[Path], work: Callable[[], int]) -> int:
    """Do *work* now and after each save, until Ctrl-C. A spec that is not there at the beginning is a usage error."""
    from bide.cli.saves import saves, stamps

    is_first = True
    try:
        for saved in saves(partial(stamps, specs), time.sleep, _missed):
            if not is_first:
                _begin_again(saved)
            _work(work, is_first=is_first)
            is_first = False
            click.echo(f"watching {_names(specs)}: Ctrl-C ends it")
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            click.echo()  # behind the ^C
    return OK


def _work(work: Callable[[], int], *, is_first: bool) -> None:
    try:
        work()
    except UsageError as error:
        if is_first:
            raise
        complain(error.format_message())  # it has just gone, and may come back


def _begin_again(saved: list[Path]) -> None:
    """On a terminal there is only ever the newest answer; elsewhere each begins with a line of its own."""
    if sys.stdout.isatty():
        click.echo(_CLEARED, nl=False)
    else:
        click.echo(f"\n--- {_names(saved)} saved")


def _missed(gone: list[Path]) -> None:
    complain(f"waiting for {_names(gone)}, which is not there any more")


def _names(paths: Sequence[Path]) -> str:
    return paths[0].as_posix() if len(paths) == 1 else f"{len(paths)} specs"
