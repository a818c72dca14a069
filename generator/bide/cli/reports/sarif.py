"""Problems as SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bide import __version__
from bide.cli.reports.listing import Listing
from bide.lint.codes import Page, all_pages
from bide.spec.diagnostics import Diagnostic

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def written(listing: Listing) -> str:
    pages = list(all_pages().values())
    numbers = {page.code: number for number, page in enumerate(pages)}
    silenced = [
        {
            **_result(one.diagnostic, numbers),
            "suppressions": [{"kind": "inSource", "status": "accepted", "justification": one.reason}],
        }
        for one in listing.silenced
    ]
    # Consumers require `suppressions` in every result or in none.
    problems = [
        {**_result(problem, numbers), **({"suppressions": []} if silenced else {})} for problem in listing.problems
    ]
    run = {
        "tool": {"driver": {"name": "bide", "semanticVersion": __version__, "rules": [_rule(page) for page in pages]}},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file)}} for file in listing.sources],
        "results": [*problems, *silenced],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(page: Page) -> dict[str, Any]:
    text = "\n\n".join(page.paragraphs)
    return {
        "id": page.code,
        "shortDescription": {"text": page.what},
        "fullDescription": {"text": page.what},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": page.severity},
    }


def _result(problem: Diagnostic, numbers: dict[str, int]) -> dict[str, Any]:
    text = f"{problem.message} ({problem.help})" if problem.help else problem.message
    region = {"startLine": problem.place.line, "startColumn": problem.place.column}
    location = {"artifactLocation": {"uri": _uri(problem.place.file)}, "region": region}
    return {
        "ruleId": problem.code,
        "ruleIndex": numbers[problem.code],
        "level": problem.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }


def _uri(file: str) -> str:
    """The URI of a file; relative if its path is."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(file)
