"""Cut a spec that violates the schema down to a valid part, so that the lint rules can check that part too.

Rules require a spec that fits the schema. Each wrong value is removed: alone, if nothing else in the spec depends on
it; otherwise with the model, job or other definition that contains it, and with every definition that refers to that
one. The rules then report only true problems of the rest, and the author sees all problems in one run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace

from bide.spec.document import Document, Json, Path
from bide.spec.hints import nearest
from bide.spec.shape.schema import faults, owners


def _set_of(names: str) -> frozenset[str]:
    return frozenset(names.split())


_TABLES = ("sources", "enums", "models", "unions", "operations", "jobs", "lifecycles")
_STAND_INS = {
    "bide": 1,
    "name": "stand_in",
    "title": "Stand-in",
    "class": "StandIn",
    "description": "A stand-in.",
    "docs": "https://stand-in.example",
    "base_url": "https://stand-in.example",
}
_OPTIONAL = (
    "cli",
    "mcp",
    "package",
    "auth",
    "webhooks",
    "headers",
    "query",
    "request_id",
    "hosts",
    "errors",
    "transient",
)

_LOCAL = _set_of("""
    accepts audience auth cancel cli credits default deprecated description error examples failed find free gone
    idempotency_key idempotent initial_delay interval items long_poll max max_items max_length mcp min min_interval
    min_items min_length not_found_grace not_ready over pattern poll_many polling progress rate_limit ready
    retention retry_after scopes secret source timeout transitions typical
    """)
"""Keys that can be removed without making anything else wrong."""

_LOAD_BEARING = (
    "body",
    "const",
    "fields",
    "is",
    "name",
    "path",
    "snapshot",
    "states",
    "status",
    "type",
    "values",
    "when",
)
"""Keys that other parts of the spec depend on. An unknown key that is like one of them may be that key, misspelt."""

_IN_PLACE = {"fields": "any", "body": "any", "query": "string", "path": "string", "headers": "string", "values": "One."}
"""The stand-in for any value of such a mapping."""

_NAMED_BY_AUTHORS = frozenset((*_IN_PLACE, "events", "if", "transitions", "ready", "returns", "states", "variants"))
"""Mappings whose keys the author chooses."""

_PROSE = frozenset(("description", "examples", "title", "docs"))
_WORD = re.compile(r"\w+")

_NOTHING = object()

_ROUNDS = 3
"""The most rounds of removal: what is removed may leave something empty, which must be removed too."""


def salvaged(document: Document, faulty: Iterable[Path]) -> Document | None:
    """The document without the values at the paths *faulty*; `None` if too little is left to check."""
    if not isinstance(document.data, dict):
        return None
    data = {key: document.data[key] for key in (*_STAND_INS, *_OPTIONAL, *_TABLES) if key in document.data}
    if any(isinstance(document.data[key], dict | list) for key in document.data if key not in data):
        return None  # a misspelt table: every reference into it would be reported as unknown
    if any(not isinstance(data.get(table, {}), dict) for table in _TABLES):
        return None
    data = _STAND_INS | deepcopy(data)
    lost: set[str] = set()
    waiting, seen = set(faulty), set[Path]()
    for _ in range(_ROUNDS):
        beyond = {path[:2] for path in waiting if path in seen or not _mended(data, path)}
        seen |= waiting
        lost |= set(_things_taken(data, beyond))
        _fill(data)
        good = replace(document, data=data, comments=())
        waiting = {path for _, path in faults(good)}
        if not waiting:
            _take_away(data, lost)
            return good
    return None


def _mended(data: dict[str, Json], path: Path) -> bool:
    """Remove or replace the value at *path* alone. Returns whether that leaves the rest valid."""
    if not _is_there(data, path):
        return True
    match path:
        case ("sources", str(name), *_):
            data["sources"][name] = {"title": "Stand-in", "url": "https://stand-in.example"}
            return True
        case (str(top), *_) if top in _STAND_INS:
            data[top] = _STAND_INS[top]
            return True
        case (str(top), *_) if top not in _TABLES:
            data.pop(top, None)
            return True
    for index in range(len(path) - 1, 1, -1):
        holder, key = _at(data, path[:index]), str(path[index])
        if not isinstance(holder, dict) or key not in holder:
            continue
        table = _named_by_authors(path, index)
        if table in _IN_PLACE:
            holder[key] = _IN_PLACE[table]
            for job in data.get("jobs", {}).values():
                if isinstance(job, dict):
                    job.pop("items", None)  # `items` needs a more exact type than `any`
            return True
        is_unknown = index == len(path) - 1 and key not in owners()
        if not table and (key in _LOCAL or (is_unknown and nearest(key, _LOAD_BEARING) is None)):
            del holder[key]
            return True
    return False


def _named_by_authors(path: Path, index: int) -> str:
    """The key of the mapping at this step of *path*, if the author chooses its keys; otherwise empty."""
    above = path[index - 1]
    if above not in _NAMED_BY_AUTHORS or (index > 3 and _named_by_authors(path, index - 1)):
        return ""
    return str(above)


def _is_there(data: Json, path: Path) -> bool:
    return _at(data, path) is not _NOTHING


def _at(data: Json, path: Path) -> Json:
    """The value at *path*, or `_NOTHING`."""
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return _NOTHING
    return data


def _things_taken(data: dict[str, Json], paths: Iterable[Path]) -> Iterator[str]:
    """Remove these definitions from their tables. Yields the names that may no longer be referred to."""
    for path in paths:
        if len(path) == 2 and path[1] in data.get(str(path[0]), {}):
            thing = data[str(path[0])].pop(path[1])
            yield str(path[1])
            # Some rules compare all jobs of a lifecycle.
            if path[0] == "jobs" and isinstance(thing, dict) and isinstance(thing.get("lifecycle"), str):
                yield thing["lifecycle"]


def _take_away(data: dict[str, Json], lost: Iterable[str]) -> None:
    """Remove the definitions of these names, and every definition that refers to one."""
    naming: dict[str, list[Path]] = {}
    for table in _TABLES:
        if table == "sources":
            continue  # they refer to nothing, and may share a name with something else
        for name, thing in data.get(table, {}).items():
            for word in {name, *_words(thing)}:
                naming.setdefault(word, []).append((table, name))
    waiting = list(lost)
    while waiting:
        waiting += _things_taken(data, naming.pop(waiting.pop(), ()))
    _fill(data)


def _fill(data: dict[str, Json]) -> None:
    """Remove empty tables, and make sure that there is a job or an operation."""
    for table in _TABLES:
        if not data.get(table, {"": None}):
            del data[table]
    if not {"jobs", "operations"} & data.keys():
        data["operations"] = {"stand_in": {"get": "/"}}


def _words(value: Json) -> Iterator[str]:
    """The words in a definition that may refer to another one."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield from _WORD.findall(text)
            case dict(inner):
                waiting += [one for key, one in inner.items() if key not in _PROSE]
            case list(inner):
                waiting += inner
