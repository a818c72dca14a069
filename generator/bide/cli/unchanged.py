"""Check whether `bide generate` has nothing to do, before anything else is imported.

In a build there is mostly nothing to do, and importing the generator takes longer than this check. So each run records
its inputs and outputs: checksums of the specs; mode, size and time of the files of the generator and of the packages;
and the time of the last installation. A run with the same arguments that finds all of them unchanged prints the same
summary and ends.

The records are in the user's cache folder and can be deleted at any time.
"""

from __future__ import annotations

import os
import stat
import sys
import zlib

from bide.emit.cache import cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SLOTS = 256
"""The most records that are kept. A new record replaces an older one in the same slot."""


def answer(arguments: list[str]) -> str | None:
    """The output of a run with these arguments; `None` if it has to run."""
    try:
        with open(_slot(arguments), encoding="utf-8") as note:
            key, specs, files, state, said = note.read().split("\0")
        if key == _key(arguments) and state == _state(dict.fromkeys(specs.split("\n")), files.split("\n")):
            return said
    except (OSError, ValueError):
        pass  # no readable record
    return None


def keep(arguments: list[str], specs: Mapping[str, str], files: Mapping[str, bytes | None], said: str) -> None:
    """Record a run that has read *specs* (texts by path) and left *files* with these contents.

    `None` stands for a file that must not exist.
    """
    try:
        slot, paths = _slot(arguments), sorted(files)
        folders = {os.path.dirname(path) for path in paths}
        paths += sorted(folders)
        note = "\0".join([_key(arguments), "\n".join(specs), "\n".join(paths), _state(specs, paths), said])
        if not all(_holds(path, content) for path, content in files.items()):
            return  # another process is writing there
        os.makedirs(os.path.dirname(slot), exist_ok=True)
        with open(f"{slot}.{os.getpid()}", "w", encoding="utf-8", newline="") as new:
            new.write(note)
        os.replace(new.name, slot)
    except (OSError, ValueError):
        pass  # without a record, the next run does the work


def _key(arguments: list[str]) -> str:
    return "\n".join([sys.version, os.getcwd(), *arguments])


def _slot(arguments: list[str]) -> str:
    return os.path.join(cache_folder(), f"{zlib.crc32(_key(arguments).encode('utf-8', 'replace')) % _SLOTS:02x}")


def _state(specs: Mapping[str, str | None], paths: Iterable[str]) -> str:
    """A text that changes if any input or output does. Specs without a text are read from the disk."""
    sums = [f"{path} {_checksum(path) if text is None else zlib.crc32(text.encode())}" for path, text in specs.items()]
    written = [_stat(path, follow_symlinks=False) for path in paths]
    installed = [f"{path} {os.stat(path).st_mtime_ns}" for path in sys.path if path.endswith("-packages")]
    return "\n".join([*sums, *written, *installed, *map(_stat, _generator(os.path.dirname(os.path.dirname(__file__))))])


def _checksum(path: str) -> int:
    with open(path, "rb") as spec:
        return zlib.crc32(spec.read())


def _holds(path: str, content: bytes | None) -> bool:
    if content is None:
        return not os.path.lexists(path)
    with open(path, "rb") as file:
        return file.read() == content


def _stat(path: str, *, follow_symlinks: bool = True) -> str:
    try:
        found = os.stat(path, follow_symlinks=follow_symlinks)
    except FileNotFoundError:
        return f"{path} -"
    if stat.S_ISDIR(found.st_mode):
        return f"{path} {found.st_mode}"  # other files in the folder do not matter
    return f"{path} {found.st_mode} {found.st_size} {found.st_mtime_ns}"


def _generator(folder: str) -> Iterable[str]:
    """The files of the generator."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _generator(entry.path)
        else:
            yield entry.path
