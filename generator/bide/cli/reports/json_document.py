"""Problems as one JSON object, for programs."""

from __future__ import annotations

import json
from typing import Any

from bide.cli.reports.listing import Listing
from bide.spec.diagnostics import Diagnostic

_VERSION = 1
"""Increases when a key is removed or changes its meaning."""


def written(listing: Listing) -> str:
    document = {
        "version": _VERSION,
        "specs": list(listing.sources),
        "errors": sum(problem.severity == "error" for problem in listing.problems),
        "warnings": sum(problem.severity == "warning" for problem in listing.problems),
        "problems": [_problem(problem) for problem in listing.problems],
        "silenced": [{**_problem(one.diagnostic), "reason": one.reason} for one in listing.silenced],
    }
    return json.dumps(document, indent=2)


def _problem(problem: Diagnostic) -> dict[str, Any]:
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "help": problem.help,
    }
