"""Turn the text of a spec into its meaning or its problems."""

from __future__ import annotations

from dataclasses import dataclass

from bide import ir, lint
from bide.ir.build import build
from bide.spec import document as source
from bide.spec.diagnostics import Diagnostic, Silenced, SpecError
from bide.spec.salvage import salvaged
from bide.spec.shape import schema


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of checking a spec."""

    document: source.Document | None
    """`None` if there is an error."""
    problems: list[Diagnostic]
    """In the order of the file."""
    silenced: list[Silenced]
    """The warnings that comments in the spec silence."""


def read_spec(file: str, text: str) -> ir.Provider:
    """The meaning of the spec in *text*. Raises `SpecError` with all of its problems."""
    return build(checked(file, text)[0])


def checked(file: str, text: str) -> tuple[source.Document, list[Diagnostic]]:
    """A document without errors, and its warnings. Raises `SpecError` with errors and warnings."""
    found = examined(file, text)
    if found.document is None:
        raise SpecError(found.problems)
    return found.document, found.problems


def examined(file: str, text: str) -> Finding:
    """All problems of the spec in *text*: of its YAML, its shape and its meaning."""
    reading = source.scan(file, text)
    document = reading.document
    if document is None:
        return Finding(None, sorted(set(reading.problems)), [])
    spoiled = {place for path in reading.spoiled for place in (document.value_place(path), document.key_place(path))}
    faults = [(fault, path) for fault, path in schema.faults(document) if fault.place not in spoiled]
    misread = [*reading.problems, *(fault for fault, _ in faults)]
    if misread:
        left = salvaged(document, [*reading.spoiled, *(path for _, path in faults)])
        # Warnings may be about something that was removed, so they are dropped.
        misread += [] if left is None else [one for one in lint.check(left) if one.severity == "error"]
    found = misread or lint.check(document)
    silenced: list[Silenced] = []
    if document.comments:
        from bide.lint.silence import heeded

        found, silenced = heeded(document.comments, found, is_all=not misread)
    has_errors = any(problem.severity == "error" for problem in found)
    if has_errors:  # what seems unused may be what an error is about
        found = [problem for problem in found if problem.severity == "error" or not problem.code.startswith("unused-")]
    problems = sorted(set(found))
    return Finding(None if has_errors else document, problems, silenced)
