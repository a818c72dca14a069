"""The specs that a command is given: read, checked, and what is wrong with them told."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bide.cli.reports.listing import Format, Listing
from bide.cli.terminal import UsageError, complain, takes_colour

if TYPE_CHECKING:
    from bide.ir import Provider

specs_argument = click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=click.Path(path_type=Path))
format_option = click.option(
    "--format",
    "format_",
    type=click.Choice([str(each) for each in Format]),
    default=str(Format.TEXT),
    show_default=True,
    callback=lambda context, option, value: Format(value),
    help="How problems are told. All but text go to standard output.",
)
strict_option = click.option("--strict", is_flag=True, help="Take warnings for errors.")


@dataclass(frozen=True, slots=True)
class Examined:
    """What the specs say, and what is wrong with them."""

    providers: dict[str, Provider]
    """What each spec without an error says, by its file."""
    listing: Listing

    def passes(self, *, strict: bool) -> bool:
        """Whether nothing stands in the way of a package of each spec."""
        return len(self.providers) == len(self.listing.sources) and not (strict and self.listing.problems)


def checked(
    specs: Sequence[Path], format_: Format = Format.TEXT, *, strict: bool = False
) -> tuple[dict[str, Provider], Listing] | None:
    """What each spec says, by its file, and the warnings about them; `None` if they do not pass. Tells all of these."""
    from bide.cli import report

    found = examined(specs)
    tell(found.listing, format_)
    if found.passes(strict=strict):
        return found.providers, found.listing
    if not format_.is_document:
        complain(report.verdict(found.listing, strict=strict))
    return None


def examined(specs: Sequence[Path]) -> Examined:
    """Read and check each spec. What cannot be read at all is a usage error."""
    from bide.ir.build import build
    from bide.lint import pipeline
    from bide.spec.diagnostics import Diagnostic, Silenced, SpecError
    from bide.spec.file import text_of

    providers: dict[str, Provider] = {}
    problems: list[Diagnostic] = []
    silenced: list[Silenced] = []
    sources: dict[str, str] = {}
    for file, content in contents_of(specs).items():
        sources[file] = content.decode("utf-8", "replace")
        try:
            found = pipeline.examined(file, text_of(file, content))
        except SpecError as error:
            problems += error.diagnostics
            continue
        problems += found.problems
        silenced += found.silenced
        if found.document is not None:
            providers[file] = build(found.document)
    return Examined(providers, Listing(sources, tuple(problems), tuple(silenced)))


def tell(listing: Listing, format_: Format) -> None:
    """Print the problems: for a person to standard error, for a program to standard output."""
    from bide.cli.reports.written import written

    is_for_a_person = format_ is Format.TEXT
    text = written(listing, format_, colour=is_for_a_person and takes_colour(sys.stderr))
    if text:
        click.echo(f"{text}\n" if is_for_a_person else text, err=is_for_a_person)


def contents_of(specs: Sequence[Path]) -> dict[str, bytes]:
    """What is in each file, each read once. What cannot be read is a usage error, and named before any work is done."""
    from bide.spec.file import content_of

    contents: dict[str, bytes] = {}
    seen: set[str] = set()
    for path in specs:
        try:
            place = os.path.realpath(path)
            if place not in seen:
                contents[path.as_posix()] = content_of(path)
                seen.add(place)
        except FileNotFoundError:
            raise UsageError(f"{path}: there is no such file") from None
        except IsADirectoryError:
            raise UsageError(f"{path} is a folder; name the YAML files in it") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return contents
