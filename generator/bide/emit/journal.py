"""Change a folder completely or not at all, even if the process is killed.

    generated/acme/                   the folder
    generated/.bide-stage-acme/       the stage, beside it and on the same disk
        new/                          the files that are added or changed
        old/                          copies of the files that are changed or removed
        forward.json                  exists while the change is made
        backward.json                 exists while a failed change is reverted

The folder does not change before `forward.json` exists, so a stage with neither file is removed. With one of them,
`repair` continues in that direction. Every step may be repeated.

Independent of specs, packages and manifests.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SEGMENT = re.compile(r"(?!(?i:aux|con|nul|prn|(?:com|lpt)[0-9])(?:\.|$))[A-Za-z0-9_.-]*[A-Za-z0-9_-]")
"""One name in a path that is valid on every machine: not `.`, not `..`, and not a device of Windows."""

_UNCOMMITTED = "journal.json"
_FORWARD = "forward.json"
_BACKWARD = "backward.json"


class NotWritten(Exception):
    """The folder cannot be changed, and was not changed. The message is for the user."""


class Disk:
    """The disk operations of a change. Tests pass one that fails."""

    def write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def move(self, path: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def remove_empty(self, folder: Path) -> None:
        """Remove the folder if it is empty."""
        with contextlib.suppress(OSError):
            folder.rmdir()

    def clear(self, folder: Path) -> None:
        shutil.rmtree(folder)


DISK = Disk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The old and the new contents of files in a folder. A file with only one of them is removed or added.

    Paths are relative to the folder, with `/`.
    """

    folder: Path
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]

    @property
    def added(self) -> list[str]:
        return sorted(self.new.keys() - self.old.keys())

    @property
    def removed(self) -> list[str]:
        return sorted(self.old.keys() - self.new.keys())

    @property
    def changed(self) -> list[str]:
        return sorted(path for path in self.old.keys() & self.new.keys() if self.old[path] != self.new[path])

    @property
    def unchanged(self) -> list[str]:
        return sorted(path for path in self.old.keys() & self.new.keys() if self.old[path] == self.new[path])

    def __bool__(self) -> bool:
        return self.old != self.new


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stays_inside(path: str) -> bool:
    """Whether *path* stays inside the folder that it is joined to, on every machine."""
    return all(map(_SEGMENT.fullmatch, path.split("/")))


def place(folder: Path, path: str) -> Path:
    """*path* in *folder*. Raises `NotWritten` unless it stays inside and is a plain file or does not exist."""
    if not stays_inside(path):
        raise NotWritten(f"{path!r} is not a plain path inside {folder}")
    found = folder
    for segment in path.split("/"):
        _must_be_folder(found)
        found /= segment
    if found.is_symlink():
        raise NotWritten(f"{found} is a symbolic link, and Bide does not write through links: remove it")
    if found.exists() and not found.is_file():
        raise NotWritten(f"{found} is in the way of a file of that name: move it away")
    return found


def _must_be_folder(path: Path) -> None:
    if path.is_symlink():
        raise NotWritten(f"{path} is a symbolic link, and Bide does not write through links: remove it")
    if path.exists() and not path.is_dir():
        raise NotWritten(f"{path} is in the way of a folder of that name: move it away")


# --- making a change ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Create *folder* if it does not exist, and lock it against other runs of Bide."""
    if folder.exists() and not folder.is_dir():
        raise NotWritten(f"{folder} is a file, not a folder to write to")
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def make(changes: list[Change], *, disk: Disk = DISK) -> None:
    """Make the changes.

    If a step fails before the first folder changes, none changes. If a later one fails, each folder is either unchanged
    or changed completely.
    """
    changes = [change for change in changes if change]
    try:
        for change in changes:
            _prepare(change, disk)
        for change in changes:
            disk.move(stage_of(change.folder) / _UNCOMMITTED, stage_of(change.folder) / _FORWARD)
    except BaseException:
        for change in changes:
            if stage_of(change.folder).exists():
                _throw_away(change.folder, disk)
        raise
    for change in changes:
        _go_forward(change.folder, disk)


def repair(folder: Path, *, force: bool = False, disk: Disk = DISK) -> bool:
    """Finish or revert the change of *folder* by a process that was killed. Returns whether there was one.

    Raises `NotWritten` if a file was edited since, unless *force* is true.
    """
    stage = stage_of(folder)
    _must_be_folder(stage)
    if not stage.exists():
        return False
    if not is_half_done(folder):
        _throw_away(folder, disk)
        return False
    if not force:
        _refuse_edits_since(folder)
    if (stage / _BACKWARD).exists():
        _go_backward(folder, disk)
    else:
        _go_forward(folder, disk)
    return True


def is_half_done(folder: Path) -> bool:
    """Whether a process was killed while it changed *folder*."""
    return any((stage_of(folder) / marker).exists() for marker in (_FORWARD, _BACKWARD))


def stage_of(folder: Path) -> Path:
    """The folder where a change of *folder* is prepared. It exists only during a change, or if a process was killed."""
    return folder.parent / f".bide-stage-{folder.name}"


def _prepare(change: Change, disk: Disk) -> None:
    stage = stage_of(change.folder)
    touched = [*change.added, *change.changed, *change.removed]
    old = {path: change.old[path] for path in touched if path in change.old}
    new = {path: change.new[path] for path in touched if path in change.new}
    for path, content in old.items():
        disk.write(stage / "old" / path, content)
    for path, content in new.items():
        disk.write(stage / "new" / path, content)
    journal = {
        side: {path: digest(content) for path, content in files.items()} for side, files in (("old", old), ("new", new))
    }
    disk.write(stage / _UNCOMMITTED, json.dumps(journal, indent=1).encode())


def _go_forward(folder: Path, disk: Disk) -> None:
    old, new = _journal(folder)
    try:
        _bring(folder, "new", new, gone=old.keys() - new.keys(), disk=disk)
    except BaseException:
        disk.move(stage_of(folder) / _FORWARD, stage_of(folder) / _BACKWARD)
        _go_backward(folder, disk)
        raise
    _throw_away(folder, disk)


def _go_backward(folder: Path, disk: Disk) -> None:
    old, new = _journal(folder)
    _bring(folder, "old", old, gone=new.keys() - old.keys(), disk=disk)
    _throw_away(folder, disk)


def _bring(folder: Path, side: str, files: Mapping[str, str], *, gone: set[str], disk: Disk) -> None:
    """Move the files that one side of the stage still has into the folder, and remove those in *gone*."""
    staged = stage_of(folder) / side
    for path, checksum in files.items():
        target, ready = place(folder, path), place(staged, path)
        # Files with the right content are not touched: reverting must not fail at the file where the change failed.
        if ready.exists() and not (target.exists() and digest(target.read_bytes()) == checksum):
            disk.move(ready, target)
    for path in sorted(gone):
        disk.remove(place(folder, path))
    for path in sorted(gone):
        for parent in place(folder, path).parents[: path.count("/") + 1]:
            disk.remove_empty(parent)


def _throw_away(folder: Path, disk: Disk) -> None:
    """Remove the stage, its markers first, so that a partly removed stage has no meaning."""
    for marker in (_FORWARD, _BACKWARD):
        disk.remove(stage_of(folder) / marker)
    disk.clear(stage_of(folder))


def _journal(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The digests of both sides, as `_prepare` wrote them."""
    stage = stage_of(folder)
    marker = stage / (_BACKWARD if (stage / _BACKWARD).exists() else _FORWARD)
    try:
        journal = json.loads(marker.read_bytes())
        return {**journal["old"]}, {**journal["new"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotWritten(f"{marker} is damaged: restore {folder} from version control and remove {stage}") from None


def _refuse_edits_since(folder: Path) -> None:
    old, new = _journal(folder)
    edited = []
    for path in sorted(old.keys() | new.keys()):
        found = place(folder, path)
        if found.exists() and digest(found.read_bytes()) not in (old.get(path), new.get(path)):
            edited.append(path)
    if edited:
        raise NotWritten(
            f"{folder} was left half written, and then these files in it were edited: {', '.join(edited)}. "
            "Move your edits away, or run again with --force to lose them"
        )
