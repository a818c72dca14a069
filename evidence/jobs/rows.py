"""rows.yaml: which jobs of which spec say the submits of a document, and which submits no spec says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from bide.spec.document import read

HERE = Path(__file__).parent
SPECS = tuple(sorted(HERE.glob("specs/*/*.yaml")))

Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The submits of a document that one poll asks about."""

    document: str
    poll: str
    """As the document has it."""
    spec: str = ""
    """The path of the spec that says them, below `specs`."""
    jobs: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    """Submits that are operations, because they may return the result at once."""
    cancel: tuple[str, ...] = ()
    """Submits that are the cancellation of these jobs."""
    unsaid: Mapping[str, str]
    """Submits that cannot be said, with the key of the reason."""
    filled: str = ""
    """What the spec has and the document lacks."""

    @property
    def said(self) -> int:
        """How many submits can be said."""
        return len(self.jobs) + len(self.operations) + len(self.cancel)

    @property
    def submits(self) -> list[str]:
        """The address of every submit; the spec's, if a spec says it."""
        if not self.spec:
            return list(self.unsaid)
        spec = spec_of(self.spec)
        requests = [spec["jobs"][job]["submit"] for job in self.jobs]
        requests += [spec["operations"][name] for name in self.operations]
        return [*map(address, requests), *self.cancel, *self.unsaid]


@cache
def spec_of(name: str) -> Spec:
    """The spec at this path below `specs`."""
    return cast(Spec, plain(HERE / "specs" / f"{name}.yaml"))


def plain(path: Path) -> Any:
    """The content of a YAML file, whose keys are text."""
    return read(path.name, path.read_text(encoding="utf-8")).data


def address(request: Mapping[str, Any]) -> str:
    """Method and path of a request."""
    [method] = request.keys() & {"get", "post", "put", "patch", "delete"}
    constants = [
        f"{name}={_text(field['const'])}" for name, field in request.get("query", {}).items() if "const" in field
    ]
    return f"{method.upper()} {request[method]}{'?' if constants else ''}{'&'.join(constants)}"


def _text(constant: object) -> str:
    return str(constant).lower() if isinstance(constant, bool) else str(constant)


def rows() -> Iterator[Row]:
    """All rows, in the order of the documents."""
    for document, polls in plain(HERE / "rows.yaml").items():
        for poll, row in polls.items():
            lists = {key: tuple(row.get(key, ())) for key in ("jobs", "operations", "cancel")}
            yield Row(
                document=document,
                poll=poll,
                spec=row.get("spec", ""),
                unsaid=row.get("unsaid", {}),
                filled=row.get("filled", ""),
                **lists,
            )
