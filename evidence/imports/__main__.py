"""`python -m evidence.imports FOLDER`: try every document of a folder, and write `docs/imports.md`."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from evidence.imports.page import PAGE, text
from evidence.imports.trial import tried


def main() -> int:
    """Try the documents and write the page; returns the exit code."""
    parser = argparse.ArgumentParser(prog="evidence.imports", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-tests", action="store_true", help="do not run the tests of the packages")
    parser.add_argument("--only", default="", help="one document; the page is not written")
    parser.add_argument("--keep", type=Path, help="keep the specs and the packages here")
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.iterdir() if path.suffix in (".json", ".yaml", ".yml"))
    trials = []
    with TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            if options.only in ("", path.stem):
                trials.append(tried(path, folder.resolve(), with_tests=not options.no_tests))
                each = trials[-1]
                said = f"{each.jobs} jobs, {each.ran} of {each.tried} ran, tests: {each.tests or '-'}"
                print(f"{each.document}: {each.refusal or said}", *each.why, sep="\n    ", flush=True)
    if not options.only:
        PAGE.write_text(text(trials, datetime.date.today().isoformat()), encoding="utf-8")
        print(f"written to docs/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
