"""The requests of a provider, each at one path and method of an OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide.exporter.components import Components
from bide.exporter.security import of
from bide.ir import NAME, Endpoint, Json, KeyAt, Named, Place, Provider

_IGNORED = frozenset(("accept", "content-type", "authorization"))
"""Headers that OpenAPI says in other places."""

_KEY = "The idempotency key: a submit with the same one makes no second job."


class Paths:
    """Collects the operations of a document. Two paths that differ only in names of parameters are one."""

    def __init__(self, provider: Provider, components: Components) -> None:
        self._provider = provider
        self._components = components
        self.found: dict[str, dict[str, Json]] = {}
        self._spelled: dict[str, str] = {}

    def add(self, endpoint: Endpoint, operation: Json, key: KeyAt | None = None) -> None:
        """Add an operation, and its idempotency key. One at the path and method of another becomes a part of that."""
        methods = self.found.setdefault(self.path(endpoint), {})
        method = endpoint.method.lower()
        parameters = list(self._parameters(endpoint))
        body = self._body(endpoint)
        if key is not None and key.place == "field":
            for media in body["content"].values():
                field = {"type": "object", "properties": {key.name: {"type": "string", "description": _KEY}}}
                media["schema"] = {"allOf": [media["schema"], field]}
        elif key is not None:
            place = {"name": key.name, "in": key.place, "required": False}
            parameters.append({**place, "description": _KEY, "schema": {"type": "string"}})
        added = {
            **operation,
            **({"parameters": parameters} if parameters else {}),
            **({"requestBody": body} if body else {}),
            **of(endpoint, self._provider),
        }
        methods[method] = _joined(methods[method], added) if method in methods else added

    def path(self, endpoint: Endpoint) -> str:
        """The path of a request, as the document spells it."""
        plain = NAME.sub(lambda name: f"{{{name[1]}}}", endpoint.path)
        return self._spelled.setdefault(re.sub(r"\{[^}]*\}", "{}", plain), plain)

    def names(self, endpoint: Endpoint) -> dict[str, str]:
        """The names of path parameters in the document, by those of the spec."""
        mine = [found[1] for found in NAME.finditer(endpoint.path)]
        return dict(zip(mine, re.findall(r"\{([^}]*)\}", self.path(endpoint)), strict=True))

    def _parameters(self, endpoint: Endpoint) -> Iterator[Json]:
        in_path = self.names(endpoint)
        for name, spelled in in_path.items():
            given = next(
                (each for each in endpoint.parameters if each.place is Place.PATH and each.field.wire == name), None
            )
            schema = self._components.sent_field(given.field) if given else {"type": "string"}
            yield {"name": spelled, "in": "path", "required": True, "schema": schema}
        for each in endpoint.parameters:
            if each.place in (Place.QUERY, Place.HEADER) and each.field.wire.lower() not in _IGNORED:
                field = each.field
                found: Json = {"name": field.wire, "in": str(each.place), "required": not field.optional}
                if field.in_brackets:
                    found["style"] = "deepObject"
                elif field.join:
                    found["explode"] = field.join != ","
                yield {**found, "schema": self._components.sent_field(field)}
        for place, name, text in endpoint.constants:
            if place in (Place.QUERY, Place.HEADER) and name.lower() not in _IGNORED:
                schema = {"type": "string"} if NAME.search(text) else {"type": "string", "const": text}
                yield {"name": name, "in": str(place), "required": True, "schema": schema}

    def _body(self, endpoint: Endpoint) -> Json:
        fields = {name: text for place, name, text in endpoint.constants if place is Place.BODY}
        if fields:
            properties = {name: {"type": "string", "examples": [text]} for name, text in fields.items()}
            schema: Json = {"type": "object", "properties": properties, "required": list(properties)}
            return {"required": True, "content": {"application/json": {"schema": schema}}}
        if not endpoint.has_body:
            return None
        if endpoint.body is not None:
            schema = self._components.sent(Named(endpoint.body.model))
        else:
            assert endpoint.whole is not None
            schema = self._components.sent_field(endpoint.whole.field)
        return {"required": True, "content": {endpoint.media_type: {"schema": schema}}}


def _joined(first: Json, second: Json) -> Json:
    """Two operations at one address, such as jobs that a constant in the body tells apart, as one."""
    made = dict(first)
    texts = (first.get("description"), f"Or, as {second['operationId']}:", second.get("description"))
    made["description"] = "\n\n".join(filter(None, texts))
    if "parameters" in first or "parameters" in second:
        made["parameters"] = list(_either(first.get("parameters", []), second.get("parameters", [])))
    if "requestBody" in first and "requestBody" in second:
        made["requestBody"] = {**first["requestBody"], **_contents(first["requestBody"], second["requestBody"])}
    elif "requestBody" in second:
        made["requestBody"] = second["requestBody"]
    replies = dict(first["responses"])
    for status, reply in second["responses"].items():
        replies[status] = {**reply, **replies.get(status, {}), **_contents(replies.get(status, {}), reply)}
    return {**made, "responses": replies}


def _either(first: list[Json], second: list[Json]) -> Iterator[Json]:
    """The parameters of both; those of one alone can be left out."""
    mine, others = ({(each["name"], each["in"]): each for each in some} for some in (first, second))
    for key, each in {**others, **mine}.items():
        yield {**each, "required": each["in"] == "path" or (each["required"] and key in mine and key in others)}


def _contents(first: Json, second: Json) -> Json:
    """The content of two bodies: for each media type, a schema of either."""
    if "content" not in first and "content" not in second:
        return {}
    found = dict(first.get("content", {}))
    for kind, media in second.get("content", {}).items():
        choices = [
            each for held in (found.get(kind, media), media) for each in held["schema"].get("anyOf", [held["schema"]])
        ]
        distinct = [each for number, each in enumerate(choices) if each not in choices[:number]]
        found[kind] = {"schema": distinct[0] if len(distinct) == 1 else {"anyOf": distinct}}
    return {"content": found}
