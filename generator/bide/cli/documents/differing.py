"""`bide diff`: say what changes for users of a package from one version of its spec to the next."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bide.cli.documents.changes import Changes, Format, verdict, written
from bide.cli.terminal import OK, PROBLEM, UsageError, complain

if TYPE_CHECKING:
    from bide.differ.version import Version

_SEVERITIES = ("breaking", "behaviour", "addition", "docs")


@click.command(short_help="Say what changes from one version of a spec to the next.")
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "format_",
    type=click.Choice([str(each) for each in Format]),
    default=str(Format.TEXT),
    show_default=True,
    callback=lambda context, option, value: Format(value),
    help="Format of the changes.",
)
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Exit with 1 if a change is at least this severe.")
@click.option("--changelog", is_flag=True, help="Print an entry for the changelog instead.")
@click.option("--bump", is_flag=True, help="Write the version that follows into NEW.")
def diff(old: str, new: str, format_: Format, fail_on: str | None, changelog: bool, bump: bool) -> int:
    """Say what changes for users of a package from one version of its spec to
    the next.

    \b
    bide diff old.yaml new.yaml
    bide diff git:HEAD:specs/acme.yaml specs/acme.yaml --fail-on breaking
    bide diff git:v1.2.0:specs/acme.yaml specs/acme.yaml --bump --changelog

    OLD and NEW are files, or git:REVISION:FILE. Each change has a severity:
    breaking, behaviour, addition or docs. `bide explain CODE` explains the
    code of a change.

    Exit code: 0; 1 with --fail-on if there is such a change, and if a spec has
    errors; 2 for wrong usage.
    """
    from bide.differ.changelog import entry
    from bide.differ.comparing import compared
    from bide.differ.finding import Severity
    from bide.differ.semver import after, is_at_least, step
    from bide.spec.printable import printable

    if bump and new.startswith("git:"):
        raise UsageError("--bump writes into NEW, so it must be a file")
    before, now = _version(old), _version(new)
    if before is None or now is None:
        return PROBLEM
    findings = compared(before, now)
    version, newer = (each.provider.package.version for each in (before, now))
    by = step(findings, version)
    changes = Changes(old, new, findings, by, version, newer, after(version, by))
    is_bumped = is_at_least(newer, changes.next_version)
    if changelog:
        click.echo(printable(entry(findings, newer if is_bumped else changes.next_version)))
    else:
        click.echo(written(changes, format_))
    if bump:
        code = _bump(now, new, changes, is_bumped=is_bumped)
        if code != OK:
            return code
    fails = fail_on is not None and any(one.severity.is_at_least(Severity(fail_on)) for one in findings)
    if fails:
        complain(f"{verdict(changes)}; --fail-on {fail_on} does not allow that")
    return PROBLEM if fails else OK


def _version(name: str) -> Version | None:
    """A version of a spec; `None` if it has errors, which are printed."""
    from bide.cli.reports.listing import Format as ProblemFormat
    from bide.cli.reports.listing import Listing
    from bide.cli.specs import show
    from bide.differ.version import Version
    from bide.ir.build import build
    from bide.lint import pipeline
    from bide.spec.diagnostics import SpecError
    from bide.spec.file import text_of

    content = _content(name)
    try:
        document, _ = pipeline.checked(name, text_of(name, content))
    except SpecError as error:
        errors = tuple(each for each in error.diagnostics if each.severity == "error")
        show(Listing({name: content.decode("utf-8", "replace")}, errors), ProblemFormat.TEXT)
        complain(f"{name} has errors, so it cannot be compared")
        return None
    return Version(document, build(document))


def _content(name: str) -> bytes:
    """The bytes of a file, or of a file in a revision. Raises `UsageError` if there is no such file."""
    from bide.cli.specs import contents_of

    if not name.startswith("git:"):
        (content,) = contents_of([Path(name)]).values()
        return content
    revision, colon, path = name.removeprefix("git:").partition(":")
    if not (revision and colon and path) or revision.startswith("-"):
        raise UsageError(f"{name}: write it like git:HEAD~1:specs/acme.yaml")
    return _shown(name, revision, path)


def _shown(name: str, revision: str, path: str) -> bytes:
    """A file in a revision of the repository around this folder."""
    from bide.spec.document import SIZE_LIMIT

    relative = path if path.startswith(("./", "../")) else f"./{path}"
    command = ["git", "--no-pager", "show", "--no-textconv", f"{revision}:{relative}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise UsageError(f"{name}: git is not installed") from None
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git cannot show it"]
        raise UsageError(f"{name}: {reason[-1].removeprefix('fatal: ')}")
    return done.stdout[: SIZE_LIMIT + 1]


def _bump(now: Version, new: str, changes: Changes, *, is_bumped: bool) -> int:
    """Write the next version into the spec, unless it has it."""
    from bide.differ.semver import NoVersion, with_version

    if is_bumped:
        click.echo(f"{new} has version {changes.new_version} already", err=True)
        return OK
    try:
        text = with_version(now.document, changes.next_version)
    except NoVersion as why:
        complain(f"{new}: the version cannot be written here; {why}")
        return PROBLEM
    path = Path(new)
    mark = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    path.write_bytes(mark + text.encode("utf-8"))
    click.echo(f"{new}: version {changes.new_version} -> {changes.next_version}", err=True)
    return OK
