"""Check requests against the spec, independently of the client's own functions."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal
from urllib.parse import unquote

from hypothesis import strategies as st

from ...http.request import Json
from ...jobs.token import is_id
from ...models.rest import REST
from ..fake.provider import FIRST_KEY
from ..fake.transport import Sent
from .values import Given, Values, least

Place = Literal["path", "query", "header", "body"]

_HEADER = re.compile(r"([!-~]([ -~]*[!-~])?)?")
_SHARED_SEGMENT = re.compile(r"\}[^/{]+\{")
"""Two names in a segment of a path, whose values only the whole path can tell: `{id}.{format}`."""


def as_sent(text: str, key: str) -> str:
    """*text* with the key in place of each `{}`; the part after `Basic` is base64-encoded."""
    scheme, _, both = text.replace("{}", key).partition("Basic ")
    return f"Basic {b64encode(both.encode()).decode()}" if both else scheme


@dataclass(frozen=True)
class Argument:
    """One argument of a call: its place in the request, and its values."""

    name: str
    """Its Python name."""
    place: Place
    where: str | tuple[str, ...]
    """Its name there, or its path in the body."""
    values: Values
    is_optional: bool = False
    is_nullable: bool = False
    is_id: bool = False
    """Whether it is the id of the job."""
    is_needed_later: bool = False
    """Whether later requests of the job have it in them."""
    is_chosen: bool = False
    """Whether a client chooses a value if the caller gives none."""
    join: str = ""
    """What separates the items of a list; empty: each item is a parameter."""
    in_brackets: bool = False
    """Whether it is an object whose values have names in brackets."""

    @property
    def inside(self) -> st.SearchStrategy[Given]:
        """Its values that the place can hold."""
        inside = self.values.inside
        if self.is_id:
            inside = inside.filter(lambda one: is_id(written(one.sent)))
        if self.is_needed_later or self.place == "path":
            inside = inside.filter(lambda one: written(one.sent) not in ("", ".", ".."))
        if self.place == "header":
            return inside.filter(lambda one: _HEADER.fullmatch(written(one.sent)) is not None)
        if self.in_brackets:
            inside = inside.filter(lambda one: all(map(_is_name, _keys_in(one.sent))))
        if self.join:
            inside = inside.filter(lambda one: all(self.join not in written(item) for item in _items_in(one.sent)))
        return inside | st.just(Given(None, None)) if self.is_nullable or self.is_optional else inside


@dataclass(frozen=True)
class Call:
    """One call of a client, and the request that the spec describes."""

    name: str
    """The name of the method, below the client."""
    method: str
    path: str
    arguments: Sequence[Argument] = ()
    constants: Mapping[tuple[Place, str | tuple[str, ...]], Json] = field(default_factory=dict)
    """Values that are always sent, by place."""
    objects: Sequence[tuple[str, ...]] = ()
    """Objects in the body that are always sent, even if empty."""
    has_body: bool = False
    form: str = ""
    """The media type of the body, if it is a form."""
    keys: tuple[tuple[str, str, str], ...] | None = None
    """Where its secrets go, if they are not the usual ones."""
    is_raw: bool = False
    """Whether the body is bytes."""
    key_at: tuple[Place, str | tuple[str, ...]] | None = None
    """Where its idempotency key is, if that is not a header."""

    def __repr__(self) -> str:
        return self.name

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.name)  # in Hypothesis' reports

    def of(self, client: Any) -> Any:
        """The method."""
        return attrgetter(self.name)(client)

    @cached_property
    def inside(self) -> st.SearchStrategy[dict[str, Given]]:
        """Arguments that the spec allows."""
        return st.fixed_dictionaries(
            {one.name: one.inside for one in self.arguments if not one.is_optional},
            optional={one.name: one.inside for one in self.arguments if one.is_optional},
        )

    @cached_property
    def bounded(self) -> list[Argument]:
        """The arguments with values that the spec does not allow."""
        return [one for one in self.arguments if not one.values.outside.is_empty]

    @cached_property
    def required(self) -> st.SearchStrategy[dict[str, Any]]:
        """Only the required arguments, as they are passed."""
        return replace(self, arguments=[one for one in self.arguments if not one.is_optional]).inside.map(given)

    @cached_property
    def usual(self) -> dict[str, Any]:
        """The simplest arguments that the spec allows."""
        simplest: dict[str, Any] = least(self.required)
        return simplest

    def inputs(self, count: int) -> list[dict[str, Any]]:
        """The simplest arguments for so many jobs, each with an id of its own if that is an argument."""
        ids = [one for one in self.arguments if one.is_id]
        found = [self.usual] * count
        for one in ids:
            distinct = st.lists(one.inside, min_size=count, max_size=count, unique_by=lambda each: written(each.sent))
            found = [{**usual, one.name: each.given} for usual, each in zip(found, least(distinct), strict=True)]
        return found

    def differences(self, sent: Sent, found: Mapping[str, Given], base: str, key: str = "") -> list[str]:
        """The differences between a request and what the spec says for these arguments.

        Paths are below *base*, and *key* is the query parameter of the API key, if it is one.
        """
        if self.key_at is not None:
            keyed = replace(self, key_at=None, constants={**self.constants, self.key_at: sent.key})
            return keyed.differences(sent, found, base, key)
        values = {name: one.sent for name, one in found.items()}
        chosen = [one.name for one in self.arguments if one.is_chosen and values.get(one.name) is None]
        values |= dict.fromkeys(chosen, FIRST_KEY)
        return [
            *([] if sent.request.method == self.method else [f"the method is {sent.request.method}"]),
            *self._in_path(sent, values, base),
            *self._in_query(sent, values, key),
            *self._in_headers(sent, values),
            *self._in_body(sent, values),
        ]

    def _in_path(self, sent: Sent, found: Mapping[str, Json], base: str) -> Iterator[str]:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/?#]+)", re.escape(base + self.path))
        pattern = re.sub(r"\\\{\\\+(\w+)\\\}", r"(?P<\1>[^?#]+)", pattern)
        path = re.fullmatch(pattern, sent.path)
        if path is None:
            yield f"the path is {sent.path}"
            return
        if _SHARED_SEGMENT.search(self.path):
            texts = {str(one.where): str(found[one.name]) for one in self.arguments if one.place == "path"}
            if unquote(sent.path) != base + re.sub(r"\{\+?(\w+)\}", lambda name: texts[name[1]], self.path):
                yield f"the path is {sent.path}"
            return
        for one in self.arguments:
            if one.place == "path" and not says(unquote(path[str(one.where)]), found[one.name]):
                yield f"{one.name} is {path[str(one.where)]!r} in the path"

    def _in_query(self, sent: Sent, found: Mapping[str, Json], key: str) -> Iterator[str]:
        by_name = {str(one.where): one for one in self.arguments if one.place == "query"}
        wanted: dict[str, Json] = {}
        joins: dict[str, str] = {}
        for place, where, value in self._placed(found):
            if place == "query":
                argument = by_name.get(str(where))
                is_inside = argument is not None and argument.in_brackets
                inside = dict(_in_brackets(str(where), value)) if is_inside else {str(where): value}
                wanted |= inside
                joins |= dict.fromkeys(inside, argument.join) if argument is not None and argument.join else {}
        for name, value in wanted.items():
            texts = [text for each, text in sent.query if each == name]
            values = value if isinstance(value, list) else [value]
            if name in joins and isinstance(value, list) and texts and values:
                texts = texts[0].split(joins[name])
            if len(texts) != len(values) or not all(map(says, texts, values)):
                yield f"{name} is {texts} in the query"
        if unknown := {name for name, _ in sent.query} - wanted.keys() - {key}:
            yield f"the query has {unknown}, which is not in the spec"

    def _in_headers(self, sent: Sent, found: Mapping[str, Json]) -> Iterator[str]:
        headers = sent.request.headers
        wanted = {str(where).lower(): value for place, where, value in self._placed(found) if place == "header"}
        for name, value in wanted.items():
            if not says(headers.get(name, ""), value):
                yield f"the header {name} is {headers.get(name)!r}"
        for one in self.arguments:
            name = str(one.where).lower()
            if one.place == "header" and name in headers and name not in wanted:
                yield f"there is a header {name}, although the argument was not passed"

    def _in_body(self, sent: Sent, found: Mapping[str, Json]) -> Iterator[str]:
        wanted = self._body(found)
        set_by = (str(value) for (place, name), value in self.constants.items() if place == "header" and _is_type(name))
        usual = "application/octet-stream" if self.is_raw else "application/json"
        kind = self.form or next(set_by, usual).partition(";")[0]
        is_text = isinstance(wanted, str) and kind.startswith("text/")
        has = (sent.body or b"").decode() if is_text else sent.body if self.is_raw else sent.json
        if not (same_parts if self.form else same)(has, wanted):
            yield f"the body is {has!r}, and should be {wanted!r}"
        if self.has_body and sent.request.headers.get("content-type", "").partition(";")[0] != kind:
            yield f"the content type of the body is not {kind}"

    def _placed(self, found: Mapping[str, Json]) -> Iterator[tuple[Place, str | tuple[str, ...], Json]]:
        """(place, name there, value) of every value that is sent."""
        for (place, where), value in self.constants.items():
            yield place, where, value
        for one in self.arguments:
            value = found.get(one.name)
            if value is not None or (one.place == "body" and not one.is_optional):
                yield one.place, one.where, value

    def _body(self, found: Mapping[str, Json]) -> Json:
        if not self.has_body:
            return None
        body: dict[str, Json] = {}
        for path in self.objects:
            _put(body, path, {})
        for place, where, value in self._placed(found):
            if place == "body" and not where:
                return value
            if place == "body":
                _put(body, tuple(where), value)
        return body


def _in_brackets(name: str, value: Json) -> Iterator[tuple[str, Json]]:
    """The values inside of an object by their names: `filter[price][max]`, and `filter[ids][]` for the key `ids[]`."""
    if not isinstance(value, dict):
        yield name, value
        return
    for key, inner in value.items():
        brackets = f"[{key[:-2]}][]" if key.endswith("[]") else f"[{key}]"
        yield from _in_brackets(name + brackets, inner)


def _is_name(key: str) -> bool:
    """Whether a key can be in brackets."""
    return key.removesuffix("[]") != "" and not set(key.removesuffix("[]")) & set("[]")


def _keys_in(value: Json) -> Iterator[str]:
    """All keys of an object, also of those in it."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield key
        yield from _keys_in(inner)


def _items_in(value: Json) -> Iterator[Json]:
    """The items of a list, or of all lists in an object."""
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _items_in(inner)
    yield from value if isinstance(value, list) else ()


def _is_type(header: str | tuple[str, ...]) -> bool:
    return str(header).lower() == "content-type"


def given(found: Mapping[str, Given]) -> dict[str, Any]:
    """The arguments as they are passed."""
    return {name: one.given for name, one in found.items()}


def written(value: Json) -> str:
    """A value as text in a path, a query or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def says(text: str, value: Json) -> bool:
    """Whether *text* is one of the spellings of *value*."""
    if isinstance(value, datetime):
        return datetime.fromisoformat(text) == value
    if isinstance(value, float):
        return float(text) == value
    return text == written(value)


def same(sent: Json, wanted: Json) -> bool:
    """Whether the JSON that was sent equals the wanted JSON."""
    if isinstance(wanted, dict):
        return isinstance(sent, dict) and sent.keys() == wanted.keys() and all(same(sent[k], wanted[k]) for k in sent)
    if isinstance(wanted, list):
        return isinstance(sent, list) and len(sent) == len(wanted) and all(map(same, sent, wanted))
    if isinstance(wanted, date):
        return isinstance(sent, str) and says(sent, wanted)
    return bool(sent == wanted) and isinstance(sent, bool) == isinstance(wanted, bool)


def same_parts(sent: Json, wanted: Json) -> bool:
    """Whether the form parts that were sent are the wanted ones. A list is one part per item; an empty list is none."""
    sent = {name: parts if isinstance(parts, list) else [parts] for name, parts in sent.items()}
    parts = {name: value if isinstance(value, list) else [value] for name, value in wanted.items() if value is not None}
    parts = {name: [item for item in items if item is not None] for name, items in parts.items()}
    parts = {name: items for name, items in parts.items() if items}
    return sent.keys() == parts.keys() and all(
        len(sent[name]) == len(parts[name]) and all(map(_same_part, sent[name], parts[name])) for name in parts
    )


def _same_part(sent: Json, wanted: Json) -> bool:
    if isinstance(wanted, dict) and isinstance(sent, str):
        return same(json.loads(sent), wanted)
    if isinstance(wanted, bytes | dict) or not isinstance(sent, str):
        return same(sent, wanted)
    return says(sent, wanted)


def _put(body: dict[str, Json], path: tuple[str, ...], value: Json) -> None:
    for name in path[:-1]:
        body = body.setdefault(name, {})
    if path[-1] == REST:
        body |= value
    else:
        body[path[-1]] = value
