"""Write a package in a process that is killed at one of its steps on the disk.

python killed.py OUT STEP before|within
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from bide.emit.journal import Disk
from bide.emit.write import Package, write

OLD = {"README.md": "# Acme\n", "acme/__init__.py": "", "acme/client.py": "old\n", "acme/models/page.py": "page\n"}
NEW = {
    "README.md": "# Acme\n",
    "acme/__init__.py": "",
    "acme/client.py": "new\n",
    "tests/test_acme.py": "assert True\n",
}


def package(files: dict[str, str]) -> Package:
    return Package(name="acme", files=files, spec_file="acme.yaml")


@dataclass
class DeadlyDisk(Disk):
    """A disk that kills the process at a certain step: before it, or when half of it is done."""

    step: int
    within: bool

    def _reached(self) -> bool:
        self.step -= 1
        if self.step == 0 and not self.within:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.step == 0

    def write(self, path: Path, content: bytes) -> None:
        if self._reached():
            super().write(path, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(path, content)

    def move(self, path: Path, target: Path) -> None:
        if self._reached():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.kill(os.getpid(), signal.SIGKILL)
        super().move(path, target)

    def remove(self, path: Path) -> None:
        self._reached()
        super().remove(path)

    def remove_empty(self, folder: Path) -> None:
        self._reached()
        super().remove_empty(folder)

    def clear(self, folder: Path) -> None:
        if self._reached():
            for path in sorted(folder.rglob("*"))[:3]:
                path.is_file() and path.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        super().clear(folder)


if __name__ == "__main__":
    out, step, when = sys.argv[1:]
    write(Path(out), [package(NEW)], disk=DeadlyDisk(int(step), when == "within"))
