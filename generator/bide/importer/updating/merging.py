"""Merge a new version of a document into a spec that its author has edited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bide.importer.documents.reading import Json
from bide.importer.parts.draft import Path
from bide.importer.parts.uses import holds_names

MISSING: Final = object()
"""The value of an entry that a version does not have."""

_TYPES = ("models", "enums", "unions")
_NAMED = ("jobs", "lifecycles", "operations", *_TYPES)
_METHODS = ("get", "post", "put", "patch", "delete")
_TEXTS = frozenset(("description", "title", "class", "name", "docs", "env", "example"))
"""Keys whose text is the author's choice."""
_NO_TYPES = _TEXTS | {*_METHODS, "job_id", "header", "template", "const", "default", "idempotency_key"}
"""Keys whose text names no type."""
_TYPE_NAME = re.compile(r"\b[A-Z][A-Za-z0-9_]*")
_PARAMETER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Conflict:
    """An entry that both the author and the document have changed. A value may be `MISSING`."""

    path: Path
    before: Json
    """What the last import wrote."""
    mine: Json
    """What the spec has."""
    theirs: Json
    """What the document says now."""


Answer = Callable[[Conflict], bool]
"""Whether the document wins a conflict."""


@dataclass(slots=True)
class Update:
    """A spec with the new version of its document in it."""

    data: dict[str, Json] = field(default_factory=dict)
    added: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    """Entries that differ from the document because the author wrote them so."""
    conflicts: list[Conflict] = field(default_factory=list)


def updated(before: Json, mine: Json, theirs: Json, answer: Answer) -> Update:
    """The merge of a spec with its document. *before* is what the last import wrote, or `MISSING`."""
    update = Update()
    update.data = _Merge(update, answer).of((), before, mine, theirs)
    return update


class _Merge:
    def __init__(self, update: Update, answer: Answer) -> None:
        self._update = update
        self._answer = answer

    def of(self, path: Path, before: Json, mine: Json, theirs: Json) -> Json:
        """The merged value of an entry; `MISSING` if it goes."""
        update = self._update
        if isinstance(mine, dict) and isinstance(theirs, dict):
            return self._mapping(path, before if isinstance(before, dict) else MISSING, mine, theirs)
        if _is_same(mine, theirs):
            return mine
        if before is MISSING and mine is MISSING:
            update.added.append(path)
            return theirs
        if before is MISSING and (theirs is MISSING or path[-1] in _TEXTS):
            update.kept.append(path)
            return mine
        if _is_same(before, theirs):
            update.kept.append(path)
            return mine
        if _is_same(before, mine):
            (update.removed if theirs is MISSING else update.changed).append(path)
            return theirs
        if all(isinstance(each, list) and _is_words(each) for each in (before, mine, theirs)):
            update.changed.append(path)
            return [*(each for each in mine if each in theirs or each not in before)] + [
                each for each in theirs if each not in before and each not in mine
            ]
        return self._decided(Conflict(path, before, mine, theirs))

    def _decided(self, conflict: Conflict) -> Json:
        self._update.conflicts.append(conflict)
        if self._answer(conflict):
            (self._update.removed if conflict.theirs is MISSING else self._update.changed).append(conflict.path)
            return conflict.theirs
        self._update.kept.append(conflict.path)
        return conflict.mine

    def _mapping(self, path: Path, before: Json, mine: dict[str, Json], theirs: dict[str, Json]) -> dict[str, Json]:
        merged: dict[str, Json] = {}
        for name, spellings in _entries(before, mine, theirs):
            values = [
                MISSING if spelling is None else version[spelling]
                for spelling, version in zip(spellings, (before, mine, theirs), strict=True)
            ]
            value = self.of((*path, name), *values)
            if value is not MISSING:
                merged[self._spelled(path, spellings)] = value
        return merged

    def _spelled(self, path: Path, spellings: tuple[str | None, str | None, str | None]) -> str:
        """The key of an entry: `name`, or `name?` if it is optional."""
        before, mine, theirs = spellings
        if mine is None or theirs is None or mine == theirs:
            return mine or theirs or before or ""
        if before is None:
            return str(self._decided(Conflict((*path, mine), MISSING, mine, theirs)))
        (self._update.changed if before == mine else self._update.kept).append((*path, theirs))
        return theirs if before == mine else mine


def _entries(
    before: Json, mine: dict[str, Json], theirs: dict[str, Json]
) -> Iterator[tuple[str, tuple[str | None, str | None, str | None]]]:
    """The entries of three versions by name, in the author's order, each new one after the one it follows."""
    spellings = [{_plain(key): key for key in ({} if each is MISSING else each)} for each in (before, mine, theirs)]
    order = [_plain(key) for key in mine]
    after = -1
    for name in spellings[2]:
        if name in order:
            after = order.index(name)
        else:
            after = len(order) if after < 0 else after + 1
            order.insert(after, name)
    for name in order:
        yield name, (spellings[0].get(name), spellings[1].get(name), spellings[2].get(name))


def _plain(key: str) -> str:
    return key.removesuffix("?") if len(key) > 1 else key


def _is_same(one: Json, two: Json) -> bool:
    return type(one) is type(two) and bool(one == two)


def _is_words(values: list[Json]) -> bool:
    return all(isinstance(each, str) for each in values)


# --- names that the author has changed --------------------------------------------------------------------------------


def renames(theirs: Mapping[str, Json], mine: Mapping[str, Json]) -> dict[tuple[str, str], str]:
    """The author's names of what the document names otherwise, by section and name.

    Jobs and operations are the same if their requests are; lifecycles and types, if they are used at the same place.
    """
    return _Renames(theirs, mine).found


class _Renames:
    def __init__(self, theirs: Mapping[str, Json], mine: Mapping[str, Json]) -> None:
        self._theirs, self._mine = theirs, mine
        self.found: dict[tuple[str, str], str] = {}
        self._seen: set[tuple[str, str]] = set()
        for section in ("jobs", "operations"):
            known = {_request(entry): name for name, entry in _table(mine, section).items()}
            for name, entry in _table(theirs, section).items():
                same = known.get(_request(entry), "") if _request(entry) else ""
                same = same or (name if name in _table(mine, section) else "")
                if same:
                    self._note(section, name, same)
                    self._walk(entry, _table(mine, section)[same])

    def _note(self, section: str, name: str, same: str) -> None:
        is_free = same not in _table(self._theirs, section) and name not in _table(self._mine, section)
        if name != same and is_free and (section, same) not in {(at, other) for (at, _), other in self.found.items()}:
            self.found[section, name] = same

    def _walk(self, theirs: Json, mine: Json, *, are_names: bool = False) -> None:
        """Look for pairs of names at the same places. *are_names*: the keys are names of the provider."""
        if isinstance(theirs, dict) and isinstance(mine, dict):
            entries = {_plain(key): value for key, value in mine.items()}
            for key, value in theirs.items():
                other = entries.get(_plain(key))
                if key == "lifecycle" and not are_names and isinstance(value, str) and isinstance(other, str):
                    self._pair("lifecycles", value, other)
                elif are_names or key not in _NO_TYPES:
                    self._walk(value, other, are_names=holds_names(_plain(key), is_name=are_names))
        elif isinstance(theirs, str) and isinstance(mine, str):
            names, others = _TYPE_NAME.findall(theirs), _TYPE_NAME.findall(mine)
            if len(names) == len(others):
                for name, other in zip(names, others, strict=True):
                    self._type(name, other)

    def _type(self, name: str, other: str) -> None:
        for section in _TYPES:
            if name in _table(self._theirs, section) and other in _table(self._mine, section):
                self._pair(section, name, other)

    def _pair(self, section: str, name: str, other: str) -> None:
        if (section, name) in self._seen or name not in _table(self._theirs, section):
            return
        self._seen.add((section, name))
        self._note(section, name, other)
        self._walk(self._theirs[section][name], _table(self._mine, section).get(other))


def renamed(data: Mapping[str, Json], names: Mapping[tuple[str, str], str]) -> dict[str, Json]:
    """The data of a spec with other names."""
    types = {name: other for (section, name), other in names.items() if section in _TYPES}

    def of(value: Json, key: str, *, is_name: bool = False) -> Json:
        if isinstance(value, dict):
            are_names = holds_names(key, is_name=is_name)
            return {name: of(each, name, is_name=are_names) for name, each in value.items()}
        if isinstance(value, list):
            return [of(each, key, is_name=is_name) for each in value]
        if not isinstance(value, str) or (not is_name and key in _NO_TYPES):
            return value
        if key == "lifecycle" and not is_name:
            return names.get(("lifecycles", value), value)
        return _TYPE_NAME.sub(lambda match: types.get(match[0], match[0]), value)

    made = {key: value if key == "enums" else of(value, key) for key, value in data.items()}
    for section in _NAMED:
        if section in made:
            made[section] = {names.get((section, name), name): entry for name, entry in made[section].items()}
    return made


def _table(data: Mapping[str, Json], section: str) -> Mapping[str, Json]:
    found = data.get(section)
    return found if isinstance(found, dict) else {}


def _request(entry: Json) -> tuple[str, str] | None:
    """The method and the path of a job's submit, or of an operation; its parameters have no names."""
    request = entry.get("submit", entry) if isinstance(entry, dict) else None
    if isinstance(request, dict):
        for method in _METHODS:
            if isinstance(request.get(method), str):
                return method, _PARAMETER.sub("{}", request[method])
    return None
