"""`bide verify`: compare what a server said with its spec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bide.cli.terminal import INTERRUPTED, OK, PROBLEM, UsageError, complain

if TYPE_CHECKING:
    from bide.spec.document import Document
    from bide.verifier.findings import Finding

_FILE = click.Path(path_type=Path)


@click.command("verify", short_help="Compare what the real server says with a spec.")
@click.argument("spec", metavar="SPEC", type=_FILE)
@click.option("--recording", metavar="FILE", type=_FILE, help="A recording of requests and replies (HAR).")
@click.option("--report", metavar="FILE", type=_FILE, help="A report that `Unknowns` wrote in production.")
@click.option("--live", is_flag=True, help="Call the server: what the spec marks as free, or what is named.")
@click.option("--job", "jobs", metavar="NAME", multiple=True, help="With --live: run this job. May be repeated.")
@click.option("--operation", "operations", metavar="NAME", multiple=True, help="With --live: call this operation.")
@click.option("--input", "input_", metavar="FILE", type=_FILE, help="Arguments as JSON, by job or operation.")
@click.option("--base-url", metavar="URL", help="With --live: another server than the spec's.")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0.001), help="Of each job, with --live.")
@click.option("--yes", is_flag=True, help="With --live: do not ask.")
@click.option("--save", metavar="FILE", type=_FILE, help="With --live: write a recording (HAR), without secrets.")
@click.option("--patch", "only_patch", is_flag=True, help="Print only the changes of the spec, for `git apply`.")
def verify(
    spec: Path, recording: Path | None, report: Path | None, live: bool, only_patch: bool, **options: Any
) -> int:
    """Compare what a server said with its spec.

    \b
    bide verify specs/acme.yaml --recording session.har
    bide verify specs/acme.yaml --report unknowns.json
    bide verify specs/acme.yaml --live --operation account
    bide verify specs/acme.yaml --recording session.har --patch | git apply

    Reports fields, values and statuses that the spec does not know, promises
    that were not kept, wrong types, transitions that are not declared, polls
    that came too soon and HTTP statuses without a meaning: each once, with the
    place in the spec.

    Only --live sends anything: after it has said what, and what may be
    charged. The key comes from the environment, or is asked for.

    Exit code: 0 if all fits, 1 if something does not, or nothing belongs to
    the spec, 130 after Ctrl-C.
    """
    from bide.cli.specs import contents_of
    from bide.importer.documents.reading import Unreadable, read
    from bide.importer.recording.exchanges import exchanges_of, is_recording
    from bide.ir.build import build
    from bide.lint.pipeline import checked
    from bide.spec.diagnostics import SpecError
    from bide.spec.file import text_of
    from bide.verifier.reports import is_report, reported
    from bide.verifier.verifying import verify as verified

    if [recording is not None, report is not None, live].count(True) != 1:
        raise UsageError("pass one of --recording FILE, --report FILE and --live")
    used = [name for name, value in options.items() if value]
    if used and not live:
        raise UsageError(f"--{used[0].rstrip('s_').replace('_', '-')} needs --live")
    ((file, content),) = contents_of([spec]).items()
    try:
        document, _ = checked(file, text_of(file, content))
    except SpecError:
        complain(f"{file} has problems; `bide check {file}` shows them")
        return PROBLEM
    provider, failures, is_interrupted = build(document), 0, False
    try:
        if live:
            from bide.cli.live.verifying import Options, heard

            answer = heard(provider, Options(input=options.pop("input_"), **options))
            if answer is None:
                return PROBLEM
            raw, provider, source = answer.recording, answer.provider, "the replies"
            failures, is_interrupted = answer.failures, answer.is_interrupted
        else:
            path = recording or report
            assert path is not None
            raw, source = read(path), str(path)
        if report is not None:
            if not is_report(raw):
                raise UsageError(f"{report} is no report of `Unknowns`")
            found = reported(provider, raw)
        elif not is_recording(raw):
            raise UsageError(f"{recording} is no recording: a HAR has `log` with `entries`")
        else:
            exchanges = exchanges_of(raw)
            found = verified(provider, exchanges)
            if not found.compared:
                what = f"the {len(exchanges)} exchanges" if len(exchanges) != 1 else "1 exchange"
                complain(f"none of {what} of {source} is a request of {file}")
                return INTERRUPTED if is_interrupted else PROBLEM
    except Unreadable as why:
        complain(str(why))
        return PROBLEM
    _show(
        document, found.findings, f"{_counted(found.compared, found.noun)} compared, {found.others} others", only_patch
    )
    return INTERRUPTED if is_interrupted else PROBLEM if found.findings or failures else OK


def _show(document: Document, findings: list[Finding], compared: str, only_patch: bool) -> None:
    from bide.verifier.patching import patch

    change = patch(document, findings)
    if only_patch:
        click.echo(change, nl=False)
        return
    for each in findings:
        click.echo(_line(document, each))
    click.echo(f"{compared}: {_counted(len(findings), 'finding') if findings else 'all fits'}")
    if change:
        click.echo(f"\nThese changes would fit; `--patch | git apply` applies them:\n\n{change}", nl=False)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _line(document: Document, finding: Finding) -> str:
    from bide.spec.printable import printable
    from bide.verifier.patching import place_of

    place = document.key_place(place_of(document, finding.path))
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    return printable(
        f"{place.file}:{place.line}: {finding.message} [{finding.kind}]{times}\n  such as {finding.example}"
    )
