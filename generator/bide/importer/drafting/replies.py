"""The type of a reply, and its examples."""

from __future__ import annotations

from collections.abc import Iterable

from bide.importer.documents.openapi import Reply, is_json
from bide.importer.drafting.context import Context
from bide.importer.parts.shown import shown


def type_of(context: Context, reply: Reply | None, hint: str) -> str:
    """The type of a reply; *hint* names its model."""
    if reply is None or reply.schema is None:
        return "any"
    if is_json(reply.media):
        return context.types.of(reply.schema, hint)
    return "string" if text_media(reply) else "bytes"


def text_media(reply: Reply | None) -> str:
    """The media type of a reply that is text, which clients must ask for; empty if it is not."""
    is_text = reply is not None and reply.schema is not None and reply.media.startswith("text/")
    return reply.media if reply is not None and is_text else ""


def show(context: Context, kind: str, replies: Iterable[Reply]) -> None:
    """Write the examples of replies into their model."""
    model = context.types.models.get(kind)
    if model is None or "examples" in model or context.api.recording is not None:
        return
    examples, why = shown(each for reply in replies for each in reply.examples)
    if examples:
        model["examples"] = examples
    if why:
        context.draft.left_out.append((f"examples of {kind}", why))
