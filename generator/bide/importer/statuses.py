"""Find the status in a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bide.importer.looking import Lens, Look
from bide.importer.words import is_of_a_job, states

_NAME = re.compile(r"^(?:status|state|phase|stage)$|_(?:status|state)$|[a-z](?:Status|State)$")
_DONE = re.compile(r"^(?:is_?)?(?:done|completed?|finished)$", re.IGNORECASE)
_BESIDE_DONE = {"error", "response", "success", "result"}
_WRAPPER = re.compile(
    r"^(?:data|job|task|run|response|result|operation|batch|prediction|meta|payload|model|ingest|video|status|"
    r"generation|training_job|.*_by_pk|.*Job|.*_job)$"
)
_OTHERS = re.compile(r"^(?:last|latest|next|parent|previous)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status of a job in a reply."""

    pointer: tuple[str, ...]
    words: tuple[str, ...]
    """Empty: the document lists none."""
    is_boolean: bool = False
    is_listed: bool = False
    """Whether the words are those of an enum."""
    is_job: bool = False
    """Whether the words are those of a job."""

    @property
    def states(self) -> dict[str, str | None]:
        return states(self.words)


def status_in(lens: Lens, reply: Look) -> Status | None:
    """The status in a reply: at the top, else in an object that wraps the job; `None` if there is none."""
    return _at(lens, reply, (), 2)


def _at(lens: Lens, look: Look, path: tuple[str, ...], levels: int) -> Status | None:
    found = [status for name in look.properties if (status := _field(lens, look, name, path)) is not None]
    if found:
        return max(found, key=lambda each: (each.is_job, each.is_listed, not each.is_boolean, -len(each.pointer[-1])))
    if not levels:
        return None
    objects = {name: inner for name in look.properties if (inner := lens.property(look, name)).properties}
    wrappers = [name for name in objects if _WRAPPER.match(name)] or (list(objects) if len(objects) == 1 else [])
    for name in wrappers:
        if not _OTHERS.match(name) and (deeper := _at(lens, objects[name], (*path, name), levels - 1)) is not None:
            return deeper
    return None


def _field(lens: Lens, look: Look, name: str, path: tuple[str, ...]) -> Status | None:
    field = lens.property(look, name)
    if _DONE.match(name) and (field.kinds == {"boolean"} or (not field.kinds and "done" == name)):
        is_told = bool(_BESIDE_DONE & look.properties.keys())
        return Status(
            pointer=(*path, name), words=("false", "true"), is_boolean=True, is_listed=is_told, is_job=is_told
        )
    if not _NAME.search(name) or _OTHERS.match(name) or field.is_object or field.items is not None:
        return None
    if field.kinds - {"string", "integer"} and not field.values:
        return None
    words = tuple(lens.words(field))
    is_listed = bool(field.values)
    if not is_listed and not is_of_a_job(words):
        words = tuple(word for word in words if word and states([word]).get(word))
    return Status(pointer=(*path, name), words=words, is_listed=is_listed, is_job=is_of_a_job(words))
