"""Build the sources, and find the source of a part of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bide import ir
from bide.spec.document import Json


@dataclass(frozen=True, slots=True)
class Sources:
    """The pages in the `sources` of a spec."""

    by_key: Mapping[str, ir.Source]

    def of(self, raw: Json, inherited: ir.Source | None = None) -> ir.Source | None:
        """The source of one part: its own, or else the inherited one."""
        key = raw.get("source") if isinstance(raw, dict) else None
        return inherited if key is None else self.by_key[key]


def sources(raw: Mapping[str, Json]) -> Sources:
    return Sources({key: ir.Source(key=key, title=page["title"], url=page["url"]) for key, page in raw.items()})
