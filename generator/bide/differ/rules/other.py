"""What no other rule knows.

other-change (behaviour): something else is different.

Hits: new version.

Why: it changes the generated package, and no rule says what it means. Read the change.

    # old
    models: {Page: {fields: {note?: string}}}

    # new
    models: {Page: {fields: {note?: {type: string, secret: true}}}}

Says: `models.Page.fields.note.secret` was false and is true
"""

from __future__ import annotations

from bide.differ.differences import Difference, Kind
from bide.differ.said import Judge, Said, shown

RULES: dict[tuple[str, ...], Judge] = {}


def said(found: Difference) -> Said:
    """What is said of any difference: its path and both values."""
    if not found.path:
        return Said("other-change", "the package is different")
    told = {Kind.ADDED: f"is new: {shown(found.new)}", Kind.REMOVED: f"is gone: {shown(found.old)}"}
    change = told.get(found.kind, f"was {shown(found.old)} and is {shown(found.new)}")
    return Said("other-change", f"`{'.'.join(found.path)}` {change}")
