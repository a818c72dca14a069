"""docs/job-apis.md: `page.md`, filled with the rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from string import Template

from evidence.jobs.rows import HERE, SPECS, Row, rows, spec_of
from evidence.jobs.words import words

PAGE = HERE.parents[1] / "docs" / "job-apis.md"
MOST = 4
"""How many submits a row shows."""

REASONS = {
    "no address to poll": "The document has no address to poll. AEP-151, which it follows, has one, `/{+path}`.",
    "no replies": "The document has no replies: neither an id nor a status, nor where they would be.",
    "no id in the reply": "The reply in the document has no id of a job.",
    "a reply that is a list": "The reply is a list of jobs, and the reply of a submit must be an object.",
    "several jobs": "One submit makes several jobs, one for each language.",
    "an upload in between": "Between submit and poll, the file is sent to an address that the reply has.",
    "counters, no status": "No status: a batch is over when the counter of its pending requests is 0.",
}

FILLED = {
    "values": "the values of the status",
    "file": "that a text field is a file",
    "header": "the header of the link, and the values of the status if it leads to an undocumented reply",
    "body": "the body of a submit",
}


_POLLS = {"NONE": "none", "HEADER": "a header", "~GET .*operations.*": "`GET .../operations/{id}`"}
"""What the list has in place of an address."""


def text() -> str:
    """The whole page."""
    found = list(rows())
    said = sum(row.said for row in found)
    total = said + sum(len(row.unsaid) for row in found)
    return Template((HERE / "page.md").read_text(encoding="utf-8")).substitute(
        documents=len({row.document for row in found}),
        rows=len(found),
        total=total,
        said=said,
        unsaid=total - said,
        percent=f"{said / total:.1%}".replace("%", " %"),
        specs=len(SPECS),
        wholly=len({row.document for row in found} - {row.document for row in found if row.unsaid}),
        filled=sum(row.said for row in found if row.filled),
        reasons="\n".join(_reasons(found)),
        table="\n".join(_table(found)),
    )


def _reasons(found: list[Row]) -> list[str]:
    counts = Counter(reason for row in found for reason in row.unsaid.values())
    where = {
        reason: ", ".join(dict.fromkeys(row.document for row in found if reason in row.unsaid.values()))
        for reason in counts
    }
    lines = [f"| {REASONS[reason]} | {number} | {where[reason]} |" for reason, number in counts.most_common()]
    return ["| why not | submits | document |", "|---|---|---|", *lines]


def _table(found: list[Row]) -> list[str]:
    return ["| document | poll | submits | how it is said, or why not |", "|---|---|---|---|", *map(_line, found)]


def _line(row: Row) -> str:
    shown = row.submits
    more = [f"and {len(shown) - MOST + 1} more"] if len(shown) > MOST else []
    submits = ", ".join([f"`{each}`" for each in shown[: MOST - 1 if more else MOST]] + more)
    how = [words(row)] if row.jobs else []
    if row.filled:
        how.append(f"† {FILLED[row.filled]}")
    if row.cancel:
        how.append(f"`{'`, `'.join(row.cancel)}` is the cancellation")
    how += [f"**no**, `{submit}`: {reason}" if how else f"**no**: {reason}" for submit, reason in _unsaid(row)]
    poll = _POLLS.get(row.poll, f"`{row.poll}`")
    return f"| {_document(row)} | {poll} | {len(shown)}: {submits} | {'; '.join(how)} |"


def _document(row: Row) -> str:
    return f"[{row.document}](../evidence/jobs/specs/{row.spec}.yaml)" if row.spec else row.document


def _unsaid(row: Row) -> list[tuple[str, str]]:
    if row.jobs:
        return [(submit, reason) for submit, reason in row.unsaid.items()]
    return [("", reason) for reason in dict.fromkeys(row.unsaid.values())]


def used() -> dict[Path, set[str]]:
    """The jobs and operations of each spec that have a row."""
    names: dict[Path, set[str]] = {path: set() for path in SPECS}
    for row in rows():
        if row.spec:
            names[HERE / "specs" / f"{row.spec}.yaml"] |= {*row.jobs, *row.operations}
    return names


def declared() -> dict[Path, set[str]]:
    """The jobs and operations that each spec declares."""
    specs = {path: spec_of(path.relative_to(HERE / "specs").with_suffix("").as_posix()) for path in SPECS}
    return {path: {*spec["jobs"], *spec.get("operations", {})} for path, spec in specs.items()}
