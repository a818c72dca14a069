"""The command of an operation: one request, or a stream, printed as it comes."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..catalog.calling import arguments_of
from ..catalog.catalog import Catalog, OperationEntry
from .exits import DONE
from .jobs import example_of, finished
from .options import Command, arguments, own, values_of
from .output import output, show
from .printing import json_of
from .session import client_of, connection
from .values import DURATION


def operation_command(catalog: Catalog, entry: OperationEntry) -> click.Command:
    """The command of an operation."""
    theirs = arguments(catalog, entry)
    about = "All arguments at once, as a JSON object; - is standard input."
    options: list[click.Parameter] = [
        *theirs,
        own(theirs, "own_input", "-i", "--input", heading="Arguments", metavar="FILE", help=about),
        own(
            theirs,
            "own_timeout",
            "-t",
            "--timeout",
            heading="Connection",
            type=DURATION,
            help="Of the HTTP request, such as 30s.",
        ),
    ]

    def call(**parameters: Any) -> int:
        values = arguments_of(catalog, entry, values_of(entry, parameters))
        with client_of(catalog, parameters) as client:
            answer = getattr(client, entry.name)(**values, timeout=parameters["own_timeout"])
            if entry.returns == "events":
                return _streamed(answer)
            if entry.job is not None and hasattr(answer, "token"):
                return finished(catalog, catalog.jobs[entry.job], client.jobs[entry.job], answer, parameters)
            if entry.returns == "nothing":
                print("done", file=sys.stderr)
            else:
                from ...models.codec import as_values

                show(answer if isinstance(answer, bytes) else as_values(answer), parameters)
            return DONE

    shown = [] if entry.returns in ("events", "nothing") else output(theirs)
    example = None if entry.example is None else f"Example:\n  {catalog.command} {entry.command}{example_of(entry)}"
    lines = [entry.description, *([f"Deprecated: {entry.deprecated}"] if entry.deprecated else [])]
    return Command(
        entry.command,
        callback=call,
        params=[*options, *shown, *connection(catalog, theirs)],
        help="\n\n".join([*lines, *([f"See {entry.page}"] if entry.page else [])]),
        short_help=entry.description,
        epilog=example,
    )


def _streamed(stream: Any) -> int:
    """Print each event as a line of JSON."""
    from ...models.codec import as_values

    with stream:
        for event in stream:
            sys.stdout.write(f"{json_of(as_values(event))}\n")
            sys.stdout.flush()
    return DONE
