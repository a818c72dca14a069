"""The file of a download: it has its name only when it is complete."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ...calls.download import Download
from ...errors.client import ConfigurationError


class PartFile:
    """`film.mp4.part`, which becomes `film.mp4`. Beside it, `film.mp4.part.json` identifies the version of the file.

    A later download of the same file continues it. Each method raises `ConfigurationError` if the disk refuses.
    """

    def __init__(self, to: str | os.PathLike[str]) -> None:
        self.path = Path(to)
        self._part = self.path.with_name(f"{self.path.name}.part")
        self._notes = self.path.with_name(f"{self.path.name}.part.json")
        self.on_write: Callable[[], None] | None = None
        """Called after each write."""
        self._file: BinaryIO | None = None

    def opened(self, limit: int | None) -> Download:
        """Open the file; what it has already is the beginning of the download."""
        if self.path.exists() and not self.path.is_file():
            raise ConfigurationError(f"{self.path} is there already, and is no file; nothing was sent")
        with self._explained():
            validator = self._noted()
            self._file = self._part.open("r+b" if validator else "wb")
            size = self._file.seek(0, os.SEEK_END)
        return Download(self, limit=limit, size=size, validator=validator)

    def restart(self) -> None:
        """Drop all bytes."""
        with self._explained():
            assert self._file is not None
            self._file.seek(0)
            self._file.truncate()

    def write(self, chunk: bytes) -> None:
        """Append to the file."""
        with self._explained():
            assert self._file is not None
            self._file.write(chunk)

    def note(self, validator: str | None) -> None:
        """Keep what identifies this version of the file."""
        with self._explained():
            if validator is None:
                self._notes.unlink(missing_ok=True)
            else:
                self._notes.write_text(json.dumps({"validator": validator}))

    def finish(self) -> Path:
        """Give the complete file its name."""
        with self._explained():
            self.close()
            self._part.replace(self.path)
            self._notes.unlink(missing_ok=True)
        return self.path

    def close(self) -> None:
        """Close the file; what has arrived stays."""
        if self._file is not None:
            self._file.close()

    def _noted(self) -> str | None:
        """What identifies the version of the part that is there."""
        try:
            notes = json.loads(self._notes.read_text()) if self._part.exists() else {}
        except (OSError, ValueError):
            return None
        found = notes.get("validator") if isinstance(notes, dict) else None
        return found if isinstance(found, str) and found.isprintable() else None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ConfigurationError(f"{self.path}: {reason}; what has arrived is in {self._part.name}") from error
