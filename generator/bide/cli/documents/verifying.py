"""`bide verify`: compare what a server said with its spec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bide.cli.terminal import OK, PROBLEM, UsageError, complain

if TYPE_CHECKING:
    from bide.spec.document import Document
    from bide.verifier.findings import Finding


@click.command("verify", short_help="Compare a recording of the real server with a spec.")
@click.argument("spec", metavar="SPEC", type=click.Path(path_type=Path))
@click.option(
    "--recording",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="A recording of requests and replies (HAR).",
)
@click.option("--patch", "only_patch", is_flag=True, help="Print only the changes of the spec, for `git apply`.")
def verify(spec: Path, recording: Path, only_patch: bool) -> int:
    """Compare what a server said with its spec.

    \b
    bide verify specs/acme.yaml --recording session.har
    bide verify specs/acme.yaml --recording session.har --patch | git apply

    Reports fields, values and statuses that the spec does not know, promises
    that were not kept, wrong types, transitions that are not declared, polls
    that came too soon and HTTP statuses without a meaning: each once, with the
    place in the spec. Sends nothing.

    Exit code: 0 if all fits, 1 if something does not, or nothing belongs to
    the spec.
    """
    from bide.cli.specs import contents_of
    from bide.importer.documents.reading import Unreadable, read
    from bide.importer.recording.exchanges import exchanges_of, is_recording
    from bide.ir.build import build
    from bide.lint.pipeline import checked
    from bide.spec.diagnostics import SpecError
    from bide.spec.file import text_of
    from bide.verifier.patching import patch
    from bide.verifier.verifying import verify as verified

    ((file, content),) = contents_of([spec]).items()
    try:
        document, _ = checked(file, text_of(file, content))
    except SpecError:
        complain(f"{file} has problems; `bide check {file}` shows them")
        return PROBLEM
    try:
        raw = read(recording)
        if not is_recording(raw):
            raise UsageError(f"{recording} is no recording: a HAR has `log` with `entries`")
        exchanges = exchanges_of(raw)
    except Unreadable as why:
        complain(str(why))
        return PROBLEM
    found = verified(build(document), exchanges)
    if not found.compared:
        complain(f"none of the {len(exchanges)} exchanges of {recording} is a request of {file}")
        return PROBLEM
    change = patch(document, found.findings)
    if only_patch:
        click.echo(change, nl=False)
        return PROBLEM if found.findings else OK
    for each in found.findings:
        click.echo(_line(document, each))
    count = len(found.findings)
    what = "all fits" if not count else f"{count} finding" if count == 1 else f"{count} findings"
    click.echo(f"{found.compared} exchanges compared, {found.others} others: {what}")
    if change:
        click.echo(f"\nThese changes would fit; apply them with --patch:\n\n{change}", nl=False)
    return PROBLEM if count else OK


def _line(document: Document, finding: Finding) -> str:
    from bide.spec.printable import printable
    from bide.verifier.patching import place_of

    place = document.key_place(place_of(document, finding.path))
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    return printable(
        f"{place.file}:{place.line}: {finding.message} [{finding.kind}]{times}\n  such as {finding.example}"
    )
