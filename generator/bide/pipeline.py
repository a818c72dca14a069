"""From a spec's text to what it means.

`python -m bide.pipeline FILE...` says what is wrong with each file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bide import ir, lint, schema, source
from bide.build import build
from bide.diagnostics import Diagnostic, SpecError, rendered


def read_spec(file: str, text: str) -> ir.Provider:
    """What the spec in *text* means. Raises `SpecError` with everything that is wrong with it."""
    return build(checked(file, text)[0])


def checked(file: str, text: str) -> tuple[source.Document, list[Diagnostic]]:
    """A document without errors, and the warnings about it. Raises `SpecError` with the errors and the warnings."""
    document = source.read(file, text)
    misshapen = schema.check(document)
    if misshapen:
        raise SpecError(misshapen)
    found = lint.check(document)
    if any(problem.severity == "error" for problem in found):
        raise SpecError(found)
    return document, found


def main(files: Sequence[str]) -> int:
    """Print what is wrong with each file; 0 if nothing is."""
    status = 0
    for file in files:
        text = Path(file).read_bytes().decode("utf-8", "surrogateescape")
        try:
            document, problems = checked(file, text)
            build(document)
        except SpecError as error:
            problems, status = error.diagnostics, 1
        for problem in problems:
            print(rendered(problem, text), end="\n\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
