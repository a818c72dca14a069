"""An observer that notes what replies look like, without their values, for `bide verify --report`.

It keeps one reply for each thing that it has not seen before at an endpoint: a field, a kind of value, a status, a
field that is missing. So the report stays small, however many replies there are.
"""

from __future__ import annotations

import json
import logging
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from ..calls.provider import Provider
from ..http.request import Json, Response
from ..models.codec import json_in
from .observer import Exchange, Observer

_BODY_LIMIT = 2**20
_MOST_KEPT = 200
"""The largest number of replies in a report."""
_MOST_FACTS = 5000
"""The largest number of different things that are noted of the replies of one endpoint."""
_MOST_KEYS = 200
_MOST_ITEMS = 20
_DEEPEST = 30

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")
_NAME = re.compile(r"[A-Za-z_$@][\w$@.-]{0,39}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LARGEST_CODE = 10**5

Fact: TypeAlias = tuple[str, ...]


class Unknowns:
    """An observer that writes a report for `bide verify`: `Acme(observer=Unknowns("unknowns.json"))`.

    The report has the names of fields, the kinds of values, and the statuses and values of enums; no other values, and
    no keys, addresses or ids. It is written whenever something new was seen, and by `close()`. May be shared between
    threads and clients of one process; each process needs a file of its own.

    Args:
        path: The file. An older one is replaced.
        observer: Another observer, which is called too.
    """

    def __init__(self, path: str | os.PathLike[str], *, observer: Observer | None = None) -> None:
        self._path = Path(path)
        self._observer = observer
        self._lock = Lock()
        self._kept: dict[tuple[str, int], _Endpoint] = {}
        self._provider = ""
        self._dropped = 0
        self._log = logging.getLogger("bide_runtime.unknowns")

    def __call__(self, exchange: Exchange) -> None:
        if self._observer is not None:
            self._observer(exchange)

    def replied(self, provider: Provider, endpoint: str, reply: Response) -> None:
        """Note a reply of an endpoint, such as `GET /jobs/{job_id}`."""
        if not endpoint:
            return
        is_large = len(reply.body) > _BODY_LIMIT
        said = None if is_large else json_in(reply)
        is_json = said is not None or reply.body.strip() == b"null"
        shape = _masked(said, "", provider.words, 0)
        words = tuple(sorted(_words(shape, provider.words)))
        facts = {(*words, *fact) for fact in _facts(shape, "$", provider.words)} or {("nothing",)}
        with self._lock:
            self._provider = provider.name
            if is_large:
                self._dropped += 1
                return
            here = self._kept.setdefault((endpoint, reply.status), _Endpoint())
            total = sum(len(each.replies) for each in self._kept.values())
            is_new, is_kept = here.note(facts, shape, is_json=is_json, may_keep=total < _MOST_KEPT)
            self._dropped += is_new and not is_kept
            if is_kept:
                self._write()

    def close(self) -> None:
        """Write the report, with its newest counts."""
        with self._lock:
            self._write()

    def __enter__(self) -> Unknowns:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _write(self) -> None:
        replies = [
            {"endpoint": endpoint, "status": status, **each.row}
            for (endpoint, status), here in self._kept.items()
            for each in here.replies
        ]
        report = {"bide": "unknowns", "version": 1, "provider": self._provider, "dropped": self._dropped}
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps({**report, "replies": replies}, indent=1) + "\n", encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            self._log.warning("%s cannot be written: %s", self._path, error.strerror or error)


class _Kept:
    """One reply that had something new."""

    def __init__(self, new: frozenset[Fact], shape: Json, *, is_json: bool) -> None:
        self.new = new
        self.row: dict[str, Json] = {"count": 1, "is_json": is_json, "reply": shape}


class _Endpoint:
    """What was seen of the replies of one endpoint with one HTTP status."""

    def __init__(self) -> None:
        self.replies: list[_Kept] = []
        self._seen: set[Fact] = set()

    def note(self, facts: set[Fact], shape: Json, *, is_json: bool, may_keep: bool) -> tuple[bool, bool]:
        """Count a reply; returns whether it has something new, and whether it is kept."""
        missing = {(*fact, "missing") for fact in self._seen - facts if fact[-1] == "present"}
        everything = facts | missing | {(str(is_json),)}
        for each in self.replies:
            each.row["count"] += each.new <= everything
        new = frozenset(everything - self._seen)
        is_kept = bool(new) and may_keep and len(self._seen) < _MOST_FACTS
        if is_kept:
            self._seen |= new
            self.replies.append(_Kept(new, shape, is_json=is_json))
        return bool(new), is_kept


def _masked(value: Json, name: str, words: frozenset[str], depth: int) -> Json:
    """The value without what it says: each scalar becomes one of its kind."""
    if depth > _DEEPEST:
        return None
    match value:
        case dict():
            keys = list(value)[:_MOST_KEYS]
            return {_key(key, words): _masked(value[key], key, words, depth + 1) for key in keys}
        case list():
            inside = [_masked(each, name, words, depth + 1) for each in value[: 10 * _MOST_ITEMS]]
            return list({json.dumps(each): each for each in inside}.values())[:_MOST_ITEMS]
        case bool() | None:
            return value
        case int():
            return value if name in words and abs(value) < _LARGEST_CODE else int(value != 0)
        case float():
            return 1.0 if value.is_integer() and value else 0.0 if not value else 0.5
        case str():
            return value if name in words and _WORD.fullmatch(value) else _text_like(value)
        case _:
            return None


def _key(key: str, words: frozenset[str]) -> str:
    """A name of a field. What may be data, as the keys of a map are, is `*`."""
    is_name = _NAME.fullmatch(key) is not None and sum(letter.isdigit() for letter in key) < 4 and "@" not in key[1:]
    return key if is_name or key in words else "*"


def _text_like(text: str) -> str:
    """A text of the same kind."""
    if not text:
        return ""
    if _UUID.fullmatch(text):
        return "00000000-0000-4000-8000-000000000000"
    if _parses(date.fromisoformat, text):
        return "2000-01-01"
    if _parses(datetime.fromisoformat, text):
        return "2000-01-01T00:00:00" + ("Z" if datetime.fromisoformat(text).tzinfo else "")
    return "text" if _parses(lambda encoded: b64decode(encoded, validate=True), text) else "some text"


def _parses(parse: Any, text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _words(shape: Json, words: frozenset[str]) -> Iterator[str]:
    """The statuses and values of enums at the top, by which replies are told apart."""
    if isinstance(shape, dict):
        for key, value in shape.items():
            if key in words and isinstance(value, str | int):
                yield f"{key}={value}"


def _facts(shape: Json, at: str, words: frozenset[str]) -> Iterator[Fact]:
    match shape:
        case dict():
            for key, value in shape.items():
                yield f"{at}.{key}", "present"
                yield from _facts(value, f"{at}.{key}", words)
        case list():
            for value in shape:
                yield from _facts(value, f"{at}[]", words)
        case _:
            yield at, json.dumps(shape)
