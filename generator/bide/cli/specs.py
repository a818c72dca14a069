"""Read and check the specs of a command, and report their problems."""

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
    help="Format of problems. All except text go to standard output.",
)
strict_option = click.option("--strict", is_flag=True, help="Treat warnings as errors, and what an import left open.")


@dataclass(frozen=True, slots=True)
class Examined:
    """The meaning of the specs, and their problems."""

    providers: dict[str, Provider]
    """The meaning of each spec without an error, by file name."""
    listing: Listing

    def passes(self, *, strict: bool) -> bool:
        """Whether a package can be generated from each spec."""
        return len(self.providers) == len(self.listing.sources) and not (strict and self.listing.problems)


def checked(
    specs: Sequence[Path], format_: Format = Format.TEXT, *, strict: bool = False, warns: bool = True
) -> tuple[dict[str, Provider], Listing] | None:
    """The meaning of each spec by file name, and the problems; `None` if any fails.

    Prints the problems; if none fails, only if it *warns*.
    """
    from bide.cli import report

    found = examined(specs)
    if warns or not found.passes(strict=strict):
        show(found.listing, format_)
    if found.passes(strict=strict):
        return found.providers, found.listing
    if not format_.is_document:
        complain(report.verdict(found.listing, strict=strict))
    return None


def examined(specs: Sequence[Path]) -> Examined:
    """Read and check each spec. Raises `UsageError` for a file that cannot be read."""
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


def show(listing: Listing, format_: Format) -> None:
    """Print the problems: text to standard error, other formats to standard output."""
    from bide.cli.reports.written import written

    is_for_a_person = format_ is Format.TEXT
    text = written(listing, format_, colour=is_for_a_person and takes_colour(sys.stderr))
    if text:
        click.echo(f"{text}\n" if is_for_a_person else text, err=is_for_a_person)


def contents_of(specs: Sequence[Path]) -> dict[str, bytes]:
    """The content of each file, each read once. Raises `UsageError` for the first file that cannot be read."""
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
            raise UsageError(f"{path}: no such file") from None
        except IsADirectoryError:
            raise UsageError(f"{path} is a folder: pass the YAML files in it") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return contents
