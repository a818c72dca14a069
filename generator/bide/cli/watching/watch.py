"""`--watch`: run a command again, in the same process, whenever one of its specs is saved."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from bide.cli.terminal import OK, UsageError, complain

_CLEARED = "\x1b[2J\x1b[H"
"""Clears the screen and keeps the scrollback."""

watch_option = click.option("--watch", is_flag=True, help="Run again whenever a spec is saved, until Ctrl-C.")


def watched(specs: Sequence[Path], work: Callable[[], int]) -> int:
    """Do *work* now and after each save, until Ctrl-C. Raises `UsageError` if a spec is missing at the start."""
    from bide.cli.watching.saves import saves, stamps

    is_first = True
    try:
        for saved in saves(partial(stamps, specs), time.sleep, _missed):
            if not is_first:
                _begin_again(saved)
            _work(work, is_first=is_first)
            is_first = False
            click.echo(f"watching {_names(specs)}: press Ctrl-C to stop")
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            click.echo()  # after the ^C
    return OK


def _work(work: Callable[[], int], *, is_first: bool) -> None:
    try:
        work()
    except UsageError as error:
        if is_first:
            raise
        complain(error.format_message())  # the file was removed, and may come back


def _begin_again(saved: list[Path]) -> None:
    """Clear a terminal; elsewhere print a separating line."""
    if sys.stdout.isatty():
        click.echo(_CLEARED, nl=False)
    else:
        click.echo(f"\n--- {_names(saved)} saved")


def _missed(gone: list[Path]) -> None:
    complain(f"waiting for {_names(gone)}, which no longer exists")


def _names(paths: Sequence[Path]) -> str:
    return paths[0].as_posix() if len(paths) == 1 else f"{len(paths)} specs"
