"""The items of the list in which a `find` searches."""

from __future__ import annotations

from collections.abc import Mapping

from bide import ir
from bide.ir.notation import NotationError, parse_type
from bide.lint.spec import Spec
from bide.spec.document import Json


def list_of(find: Mapping[str, Json]) -> str | None:
    """The pointer to the list; `None` if the reply is the list."""
    found: str | None = find.get("pages", {}).get("list", find.get("list"))
    return found


def listed(spec: Spec, find: Mapping[str, Json]) -> ir.Type | None:
    """The type of the items; `None` if there is no list."""
    try:
        reply = parse_type(find["returns"]).type
    except NotationError:
        return None
    pointer = list_of(find)
    found: ir.Type | None = reply
    if pointer is not None:
        found = (
            spec.follow_or_none(pointer, reply) if isinstance(reply, ir.Named) and spec.is_model(reply.name) else None
        )
    if isinstance(found, ir.OneOf) and len(found.types) == 1:  # or null
        found = found.types[0]
    return found.item if isinstance(found, ir.ListOf) else None
