"""Mask the secrets of an exchange: the keys of the provider, and every field that its spec calls secret."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlencode

from bide.ir import Field, Json, Place, Provider
from bide.ir.endpoints import URLENCODED
from bide.simulator.journal.journal import Message
from bide.simulator.life.answer import Answer, Asked
from bide.simulator.world.form import read_form

MASK = "***"

_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie")
_OAUTH_FIELDS = ("client_secret", "client_assertion", "access_token", "refresh_token")
_SHORTEST = 6
"""A secret of fewer characters is masked only in its own place: other text may have it by chance."""

_LONGEST_BODY = 20_000


class Masking:
    """Turns requests and answers of one provider into messages without secrets."""

    def __init__(self, provider: Provider) -> None:
        secret = list(_secret_fields(provider))
        placed = [each for each in provider.auth if each.scheme in ("header", "query")]
        self._headers = {each.name.lower() for each in placed if each.scheme == "header"} | set(_HEADERS)
        self._headers |= {field.wire.lower() for place, field in secret if place is Place.HEADER}
        self._query = {each.name for each in placed if each.scheme == "query"}
        self._query |= {field.wire for place, field in secret if place is Place.QUERY}
        self._fields = {field.wire for place, field in secret if place in (Place.BODY, None)}
        self._fields |= set(_OAUTH_FIELDS) if provider.oauth else set()
        names = "|".join(map(re.escape, sorted(self._fields)))
        self._parts = re.compile(rf'(name="(?:{names})"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n).*?(?=\r\n--)', re.DOTALL)

    def masked(self, asked: Asked, answer: Answer, also: Iterable[str] = ()) -> tuple[str, Message, Message]:
        """The path with its query, and both messages. *also* are more secrets, such as those of the path."""
        values = {*also, *self._values(asked, answer)}
        far = sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)

        def hidden(text: str) -> str:
            for value in far:
                text = text.replace(value, MASK)
            return text

        query = [(name, MASK if name in self._query else hidden(text)) for name, text in asked.query]
        path = hidden(unquote(asked.path)) if any(value in unquote(asked.path) for value in far) else asked.path
        path += f"?{urlencode(query, safe='*')}" if query else ""
        chunks = b"".join(piece for _, piece in answer.chunks)
        return (
            path,
            self._message(asked.headers.items(), asked.body, hidden),
            self._message(answer.headers.items(), answer.body or chunks, hidden),
        )

    def _message(self, headers: Iterable[tuple[str, str]], body: bytes, hidden: Callable[[str], str]) -> Message:
        named = list(headers)
        kind = next((text for name, text in named if name.lower() == "content-type"), "")
        return Message(
            headers=tuple((name, MASK if name.lower() in self._headers else hidden(text)) for name, text in named),
            body=_cut(hidden(self._body(body, kind))),
        )

    def _body(self, body: bytes, kind: str) -> str:
        """The text of a body, without the values of secret fields."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return f"({len(body)} bytes)"
        if not self._fields:
            return text
        if kind.startswith(URLENCODED):
            pairs = parse_qsl(text, keep_blank_values=True)
            if any(name in self._fields for name, _ in pairs):
                return urlencode([(name, MASK if name in self._fields else value) for name, value in pairs], safe="*")
            return text
        if kind.startswith("multipart/"):
            return self._parts.sub(rf"\1{MASK}", text)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if not any(True for _ in self._secrets_in(value)):
            return text
        return json.dumps(self._without(value), ensure_ascii=False, separators=(",", ":"))

    def _values(self, asked: Asked, answer: Answer) -> Iterator[str]:
        """The secrets of an exchange."""
        for name, text in asked.headers.items():
            if name.lower() in self._headers:
                yield text
                yield text.rpartition(" ")[2]
                if text.lower().startswith("basic "):
                    yield from _decoded(text[6:])
        yield from (text for name, text in asked.query if name in self._query)
        if not self._fields:
            return
        kind = asked.headers.get("content-type", "")
        if kind.startswith("multipart/"):
            try:
                parts = read_form(asked)
            except ValueError:
                parts = {}
            for name in self._fields & parts.keys():
                yield from (part.content.decode("utf-8", "replace") for part in parts[name])
        if kind.startswith(URLENCODED):
            pairs = parse_qsl(asked.body.decode("utf-8", "replace"))
            yield from (value for name, value in pairs if name in self._fields)
        for body in (asked.body, answer.body):
            try:
                yield from self._secrets_in(json.loads(body))
            except (ValueError, RecursionError):
                continue

    def _secrets_in(self, value: Json) -> Iterator[str]:
        if isinstance(value, dict):
            for name, each in value.items():
                if name in self._fields and each is not None:
                    yield each if isinstance(each, str) else json.dumps(each)
                else:
                    yield from self._secrets_in(each)
        elif isinstance(value, list):
            for each in value:
                yield from self._secrets_in(each)

    def _without(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {
                name: MASK if name in self._fields and each is not None else self._without(each)
                for name, each in value.items()
            }
        return [self._without(each) for each in value] if isinstance(value, list) else value


def _secret_fields(provider: Provider) -> Iterator[tuple[Place | None, Field]]:
    """The secret fields of models, and the secret parameters of requests with their places."""
    for model in provider.models:
        yield from ((None, field) for field in (*model.fields, *model.narrowed) if field.secret)
    endpoints = [*(job.submit for job in provider.jobs), *(each.endpoint for each in provider.operations)]
    for endpoint in endpoints:
        yield from ((each.place, each.field) for each in endpoint.parameters if each.field.secret)


def _decoded(packed: str) -> list[str]:
    """The name and the password of basic auth."""
    try:
        return b64decode(packed, validate=True).decode().split(":", 1)
    except ValueError:
        return []


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_BODY else f"{text[:_LONGEST_BODY]}\n({len(text):,} characters in all)"
