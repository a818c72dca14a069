"""From a spec's text to what it means."""

from __future__ import annotations

from bide import ir, lint, schema, source
from bide.build import build
from bide.diagnostics import Diagnostic, SpecError


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
