"""The options for what a command prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from .options import own
from .printing import FORMATS, printed


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
        ),
        own(taken, "own_to", "--to", heading=heading, metavar="FILE", help="Write it to a file."),
    ]


def show(value: Any, parameters: Mapping[str, Any]) -> None:
    """Print a result as the options say."""
    printed(value, form=parameters["own_output"], query=parameters["own_query"], to=parameters["own_to"])
