"""Exit codes, and messages to standard error."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO

import click

OK, PROBLEM, USAGE = 0, 1, 2
INTERRUPTED = 130


class UsageError(click.ClickException):
    """The command line is wrong. The message is one line."""

    exit_code = USAGE


def complain(line: str) -> None:
    complain_at_length(f"bide: {line}")


def complain_at_length(text: str) -> None:
    from bide.spec.printable import printable

    click.echo(printable(text), err=True)


def takes_colour(stream: TextIO) -> bool:
    """Whether to colour output to *stream*: a terminal, without `NO_COLOR` (see no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def on_disk(work: Callable[[], int]) -> int:
    """Do *work* and return its exit code. An error of the disk prints one line and returns 1."""
    from bide.cli import report
    from bide.emit.journal import NotWritten

    try:
        return work()
    except NotWritten as refusal:
        for line in str(refusal).splitlines():
            complain(line)
    except BrokenPipeError:
        raise
    except OSError as error:
        complain(report.failure(error))
    return PROBLEM
