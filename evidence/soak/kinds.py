"""The kinds of jobs of the soak: made-up ones, and those of the generated packages."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.requests.poll_many import PollMany
from tests.runtime.acme import APART, OTHER, PART, SHY, WHOLE, Page, kind

GENERATED = Path(__file__).parents[2] / "generated"
PROVIDERS = ("anakin", "knowledgesdk", "scrapio")

IN_QUERY = PollMany(path="/many", ids="ids", max_ids=5, list=("data", "jobs"), job_id=("id",))
IN_BODY = PollMany(method="POST", path="/many", ids_in="body", ids="job_ids", max_ids=3, job_id=("about", "id"))

MADE_UP: tuple[JobKind[Any, Any], ...] = (
    PART,
    WHOLE,
    OTHER,
    APART,
    SHY,
    kind("crew", Page, result=("page",), poll_many=IN_QUERY),
    kind("gang", Page, result=("page",), poll_many=IN_BODY),
    kind("loud", Page, result=("page",), ignore_case=True),
)


def generated() -> tuple[JobKind[Any, Any], ...]:
    """The kinds of the generated packages."""
    found: list[JobKind[Any, Any]] = []
    for name in PROVIDERS:
        sys.path.insert(0, str(GENERATED / name))
        tables = importlib.import_module(f"{name}_client._jobs")
        found += [value for value in vars(tables).values() if isinstance(value, JobKind)]
    return tuple(found)
