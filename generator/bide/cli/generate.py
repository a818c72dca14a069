"""`bide generate`: write a package for each spec, or show what would change."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bide.cli.reports.listing import Format
from bide.cli.specs import checked, format_option, specs_argument, strict_option
from bide.cli.terminal import OK, PROBLEM, complain, on_disk
from bide.cli.watching.watch import watch_option, watched

if TYPE_CHECKING:
    from bide.emit.journal import Change
    from bide.emit.write import Package
    from bide.ir import Provider


@click.command(short_help="Write a Python package for each spec.")
@specs_argument
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default="generated",
    show_default=True,
    help="Folder for the packages. Each gets its own folder in it.",
)
@click.option(
    "--check", is_flag=True, help="Write nothing. Print a diff of what would change, and exit with 1 if anything would."
)
@click.option("--vendor", is_flag=True, help="Copy the runtime into the package, which then needs no bide-runtime.")
@click.option("--force", is_flag=True, help="Overwrite and remove files that were edited by hand.")
@format_option
@strict_option
@watch_option
def generate(
    specs: tuple[Path, ...],
    out: Path,
    check: bool,
    vendor: bool,
    force: bool,
    format_: Format,
    strict: bool,
    watch: bool,
) -> int:
    """Write a Python package for each spec, and list the files added, changed and removed.

    \b
    bide generate specs/acme.yaml             writes generated/acme/
    bide generate specs/*.yaml --out build    writes build/<provider>/
    bide generate specs/*.yaml --check        for CI: is it up to date?
    bide generate specs/acme.yaml --watch     generate again at each save
    bide generate specs/acme.yaml --vendor    a package without bide-runtime

    If any spec has an error, nothing is written. If a run is killed, the
    next one completes or undoes it. Files that Bide did not write, or that
    were edited since, are kept unless --force is given.

    Exit code: 0 if the packages are up to date, and after Ctrl-C; 1 for
    problems or drift; 2 for wrong usage.
    """

    work = partial(_generate, specs, out, format_, check=check, vendor=vendor, force=force, strict=strict)
    if watch:
        return watched(specs, partial(work, is_noted=False))
    gc.disable()  # a single run keeps almost all objects until it ends
    code = work(is_noted=format_ is Format.TEXT)
    gc.freeze()  # so that Python does not traverse them at exit
    return code


def _generate(
    specs: Sequence[Path],
    out: Path,
    format_: Format,
    *,
    check: bool,
    vendor: bool,
    force: bool,
    strict: bool,
    is_noted: bool,
) -> int:
    found = checked(specs, format_, strict=strict)
    if found is None or not _are_different(found[0]):
        return PROBLEM
    packages = _rendered(list(found[0].values()), vendor=vendor)
    if packages is None:
        return PROBLEM
    say = partial(click.echo, err=format_.is_document)
    if check:
        return on_disk(lambda: _compare(out, packages, say))
    is_noted = is_noted and not vendor and not found[1].problems  # a note does not see changes of the runtime
    noted = found[1].sources if is_noted and _are_as_given(specs, found[1].sources) else {}
    return on_disk(lambda: _write(out, packages, say, noted, force=force))


def _are_as_given(specs: Sequence[Path], read: Mapping[str, str]) -> bool:
    """Whether each spec was given by its own name: not by a pattern, and none twice."""
    return len(read) == len(specs) and set(specs) <= {Path(each) for each in sys.argv}


def _are_different(providers: dict[str, Provider]) -> bool:
    """Whether each spec describes another provider. Prints those that do not."""
    files: dict[str, str] = {}
    for file, provider in providers.items():
        first = files.setdefault(provider.name, file)
        if first != file:
            complain(f"{first} and {file} both describe {provider.name}")
    return len(files) == len(providers)


def _rendered(providers: list[Provider], *, vendor: bool) -> list[Package] | None:
    """The package of each provider; `None`, with a message, if the runtime to be copied is not installed."""
    from bide.emit.render import RuntimeMissing, render
    from bide.emit.write import Package

    is_watched = len(providers) > 1 and sys.stderr.isatty()
    try:
        with click.progressbar(
            providers,
            label="generating",
            file=sys.stderr,
            hidden=not is_watched,
            item_show_func=lambda each: each and each.name,
        ) as bar:
            return [
                Package(name=each.name, files=render(each, vendor=vendor), spec_file=each.spec_file) for each in bar
            ]
    except RuntimeMissing as error:
        complain(str(error))
        return None


def _write(
    out: Path, packages: list[Package], say: Callable[..., None], noted: Mapping[str, str], *, force: bool
) -> int:
    from bide.cli import report
    from bide.emit import write

    changes = write.write(out, packages, force=force)
    for change in changes:
        say(report.changes(change))
    if noted and sys.argv[1:2] == ["generate"]:
        _note(changes, noted)
    return OK


def _note(changes: list[Change], specs: Mapping[str, str]) -> None:
    """Record this run, so that the next one with the same arguments can skip its work if nothing has changed."""
    from bide.cli import report, unchanged
    from bide.emit.journal import stage_of

    files: dict[str, bytes | None] = {stage_of(change.folder).as_posix(): None for change in changes}
    files |= {(change.folder / path).as_posix(): text for change in changes for path, text in change.new.items()}
    said = "\n".join(report.changes(replace(change, old=change.new)) for change in changes)
    unchanged.keep(sys.argv[1:], specs, files, said)


def _compare(out: Path, packages: list[Package], say: Callable[..., None]) -> int:
    from bide.emit import write
    from bide.spec.printable import printable

    drifted = [change for change in write.drift(out, packages) if change]
    for change in drifted:
        say(printable(write.difference(change)), nl=False)
    if not drifted:
        say(f"{out.as_posix()} is up to date")
        return OK
    names = ", ".join(change.folder.name for change in drifted)
    complain(f"{out.as_posix()} is out of date ({names}): run `bide generate` with the specs")
    return PROBLEM
