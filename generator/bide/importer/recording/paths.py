"""Find the parameters in the paths of a recording, and the replies that their values come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import unquote

from bide.importer.documents.reading import Json
from bide.importer.recording.exchanges import Exchange, path_of
from bide.importer.recording.secrets import Secrets
from bide.spec import names

_IDS = (
    re.compile(r"(?i)[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"),  # a UUID
    re.compile(r"[0-9]+"),
    re.compile(r"(?i)(?=.*[0-9])[0-9a-f]{12,}"),
    re.compile(r"[A-Za-z]{1,12}[_-](?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9_-]{6,}"),  # job_9f3k2m1c
    re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w~+=-]{14,}"),
)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_VERSION = re.compile(r"v?[0-9]{1,2}(?:\.[0-9]{1,3})?(?:(?:alpha|beta)[0-9]*)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID_NAME = re.compile(r"(?:^|_)(?:u?u?ids?|ticket|handle|name|slug|key)$|I[dD]$", re.IGNORECASE)
_LINKS = ("location", "operation-location", "azure-asyncoperation", "content-location")


@dataclass(frozen=True, slots=True)
class Told:
    """The first place where a value was seen in a reply."""

    exchange: Exchange
    pointer: tuple[str, ...]
    header: str = ""
    """In place of the pointer."""


@dataclass(slots=True)
class Seen:
    """The exchanges with one method and one path."""

    method: str
    path: str
    """With `{name}` for each parameter."""
    exchanges: list[Exchange] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    """Where the values of its parameters come from."""


def seen(exchanges: Iterable[Exchange], secrets: Secrets) -> list[Seen]:
    """The endpoints of a recording, in the order of time."""
    found: dict[tuple[str, str], Seen] = {}
    known: dict[str, Told] = {}
    for exchange in exchanges:
        parts, told = _template(exchange, known, secrets)
        path = "/" + "/".join(parts)
        endpoint = found.setdefault((exchange.method, path), Seen(exchange.method, path))
        endpoint.exchanges.append(exchange)
        for name, place in told.items():
            endpoint.told.setdefault(name, place)
        for value, place in values(exchange):
            known.setdefault(value, place)
    return list(found.values())


def _template(exchange: Exchange, known: dict[str, Told], secrets: Secrets) -> tuple[list[str], dict[str, Told]]:
    parts: list[str] = []
    told: dict[str, Told] = {}
    for at, part in enumerate(exchange.segments):
        place = known.get(part)
        if not _is_value(part, at, place, secrets):
            parts.append(part)
            continue
        name = _name(parts, told)
        parts.append(f"{{{name}}}")
        if place is not None:
            told[name] = place
    return parts, told


def _is_value(part: str, at: int, place: Told | None, secrets: Secrets) -> bool:
    """Whether a part of a path is a value, and no word of the path."""
    if at <= 1 and _VERSION.fullmatch(part):
        return False
    if place is not None and (place.header or _ID_NAME.search(place.pointer[-1])):
        return True
    if not _PLAIN.fullmatch(part) or any(pattern.fullmatch(part) for pattern in _IDS) or secrets.is_in(part):
        return True
    return place is not None and any(letter.isdigit() for letter in part)


def _name(parts: list[str], taken: dict[str, Told]) -> str:
    """`job_id` behind `jobs`, else `id`."""
    holder = next((part for part in reversed(parts) if not part.startswith("{")), "")
    words = [word.lower() for word in names.words(holder)] if re.fullmatch(r"[A-Za-z_-]{1,30}", holder) else []
    base = "_".join([*words[:-1], words[-1].removesuffix("s")]) if words else ""
    name = f"{base}_id" if base else "id"
    used = {part[1:-1] for part in parts if part.startswith("{")} | taken.keys()
    return next(each for number in count(1) if (each := name if number == 1 else f"{name}_{number}") not in used)


def values(exchange: Exchange) -> Iterator[tuple[str, Told]]:
    """The texts and numbers of a reply that may be ids, each with its place."""
    for name in _LINKS:
        path = path_of(exchange.reply_headers.get(name, ""))
        if path:
            for part in path.split("/")[-2:]:
                yield unquote(part), Told(exchange, (), exchange.names.get(name, name))
    yield from _leaves(exchange, exchange.said, ())


def _leaves(exchange: Exchange, value: Json, pointer: tuple[str, ...]) -> Iterator[tuple[str, Told]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(exchange, each, (*pointer, name))
    elif isinstance(value, list):
        for number, each in enumerate(value[:1000]):
            yield from _leaves(exchange, each, (*pointer, str(number)))
    elif pointer and isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= 300:
        yield str(value), Told(exchange, pointer)
