"""Find the status in a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bide.importer.documents.reading import Json
from bide.importer.looking import Lens, Look
from bide.importer.words import is_of_a_job, state_of, states

_NAME = re.compile(r"^(?:status|state|phase|stage)$|_(?:status|state)$|[a-z](?:Status|State)$")
_DONE = re.compile(r"^(?:is_?)?(?:done|completed?|finished)$", re.IGNORECASE)
_BESIDE_DONE = {"error", "response", "success", "result"}
_WRAPPER = re.compile(
    r"^(?:data|job|task|run|response|result|operation|batch|prediction|meta|payload|model|ingest|video|status|"
    r"generation|training_job|.*_by_pk|.*Job|.*_job)$"
)
_CONDITION = re.compile(r"^\s*\$response\.body#/(?P<at>[\w./-]+)\s*==\s*(?P<quote>[\"']?)(?P<word>.+?)(?P=quote)\s*$")
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
    told: Mapping[str, str] = field(default_factory=dict)
    """The states that the document tells."""

    @property
    def states(self) -> dict[str, str | None]:
        return {**states(self.words), **self.told}


def status_in(lens: Lens, reply: Look) -> Status | None:
    """The status in a reply: at the top, else in an object that wraps the job; `None` if there is none."""
    return _at(lens, reply, (), 2)


def with_criteria(lens: Lens, reply: Look, status: Status | None, polling: Json) -> Status | None:
    """The status with what `x-speakeasy-polling` tells of it: which words are a success, and which a failure."""
    told: dict[str, str] = {}
    pointer = status.pointer if status is not None else ()
    for at, word, is_success in _criteria(polling):
        pointer = pointer if told else at
        if at == pointer:
            usual = state_of(word)
            fits = usual in (("succeeded", "partial") if is_success else ("failed", "cancelled", "expired"))
            told[word] = str(usual) if fits else "succeeded" if is_success else "failed"
    if not told:
        return status
    field = reply
    for name in pointer:
        is_place = name.isdigit() and field.items is not None
        field = lens.look(field.items) if is_place else lens.property(field, name)
    if field.kinds == {"boolean"}:
        told = {"false": "running", "true": "running", **told}
    words = tuple(dict.fromkeys([*(lens.words(field) if field.values else ()), *told]))
    return Status(pointer=pointer, words=words, is_listed=bool(field.values), is_job=True, told=told)


def _criteria(polling: Json) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """(pointer, word, whether it is a success) of each condition on the body."""
    for each in polling if isinstance(polling, list) else []:
        for key in ("successCriteria", "failureCriteria"):
            criteria = each.get(key) if isinstance(each, Mapping) else None
            for one in criteria if isinstance(criteria, list) else []:
                found = _CONDITION.match(str(one.get("condition"))) if isinstance(one, Mapping) else None
                if found:
                    yield tuple(found["at"].split("/")), found["word"], key == "successCriteria"


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
