"""Generate a package from each spec, and write docs/job-apis.md."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bide.cli.app import main as bide
from evidence.jobs.page import PAGE, text
from evidence.jobs.rows import SPECS


def main() -> int:
    """Check and generate every spec, write the page, and return the exit code."""
    paths = [str(path.relative_to(Path.cwd())) for path in SPECS]
    if wrong := bide(["check", "--strict", *paths]):
        return wrong
    with TemporaryDirectory() as folder:
        if wrong := bide(["generate", *paths, "--out", folder]):
            return wrong
    PAGE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
