"""The options for what a command prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .options import own
from .printing import FORMATS, check_place, check_query, printed


def output(taken: list[click.Option]) -> list[click.Option]:
    """The options for the output."""
    heading = "Output"
    return [
        own(
            taken,
            "own_output",
            "-o",
            "--output",
            heading=heading,
            type=click.Choice(FORMATS),
            default="json",
            help="How to print it. [default: json]",
        ),
        own(
            taken,
            "own_query",
            "-q",
            "--query",
            heading=heading,
            metavar="JMESPATH",
            help="Print a part of it, such as 'pages[].url'.",
            callback=_query,
        ),
        own(taken, "own_to", "--to", heading=heading, metavar="FILE", help="Write it to a file.", callback=_to),
    ]


def _query(context: click.Context, option: click.Parameter, query: str | None) -> str | None:
    """The query, checked before anything is sent."""
    if query is not None:
        check_query(query)
    return query


def _to(context: click.Context, option: click.Parameter, to: str | None) -> str | None:
    """The path of the file; its folder is checked before anything is sent."""
    if to is not None and to != "-":
        check_place(Path(to))
    return to


def show(value: Any, parameters: Mapping[str, Any]) -> None:
    """Print a result as the options say."""
    printed(value, form=parameters["own_output"], query=parameters["own_query"], to=parameters["own_to"])
