"""Write the files of packages. The only step that changes the disk.

A manifest in each folder lists the files that Bide wrote. Without `--force`, Bide changes and removes only these, and
none that was edited since. Line ends are LF and the encoding is UTF-8 on every machine.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bide import __version__
from bide.emit.journal import (
    DISK,
    Change,
    Disk,
    NotWritten,
    alone,
    digest,
    is_half_done,
    make,
    place,
    repair,
    stays_inside,
)

MANIFEST = ".bide-manifest.json"
_LARGEST_MANIFEST = 4 * 2**20
"""In bytes. A package with 1,000 files has a manifest of 0.1 MiB."""

_LISTED = 8
"""An error names at most this many files, and the number of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The contents of a folder: the text of every file, by its path in the folder."""

    name: str
    files: Mapping[str, str]
    spec_file: str


def write(out: Path, packages: list[Package], *, force: bool = False, disk: Disk = DISK) -> list[Change]:
    """Write each package to the folder of its name in *out*, and return the changes.

    Raises `NotWritten`, with one line for each package that cannot be written, or `OSError`. Nothing is written then.
    """
    with alone(out):
        changes, refusals = [], []
        for package in packages:
            folder = _folder(out, package)
            try:
                repair(folder, force=force, disk=disk)
                changes.append(plan(folder, package, force=force))
            except NotWritten as refusal:
                refusals.append(str(refusal))
        if refusals:
            raise NotWritten("\n".join(refusals))
        make(changes, disk=disk)
    return changes


def drift(out: Path, packages: list[Package]) -> list[Change]:
    """The changes that `write` with *force* would make. Writes nothing. Raises `NotWritten` or `OSError`."""
    changes = []
    for package in packages:
        folder = _folder(out, package)
        if is_half_done(folder):
            raise NotWritten(f"{folder} was left half written by a run that was killed: `bide generate` finishes it")
        changes.append(plan(folder, package, force=True))
    return changes


def _folder(out: Path, package: Package) -> Path:
    if not stays_inside(package.name) or "/" in package.name:
        raise NotWritten(f"{package.name!r} is not a valid name for a folder in {out}")
    return out / package.name


def plan(folder: Path, package: Package, *, force: bool = False) -> Change:
    """The change that makes *folder* hold the package. Reads the disk, and writes nothing.

    Raises `NotWritten` for a path outside the folder. Without *force*, also for a file that would be overwritten or
    removed although Bide did not write it.
    """
    new = {path: _encoded(path, text) for path, text in package.files.items()}
    _refuse_twins(new)
    written = _written(folder, force=force)
    new[MANIFEST] = _manifest(new, package.spec_file)
    old = {
        path: content for path in sorted(new.keys() | written.keys()) if (content := _on_disk(folder, path)) is not None
    }
    change = Change(folder=folder, old=old, new=new)
    if not force:
        _refuse_edited(change, written)
    return change


def difference(change: Change) -> str:
    """The change as a unified diff, in the order of the paths."""
    parts: list[str] = []
    for path in sorted(change.old.keys() | change.new.keys()):
        name = (change.folder / path).as_posix()
        old, new = (
            side[path].decode("utf-8", "replace") if path in side else None for side in (change.old, change.new)
        )
        parts += difflib.unified_diff(
            _lines(old),
            _lines(new),
            fromfile="/dev/null" if old is None else name,
            tofile="/dev/null" if new is None else name,
        )
    return "".join(parts)


def _lines(text: str | None) -> list[str]:
    """The lines of a file for a diff. A last line without a line end is marked as in git."""
    if not text:
        return []
    lines = text.split("\n")
    ended = [line + "\n" for line in lines[:-1]]
    return [*ended, lines[-1] + "\n\\ No newline at end of file\n"] if lines[-1] else ended


def _encoded(path: str, text: str) -> bytes:
    try:
        return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotWritten(f"{path} would hold {text[error.start]!r}, which UTF-8 cannot encode") from None


def _on_disk(folder: Path, path: str) -> bytes | None:
    found = place(folder, path)
    return found.read_bytes() if found.exists() else None


def _manifest(contents: Mapping[str, bytes], spec_file: str) -> bytes:
    files = {path: digest(contents[path]) for path in sorted(contents)}
    manifest = {"bide": __version__, "spec": spec_file, "files": files}
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _written(folder: Path, *, force: bool) -> dict[str, str]:
    """The digests of the files that Bide wrote to the folder, from its manifest."""
    manifest = _on_disk(folder, MANIFEST)
    if manifest is None:
        return {}
    try:
        if len(manifest) > _LARGEST_MANIFEST:
            raise ValueError("too large")
        files = json.loads(manifest)["files"]
        for path, checksum in files.items():
            if not isinstance(checksum, str):
                raise TypeError(path)
            place(folder, path)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        if force:
            return {}
        raise NotWritten(
            f"{folder / MANIFEST} is damaged. "
            "Restore it from version control, or run again with --force to write every file anew"
        ) from None
    return dict(files)


def _refuse_twins(contents: Mapping[str, bytes]) -> None:
    """Refuse two files whose names differ only in case: on many machines they are one file."""
    seen: dict[str, str] = {MANIFEST: MANIFEST}
    for path in sorted(contents):
        twin = seen.setdefault(path.casefold(), path)
        if twin != path or path == MANIFEST:
            raise NotWritten(f"{path} and {twin} would be the same file")


def _refuse_edited(change: Change, written: Mapping[str, str]) -> None:
    edited, foreign = [], []
    for path in [*change.changed, *change.removed]:
        if path == MANIFEST:
            continue
        if path not in written:
            foreign.append(path)
        elif written[path] != digest(change.old[path]):
            edited.append(path)
    complaints = [
        f"{what}: {_listed(paths)}"
        for what, paths in (("edited by hand", edited), ("not written by Bide", foreign))
        if paths
    ]
    if complaints:
        raise NotWritten(
            f"{change.folder} holds files that would be lost ({'; '.join(complaints)}). "
            "Put the edits into the spec or move the files away, or run again with --force to lose them"
        )


def _listed(paths: list[str]) -> str:
    more = len(paths) - _LISTED
    return ", ".join(paths[:_LISTED]) + (f" and {more} more" if more > 0 else "")
