"""Whether `bide generate` would find everything as it left it: answered before anything else is loaded.

In a build there is mostly nothing to do, and to load what finds that out takes longer than all the rest. So a run notes
what its packages were made of and what it wrote: the checksums of the specs, and size and time of the generator's files
and of the packages'. A run with the same arguments that finds all of that as it was says so and ends.

The notes are in the user's cache folder. Whoever deletes them loses nothing.
"""

import os
import sys
import zlib
from collections.abc import Iterable, Mapping

_SLOTS = 256
"""So many notes are kept at most; one of another run with the same number takes the place of an older one."""


def answer(arguments: list[str]) -> str | None:
    """What a run with these arguments would print; `None` if it has to run to know that."""
    try:
        with open(_slot(arguments), encoding="utf-8") as note:
            key, specs, files, state, said = note.read().split("\0")
        if key == _key(arguments) and state == _state(dict.fromkeys(specs.split("\n")), files.split("\n")):
            return said
    except (OSError, ValueError):
        pass  # there is no note, or none that can be read
    return None


def keep(arguments: list[str], specs: Mapping[str, str], files: Iterable[str], said: str) -> None:
    """Note that a run has read these *specs* (their texts by path) and that the *files* are now what it makes of them.

    Some of the files may be missing: as long as they are, nothing has changed.
    """
    files, slot = sorted(files), _slot(arguments)
    try:
        note = "\0".join([_key(arguments), "\n".join(specs), "\n".join(files), _state(specs, files), said])
        os.makedirs(os.path.dirname(slot), exist_ok=True)
        with open(f"{slot}.{os.getpid()}", "w", encoding="utf-8", newline="") as new:
            new.write(note)
        os.replace(new.name, slot)
    except (OSError, ValueError):
        pass  # the next run takes its time


def _key(arguments: list[str]) -> str:
    return "\n".join([sys.version, os.getcwd(), *arguments])


def _slot(arguments: list[str]) -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "bide", f"{zlib.crc32(_key(arguments).encode('utf-8', 'replace')) % _SLOTS:02x}")


def _state(specs: Mapping[str, str | None], files: Iterable[str]) -> str:
    """What would differ if anything did. A spec is read, unless its text is given."""
    sums = [f"{path} {_checksum(path) if text is None else zlib.crc32(text.encode())}" for path, text in specs.items()]
    written = [_stat(path, follow_symlinks=False) for path in files]
    return "\n".join([*sums, *written, *map(_stat, _generator(os.path.dirname(__file__)))])


def _checksum(path: str) -> int:
    with open(path, "rb") as spec:
        return zlib.crc32(spec.read())


def _stat(path: str, *, follow_symlinks: bool = True) -> str:
    try:
        found = os.stat(path, follow_symlinks=follow_symlinks)
    except FileNotFoundError:
        return f"{path} -"
    return f"{path} {found.st_size} {found.st_mtime_ns}"


def _generator(folder: str) -> Iterable[str]:
    """The files that a generation is made by."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _generator(entry.path)
        else:
            yield entry.path
