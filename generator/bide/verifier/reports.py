"""Read a report that the observer `Unknowns` wrote in production: replies without their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.importer.documents.reading import Unreadable
from bide.importer.recording.exchanges import Exchange
from bide.ir import Json
from bide.verifier.verifying import Verdict, verify

_VERSION = 1


def is_report(document: Json) -> bool:
    """Whether a document is such a report, by what it has."""
    return isinstance(document, Mapping) and document.get("bide") == "unknowns"


def reported(provider: ir.Provider, document: Json) -> Verdict:
    """Compare the replies of a report with a spec. Raises `Unreadable`."""
    if document.get("version") != _VERSION:
        raise Unreadable(f"the report has version {document.get('version')}; this Bide reads {_VERSION}")
    if document.get("provider") != provider.name:
        raise Unreadable(f"the report is of {document.get('provider')}, and the spec of {provider.name}")
    rows = list(_rows(document.get("replies")))
    origin = provider.base_url.removesuffix(provider.base_path)
    exchanges = [_exchange(row, origin, provider.base_path) for row in rows]
    return verify(provider, exchanges, counts=[_count(row) for row in rows])


def _rows(replies: Json) -> Iterator[Mapping[str, Json]]:
    for each in replies if isinstance(replies, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("endpoint"), str) and isinstance(each.get("status"), int):
            yield each


def _exchange(row: Mapping[str, Json], origin: str, prefix: str) -> Exchange:
    method, _, path = row["endpoint"].partition(" ")
    return Exchange(
        method=method.lower(),
        origin=origin,
        path=prefix + path,
        query=(),
        headers={},
        media="",
        sent=None,
        status=row["status"],
        reply_headers={},
        has_json=row.get("is_json") is not False,
        said=row.get("reply"),
    )


def _count(row: Mapping[str, Json]) -> int:
    count = row.get("count")
    return count if isinstance(count, int) and count > 0 else 1
