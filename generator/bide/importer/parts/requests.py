"""Requests of a document, as a spec says them: address, arguments, body."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bide.importer.documents.openapi import Api, Operation, Parameter, is_json
from bide.importer.documents.reading import Json
from bide.importer.looking import Lens
from bide.importer.parts.draft import CannotSay, Draft
from bide.importer.parts.naming import named_path, plain
from bide.importer.parts.shown import shown
from bide.importer.types import Types, described

_KEY = re.compile(r"idempotency[-_]?key$", re.IGNORECASE)
_ENGINE = frozenset(
    ["accept", "accept-encoding", "authorization", "content-length", "content-type", "cookie", "host", "user-agent"]
)
"""Headers of the engine or of the key, which are no arguments."""


class Requests:
    """Writes requests. What they cannot say is listed in the draft."""

    def __init__(self, api: Api, lens: Lens, types: Types, draft: Draft) -> None:
        self._api = api
        self._lens = lens
        self._types = types
        self._draft = draft
        self.key_headers: set[str] = set()
        """Headers with a secret, in lower case."""

    def is_no_argument(self, header: str) -> bool:
        """Whether a header is the engine's, or has a secret."""
        return header.lower() in _ENGINE or header.lower() in self.key_headers

    def without_key(self, operation: Operation) -> dict[str, Json]:
        """What a request says that needs no key where others do."""
        return {"auth": "none"} if operation.raw.get("security") == [] and "auth" in self._draft.data else {}

    def of(self, operation: Operation, name: str) -> dict[str, Json]:
        """The address and the arguments of a request."""
        made: dict[str, Json] = {operation.method: named_path(operation.path), **self.without_key(operation)}
        places: dict[str, dict[str, Json]] = {"path": {}, "query": {}, "headers": {}}
        for name_, text in operation.query.items():
            places["query"][name_] = {"const": text}
        for each in operation.parameters:
            if each.place == "cookie":
                continue
            if each.place == "header" and (_KEY.search(each.name) or self.is_no_argument(each.name)):
                continue
            constant = self._lens.look(each.schema).values
            if each.place == "path" and len(constant) == 1:
                path = str(made[operation.method]).replace(f"{{{plain(each.name)}}}", str(constant[0]))
                made[operation.method] = path
                continue
            section = {"header": "headers"}.get(each.place, each.place)
            always, what = self._types.field(
                each.schema, f"{name} {each.name}", is_required=each.required, name=each.name
            )
            if about := described(each.description):
                what = (
                    {**what, "description": about} if isinstance(what, dict) else {"type": what, "description": about}
                )
            if isinstance(what, dict) and "const" in what:
                what = {"const": what["const"]}
            kind = what if isinstance(what, str) else str(what.get("type", ""))
            if each.place != "query" and isinstance(what, dict):
                what.pop("default", None)
            if kind.startswith(("list of", "map of", "any", "object")) or kind in self._types.models:
                what = self._plain_parameter(each, kind, what, section, always)
                if what is None:
                    continue
            key = plain(each.name) if each.place == "path" else each.name
            places[section][key if always or each.place == "path" else f"{key}?"] = what
        made |= {section: fields for section, fields in places.items() if fields}
        if operation.body is not None:
            self._body(operation, name, made)
            if is_json(operation.media) and "body" in made and self._api.recording is None:
                examples, why = shown(operation.body_examples)
                if examples:
                    made["examples"] = examples
                if why:
                    self._draft.left_out.append((f"examples of {operation}", why))
        return made

    def _plain_parameter(self, each: Parameter, kind: str, what: Json, section: str, always: bool) -> Json:
        """What a parameter of several values becomes: a list in a query, else text; `None` to leave it out."""
        if (
            section == "query"
            and kind.startswith("list of")
            and kind.removeprefix("list of ")
            in (
                *("string", "integer", "number", "boolean"),
                *self._types.enums,
            )
        ):
            if not each.explode and isinstance(what, dict):
                return {**what, "join": ","}
            return what if each.explode else {"type": what, "join": ","}
        if (
            section == "query"
            and each.style == "deepObject"
            and (kind in self._types.models or kind.startswith("map of"))
        ):
            return {**what, "style": "deepObject"} if isinstance(what, dict) else {"type": what, "style": "deepObject"}
        if always:
            return "string"
        self._draft.left_out.append((f"parameter {each.name}", f"a {kind} in the {each.place} cannot be said"))
        return None

    def _body(self, operation: Operation, name: str, made: dict[str, Json]) -> None:
        look = self._lens.look(operation.body)
        media = operation.media.lower()
        if is_json(media):
            kind = self._types.of(operation.body, f"{name} body")
            if kind in self._types.models:
                made["body"] = kind
            elif kind in ("any", "object") or kind in self._types.unions or kind.startswith(("list of", "map of")):
                made["body"] = "object" if kind in ("any", "object") or kind.startswith("map of") else kind
            return
        if media in ("multipart/form-data", "application/x-www-form-urlencoded"):
            fields: dict[str, Json] = {}
            for wire, each in look.properties.items():
                always, what = self._form_field(each, f"{name} {wire}", is_required=wire in look.required)
                fields[wire if always else f"{wire}?"] = what
            if not fields:
                raise CannotSay("the document does not say what the form has")
            made["body"] = fields
            has_file = any(
                "file" in str(each if isinstance(each, str) else each.get("type")) for each in fields.values()
            )
            if not has_file:
                made.setdefault("headers", {})["Content-Type"] = {"const": media}
            return
        made["body"] = "bytes"

    def _form_field(self, schema: Json, hint: str, *, is_required: bool) -> tuple[bool, Json]:
        """Whether a field of a form is there always, and what a spec says of it."""
        look, raw = self._lens.look(schema), self._api.schema(schema)
        if self._is_file(schema):
            kind = "file"
        elif look.items is not None and self._is_file(look.items):
            kind = "list of file"
        else:
            return self._types.field(schema, hint, is_required=is_required)
        about = described(str(raw.get("description", ""))) if isinstance(raw, Mapping) else ""
        return is_required, {"type": kind, "description": about} if about else kind

    def _is_file(self, schema: Json) -> bool:
        raw = self._api.schema(schema)
        return isinstance(raw, Mapping) and (raw.get("format") == "binary" or "contentMediaType" in raw)


def take_idempotency_key(operation: Operation, request: dict[str, Json]) -> None:
    """Say in *request* where a submit has its idempotency key, if it is in a header or in the query."""
    for each in operation.parameters:
        if each.place == "header" and _KEY.search(each.name):
            request["idempotency_key"] = each.name
            return
        is_key = _KEY.search(each.name) or "idempoten" in (each.description or "").casefold()
        if each.place == "query" and is_key:
            request["idempotency_key"] = {"query": each.name}
            left = {name: what for name, what in request.pop("query", {}).items() if name.rstrip("?") != each.name}
            request |= {"query": left} if left else {}
            return
