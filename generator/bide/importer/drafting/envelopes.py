"""Objects around a job in a reply, and the models that pointers lead through."""

from __future__ import annotations

from bide.importer.documents.openapi import Operation
from bide.importer.documents.reading import Json
from bide.importer.drafting.context import Context
from bide.importer.looking import Look
from bide.importer.parts.draft import Path
from bide.importer.parts.failures import is_error
from bide.importer.parts.naming import squeezed


def make_models(context: Context, look: Look, schema: Json, path: Path) -> None:
    """Make models of what a pointer leads through."""
    context.types.one_model(schema)
    for step in path[:-1]:
        schema = look.items if step.isdigit() else look.properties.get(step)
        context.types.one_model(schema)
        look = context.lens.look(schema)


def envelope_of(context: Context, look: Look, path: Path) -> str:
    """The key of the object that has all of the job, if a pointer leads into it and only scalars are beside it."""
    if len(path) < 2 or path[0] not in look.properties or path[1].isdigit():
        return ""
    inner = context.lens.property(look, path[0])
    names = [wire for wire in look.properties if wire != path[0]]
    beside = [context.lens.property(look, wire) for wire in names]
    is_plain = not any(each.properties or each.items is not None or "object" in each.kinds for each in beside)
    is_other = any(is_error(wire) or squeezed(wire).endswith("id") or "progress" in wire.lower() for wire in names)
    is_object = bool(inner.properties) and inner.kinds - {"null"} <= {"object"} and path[0] not in inner.properties
    return path[0] if is_plain and is_object and beside and not is_other else ""


def is_wrapped(context: Context, kind: str, key: str, look: Look, operation: Operation) -> bool:
    """Write an envelope into a model; whether it has no other one."""
    model = context.types.models.get(kind)
    if model is None or model.get("envelope", key) != key:
        return False
    model["envelope"] = key
    outside = ", ".join(wire for wire in look.properties if wire != key)
    context.types.note(kind, f"{outside} of {operation}", f"it is outside of the envelope {key}")
    return True


def holder_of(context: Context, look: Look, pointer: Path) -> Look:
    """The object that has the status."""
    for step in pointer[:-1]:
        look = context.lens.look(look.items) if step.isdigit() else context.lens.property(look, step)
    return look
