"""What an import wrote, kept beside the spec: the next version of the document is compared with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from bide.importer.documents.reading import Json
from bide.importer.importing import Import, Wanted

_HEADING = "# What the last `bide import` wrote; `--update` compares with it. Commit it, and do not edit it."
_OPTIONS = "# options: "


@dataclass(frozen=True, slots=True)
class Record:
    """The last import of a spec."""

    data: dict[str, Json]
    """The data of the spec as it was written."""
    only: str = ""
    operations: bool = False
    declined: list[str] = field(default_factory=list)
    """The submits that the author said make no job."""
    results: dict[str, str] = field(default_factory=dict)
    """Where the author said that results are, by submit."""


def record_of(spec: Path) -> Path:
    """The file that keeps the last import of a spec."""
    return spec.parent / ".import" / spec.name


def kept(spec: Path) -> Record | None:
    """The last import of a spec; `None` if it was not kept or cannot be read."""
    from bide.spec.diagnostics import SpecError
    from bide.spec.document import read

    try:
        text = record_of(spec).read_text("utf-8")
        options = json.loads(text.partition(_OPTIONS)[2].partition("\n")[0])
        data = read(record_of(spec).as_posix(), text).data
        results = {str(submit): str(place) for submit, place in options.get("results", {}).items()}
        declined = list(map(str, options["declined"]))
        return Record(data, str(options["only"]), bool(options["operations"]), declined, results)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, SpecError):
        return None


def keep(spec: Path, found: Import, wanted: Wanted, declined: list[str], results: dict[str, str]) -> None:
    """Keep what an import wrote."""
    path = record_of(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {"only": wanted.only, "operations": wanted.operations, "declined": declined}
    options = json.dumps({**made, "results": results} if results else made)
    path.write_text(f"{_HEADING}\n{_OPTIONS}{options}\n{found.text}", encoding="utf-8", newline="\n")
