"""`bide import --update`: merge a new version of a document into a spec, and ask about what both have changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bide.cli.terminal import OK, PROBLEM, complain

if TYPE_CHECKING:
    from bide.importer.importing import Import
    from bide.importer.updating.merging import Conflict, Update
    from bide.importer.updating.record import Record
    from bide.spec.document import Document

_FROM = "# Imported from "
_TOP = 40
"""How many lines may be above the comment that says which document a spec is from."""
_SHOWN = 100
"""The most entries of a kind that are listed."""


def update(target: Path, spec: Document, before: Record | None, found: Import, keep: str | None) -> int:
    """Merge an import into a spec; returns the exit code.

    *before* is the last import. *keep* says who wins conflicts, `mine` or `document`; without it the author is asked.
    """
    from bide.importer.updating.merging import MISSING, renamed, renames, updated

    names = renames(found.draft.data, spec.data)
    theirs = renamed(found.draft.data, names)
    last = MISSING if before is None else renamed(before.data, renames(before.data, spec.data))
    is_asked = keep is None and sys.stdin.isatty()
    merged = updated(last, spec.data, theirs, _ask if is_asked else lambda conflict: keep == "document")
    if merged.conflicts and keep is None and not is_asked:
        for conflict in merged.conflicts[:_SHOWN]:
            click.echo(shown(conflict))
        complain(
            f"{_count(len(merged.conflicts), 'conflict')} between what you wrote and the document, so nothing is"
            " written; answer them in a terminal, or all at once with --keep mine or --keep document"
        )
        return PROBLEM
    _write(target, spec, found, merged, names)
    click.echo("\n".join(_report(target, merged)))
    return OK


def document(path: Path) -> Document | None:
    """A spec to update; `None` if its YAML has errors, which are printed. Raises `UsageError` without a file."""
    from bide.cli.reports.listing import Format, Listing
    from bide.cli.specs import contents_of, show
    from bide.spec.diagnostics import SpecError
    from bide.spec.document import read
    from bide.spec.file import text_of

    ((file, content),) = contents_of([path]).items()
    try:
        return read(file, text_of(file, content))
    except SpecError as error:
        show(Listing({file: content.decode("utf-8", "replace")}, tuple(error.diagnostics)), Format.TEXT)
        complain(f"{file} cannot be read, so it is not updated")
        return None


def shown(conflict: Conflict) -> str:
    """A conflict as a diff."""
    from bide.importer.updating.merging import MISSING
    from bide.importer.writing import flow

    sides = {"    before   ": conflict.before, "  - yours    ": conflict.mine, "  + document ": conflict.theirs}
    if conflict.before is MISSING:
        del sides["    before   "]
    lines = [f"{side} {'nothing' if value is MISSING else flow(value)}" for side, value in sides.items()]
    return "\n".join([f"{'.'.join(conflict.path)}:", *lines])


def _ask(conflict: Conflict) -> bool:
    click.echo(f"\n{shown(conflict)}", err=True)
    return click.confirm("Take the document's?", default=False, err=True)


def _write(target: Path, spec: Document, found: Import, merged: Update, names: dict[tuple[str, str], str]) -> None:
    """Write the merged spec, with the comments of what is new."""
    from dataclasses import replace

    from bide.importer.writing import entry_of
    from bide.spec.editing import edited

    renamed = {
        (path[0], names.get((path[0], path[1]), path[1]), *path[2:]) if len(path) > 1 else path: said
        for path, said in found.draft.comments.items()
    }
    new = set(merged.added)
    comments = {path: said for path, said in renamed.items() if any(path[: at + 1] in new for at in range(len(path)))}
    draft = replace(found.draft, data=merged.data, comments=comments)
    text = edited(spec.text, merged.data, lambda path, value: entry_of(draft, tuple(map(str, path)), value))
    text = with_heading(text, found.heading)
    mark = b"\xef\xbb\xbf" if target.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    target.write_bytes(mark + text.encode())


def with_heading(text: str, heading: list[str]) -> str:
    """The text of a spec whose comment at the top says which document it is from: the one of this import."""
    from bide.importer.writing import heading_of

    lines = text.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines[:_TOP]) if line.startswith(_FROM)), None)
    if first is None:
        return text
    comment = list(takewhile(lambda at: lines[at].startswith("#"), range(first, len(lines))))
    ends = [at for end in (").", ".") for at in comment if lines[at].rstrip().endswith(end)]
    last = ends[0] if ends else first
    ending = "\r\n" if lines[first].endswith("\r\n") else "\n"
    return "".join([*lines[:first], *(f"{line}{ending}" for line in heading_of(heading[:1])), *lines[last + 1 :]])


def _report(target: Path, merged: Update) -> Iterator[str]:
    is_same = not (merged.added or merged.changed or merged.removed)
    yield f"{target.as_posix()} is up to date" if is_same else f"updated {target.as_posix()}"
    for sign, paths in (("+", merged.added), ("~", merged.changed), ("-", merged.removed)):
        for path in paths[:_SHOWN]:
            yield f"  {sign} {'.'.join(path)}"
        if len(paths) > _SHOWN:
            yield f"  {sign} {len(paths) - _SHOWN} more"
    counts = [f"{len(merged.added)} new", f"{len(merged.changed)} changed", f"{len(merged.removed)} gone"]
    yield f"{', '.join(counts)}, {len(merged.kept)} kept as you wrote them"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
