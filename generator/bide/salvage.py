"""What of a misshapen spec can be looked at by the rules all the same, so that all problems are told at once.

A rule relies on `schema` having found no fault. So what has one is taken away: the model, the job or the like as a
whole. What names it goes too, since a rule would say of it what is not so. The rest is a good spec as far as it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bide.schema import check
from bide.source import Document, Json, Path

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
_OPTIONAL = ("auth", "headers", "request_id", "hosts", "errors")
_PROSE = frozenset(("description", "examples", "title", "docs"))
_WORD = re.compile(r"\w+")


def salvaged(document: Document, faulty: Iterable[Path]) -> Document | None:
    """The document without what is misshapen, by the paths of that; `None` if too little is left to say anything."""
    if not isinstance(document.data, dict):
        return None
    data = {key: document.data[key] for key in (*_STAND_INS, *_OPTIONAL, *_TABLES) if key in document.data}
    if any(isinstance(document.data[key], dict | list) for key in document.data if key not in data):
        return None  # a table whose name is misspelt: what is in it would be missing everywhere
    if any(not isinstance(data.get(table, {}), dict) for table in _TABLES):
        return None
    lost: set[tuple[str, str]] = set()
    for path in faulty:
        match path:
            case (str(table), name, *_) if table in _TABLES:
                lost.add((table, str(name)))
            case (str(key), *_) if key in data and key not in _TABLES:
                del data[key]
    _take_away(data, lost)
    good = replace(document, data=_STAND_INS | data, comments=())
    return None if check(good) else good


def _take_away(data: dict[str, Json], lost: set[tuple[str, str]]) -> None:
    """Take *lost* out of the tables, and whatever may have to do with it."""
    tables: dict[str, dict[str, Json]] = {table: dict(data[table]) for table in _TABLES if table in data}
    words = {
        (table, name): frozenset(_words(thing)) for table, things in tables.items() for name, thing in things.items()
    }
    names: set[str] = set()
    while lost:
        for table, name in lost:
            thing = tables.get(table, {}).pop(name, None)
            words.pop((table, name), None)
            names.add(name)
            # What the jobs of a lifecycle have between them is seen in all of them together.
            if table == "jobs" and isinstance(thing, dict) and isinstance(thing.get("lifecycle"), str):
                names.add(thing["lifecycle"])
        lost = {key for key, mine in words.items() if key[1] in names or not names.isdisjoint(mine)}
    data.update({table: things for table, things in tables.items() if things})
    for table, things in tables.items():
        if not things:
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
