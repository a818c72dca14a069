"""What of a misshapen spec can be looked at by the rules all the same, so that all problems are told at once.

A rule relies on `schema` having found no fault. So what has one is taken out: by itself, where nothing else in the spec
depends on it, and else with the model, the job or the like that it is in, and with all that names that. What is left is
a good spec as far as it goes, and no rule says of it what is not so.
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
    "description": "It stands in.",
    "docs": "https://stand-in.example",
    "base_url": "https://stand-in.example",
}
_OPTIONAL = ("package", "auth", "headers", "request_id", "hosts", "errors")

_LOCAL = _set_of("""
    accepts cancel credits default deprecated description error examples failed_if gone idempotency_key idempotent
    interval items long_poll max max_items max_length min min_interval min_items min_length not_found_grace not_ready
    pattern poll_many polling progress rate_limit ready retention retry_after secret source timeout transitions typical
    """)
"""Keys that can be left out without anything else becoming wrong."""

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
"""Keys that something else would be wrong without; so it is if one of them is misspelt."""

_IN_PLACE = {"fields": "any", "body": "any", "query": "string", "path": "string", "headers": "string", "values": "One."}
"""What can stand for any value in such a mapping."""

_NAMED_BY_AUTHORS = frozenset(
    (*_IN_PLACE, "events", "failed_if", "transitions", "ready", "returns", "states", "variants")
)
"""What has keys that are not of the language."""

_PROSE = frozenset(("description", "examples", "title", "docs"))
_WORD = re.compile(r"\w+")

_NOTHING = object()

_ROUNDS = 3
"""What is taken out may leave something empty, which then has to go as well."""


def salvaged(document: Document, faulty: Iterable[Path]) -> Document | None:
    """The document without what is misshapen, by the paths of that; `None` if too little is left to say anything."""
    if not isinstance(document.data, dict):
        return None
    data = {key: document.data[key] for key in (*_STAND_INS, *_OPTIONAL, *_TABLES) if key in document.data}
    if any(isinstance(document.data[key], dict | list) for key in document.data if key not in data):
        return None  # a table whose name is misspelt: what is in it would be missing everywhere
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
    """Take what is at *path* out of *data* by itself, if that leaves the rest as good as it is."""
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
                    job.pop("items", None)  # they want to know more of a type than that it is any
            return True
        is_unknown = index == len(path) - 1 and key not in owners()
        if not table and (key in _LOCAL or (is_unknown and nearest(key, _LOAD_BEARING) is None)):
            del holder[key]
            return True
    return False


def _named_by_authors(path: Path, index: int) -> str:
    """The key of the mapping that *path* leads through here, if the author names what is in it; else empty."""
    above = path[index - 1]
    if above not in _NAMED_BY_AUTHORS or (index > 3 and _named_by_authors(path, index - 1)):
        return ""
    return str(above)


def _is_there(data: Json, path: Path) -> bool:
    return _at(data, path) is not _NOTHING


def _at(data: Json, path: Path) -> Json:
    """What is at *path*, or `_NOTHING`."""
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return _NOTHING
    return data


def _things_taken(data: dict[str, Json], paths: Iterable[Path]) -> Iterator[str]:
    """Take these things out of their tables. The names of what may no longer be named are left."""
    for path in paths:
        if len(path) == 2 and path[1] in data.get(str(path[0]), {}):
            thing = data[str(path[0])].pop(path[1])
            yield str(path[1])
            # What the jobs of a lifecycle have between them is seen in all of them together.
            if path[0] == "jobs" and isinstance(thing, dict) and isinstance(thing.get("lifecycle"), str):
                yield thing["lifecycle"]


def _take_away(data: dict[str, Json], lost: Iterable[str]) -> None:
    """Take whatever has to do with these names out of the tables."""
    naming: dict[str, list[Path]] = {}
    for table in _TABLES:
        if table == "sources":
            continue  # they name nothing, and may be called like something else
        for name, thing in data.get(table, {}).items():
            for word in {name, *_words(thing)}:
                naming.setdefault(word, []).append((table, name))
    waiting = list(lost)
    while waiting:
        waiting += _things_taken(data, naming.pop(waiting.pop(), ()))
    _fill(data)


def _fill(data: dict[str, Json]) -> None:
    """Leave no table empty, and something to ask for."""
    for table in _TABLES:
        if not data.get(table, {"": None}):
            del data[table]
    if not {"jobs", "operations"} & data.keys():
        data["operations"] = {"stand_in": {"get": "/"}}


def _words(value: Json) -> Iterator[str]:
    """The words that may name something, in what one thing says."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield from _WORD.findall(text)
            case dict(inner):
                waiting += [one for key, one in inner.items() if key not in _PROSE]
            case list(inner):
                waiting += inner
