"""The specs that a command is given: read, checked, and what is wrong with them printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bide.commands.terminal import UsageError, complain, complain_at_length

if TYPE_CHECKING:
    from bide.diagnostics import Diagnostic
    from bide.ir import Provider

Specs = Annotated[list[Path], typer.Argument(metavar="SPEC", help="One YAML file per provider.", show_default=False)]


def checked(specs: list[Path]) -> tuple[dict[str, Provider], list[Diagnostic]] | None:
    """What each spec says, by its file, and the warnings about them; `None` for errors. Prints all of these."""
    from bide import report
    from bide.build import build
    from bide.diagnostics import SpecError
    from bide.pipeline import checked as checked_text
    from bide.specfile import text_of

    contents = contents_of(specs)
    providers: dict[str, Provider] = {}
    diagnostics: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for file, content in contents.items():
        try:
            sources[file] = text_of(file, content)
            document, warnings = checked_text(file, sources[file])
            diagnostics += warnings
            providers[file] = build(document)
        except SpecError as error:
            diagnostics += error.diagnostics
    if diagnostics:
        complain_at_length(report.problems(diagnostics, sources) + "\n")
    if len(providers) < len(contents):
        complain(report.verdict(diagnostics, specs=len(contents)))
        return None
    return providers, diagnostics


def contents_of(specs: list[Path]) -> dict[str, bytes]:
    """What is in each file, each read once. What cannot be read is a usage error, and named before any work is done."""
    from bide.specfile import content_of

    contents = {}
    for path in {path.resolve(): path for path in specs}.values():
        try:
            contents[path.as_posix()] = content_of(path)
        except FileNotFoundError:
            raise UsageError(f"{path}: there is no such file") from None
        except IsADirectoryError:
            raise UsageError(f"{path} is a folder; name the YAML files in it") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return contents
