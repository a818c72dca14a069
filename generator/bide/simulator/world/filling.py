"""A request made of arguments: the inverse of `arguments.read`. And the arguments of an endpoint, for a form."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from bide.ir import BodyModel, Endpoint, Enum, Json, Kind, ListOf, Parameter, Place, Provider, Scalar, Secret
from bide.ir.endpoints import MULTIPART, NAME, URLENCODED
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.values import Values
from bide.simulator.life.answer import Asked

_BOUNDARY = "a-form-of-the-simulator"

_INPUTS = {
    Kind.INTEGER: "integer",
    Kind.UNIXTIME: "number",
    Kind.UNIXTIME_MS: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.STRING: "text",
    Kind.DATETIME: "text",
    Kind.LOCAL_DATETIME: "text",
    Kind.DATE: "date",
    Kind.UUID: "text",
    Kind.BASE64: "text",
    Kind.BYTES: "long",
    Kind.FILE: "long",
}
"""The input of each type in a form; JSON for all others."""


def inputs(catalog: Catalog, endpoint: Endpoint) -> list[dict[str, Json]]:
    """The inputs of a form for an endpoint, the required ones first."""
    shown = endpoint.examples[0].value if endpoint.examples else None
    example = shown if isinstance(shown, dict) else {}
    return [
        _input(catalog, each, example)
        for each in sorted(endpoint.parameters, key=lambda each: each.field.optional)
        if not each.field.is_const
    ]


def _input(catalog: Catalog, parameter: Parameter, example: Mapping[str, Json]) -> dict[str, Json]:
    field, bounds = parameter.field, parameter.field.bounds
    enum = catalog.named(field.type)
    kind = _INPUTS.get(field.type.kind, "json") if isinstance(field.type, Scalar) else "json"
    kind = "enum" if isinstance(enum, Enum) else "secret" if field.secret and kind == "text" else kind
    start = example.get(field.wire)
    if start is None and not field.optional:
        start = Values(catalog).field(field)
    start = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    return {
        "name": parameter.name,
        "wire": field.wire,
        "kind": kind,
        "required": not field.optional,
        "description": field.description,
        "values": [enum.json(value) for value in enum.values] if isinstance(enum, Enum) else [],
        "default": field.default if field.has_default else None,
        "start": start,
        "min": bounds.min,
        "max": bounds.max,
        "min_length": bounds.min_length,
        "max_length": bounds.max_length,
    }


def request(
    provider: Provider, catalog: Catalog, endpoint: Endpoint, given: Mapping[str, Json], secrets: Mapping[str, str]
) -> Asked:
    """The request of an endpoint with these arguments, by their names, and secrets, by the client's arguments."""
    headers = {name.lower(): text for name, text in provider.headers}
    query = [*provider.query]
    for place, name, text in endpoint.constants:
        if place is Place.HEADER:
            headers[name.lower()] = text
        elif place is Place.QUERY:
            query.append((name, text))
    path = {}
    for parameter in endpoint.parameters:
        if parameter.name not in given or parameter.place is Place.BODY:
            continue
        field, value = parameter.field, given[parameter.name]
        if parameter.place is Place.PATH:
            path[field.wire] = _text(value)
        elif parameter.place is Place.HEADER:
            headers[field.wire.lower()] = _text(value)
        elif field.in_brackets and isinstance(value, dict):
            query += _in_brackets(field.wire, value)
        elif isinstance(value, list):
            query += (
                [(field.wire, field.join.join(map(_text, value)))]
                if field.join
                else [(field.wire, _text(each)) for each in value]
            )
        else:
            query.append((field.wire, _text(value)))
    for secret in provider.usual_auth if endpoint.auth is None else provider.auth:
        if secret.argument in secrets and (endpoint.auth is None or secret.argument in endpoint.auth):
            _add_secret(secret, secrets, headers, query)
    body = _body(catalog, endpoint, given, headers)
    filled = NAME.sub(lambda name: quote(path.get(name[1], ""), safe="/" if "+" in name[0] else ""), endpoint.path)
    return Asked(
        method=endpoint.method.upper(),
        path=provider.base_path + filled,
        query=tuple(query),
        headers=headers,
        body=body,
    )


def _body(catalog: Catalog, endpoint: Endpoint, given: Mapping[str, Json], headers: dict[str, str]) -> bytes:
    """The body; its media type is added to the headers."""
    if endpoint.whole is not None:
        value = given.get(endpoint.whole.name)
        if value is None:
            return b""
        usual = "application/octet-stream" if endpoint.is_raw else "application/json"
        headers.setdefault("content-type", usual)
        return str(value).encode() if endpoint.is_raw or endpoint.is_text else json.dumps(value).encode()
    if endpoint.body is None:
        return b""
    body = _object(catalog, endpoint.body, given)
    if not endpoint.is_form:
        headers.setdefault("content-type", "application/json")
        return json.dumps(body, ensure_ascii=False).encode()
    if endpoint.form == URLENCODED:
        headers["content-type"] = URLENCODED
        pairs = [
            (name, each) for name, value in body.items() for each in (value if isinstance(value, list) else [value])
        ]
        return urlencode([(name, _text(each)) for name, each in pairs]).encode()
    headers["content-type"] = f"{MULTIPART}; boundary={_BOUNDARY}"
    files = {each.field.wire for each in endpoint.parameters if each.field.type in _FILES}
    return b"".join([*_parts(body, files), f"--{_BOUNDARY}--\r\n".encode()])


_FILES = (Scalar(Kind.FILE), ListOf(Scalar(Kind.FILE)))


def _parts(body: Mapping[str, Json], files: set[str]) -> Iterator[bytes]:
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            quoted = re.sub(r"[\r\n]", " ", name).replace('"', "%22")
            file = '; filename="file.txt"\r\nContent-Type: text/plain' if name in files else ""
            kind = "\r\nContent-Type: application/json" if isinstance(each, dict) else ""
            head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{quoted}"{file}{kind}\r\n\r\n'
            yield head.encode() + _text(each).encode() + b"\r\n"


def _object(catalog: Catalog, body: BodyModel, given: Mapping[str, Json]) -> dict[str, Json]:
    """The object of a body, or of a part of one."""
    model = catalog.model(body.model)
    fields = {field.name: field for field in model.fields} if model else {}
    made: dict[str, Json] = {}
    for part in body.fields:
        field = fields.get(part.name)
        wire = field.wire if field else part.name
        match part.value:
            case None:
                made[wire] = part.const
            case BodyModel() as inner:
                value = _object(catalog, inner, given)
                if value or (field and not field.optional):
                    made[wire] = value
            case Parameter(name=name) if name in given:
                if field is not None and field.is_rest and isinstance(given[name], dict):
                    made |= given[name]
                else:
                    made[wire] = given[name]
    return made


def _in_brackets(name: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _in_brackets(f"{name}[{key}]", each)
    elif isinstance(value, list):
        yield from ((name, _text(each)) for each in value)
    else:
        yield name, _text(value)


def _add_secret(
    secret: Secret, secrets: Mapping[str, str], headers: dict[str, str], query: list[tuple[str, str]]
) -> None:
    text = secrets[secret.argument]
    match secret.scheme:
        case "query":
            query.append((secret.name, text))
        case "header":
            headers[secret.name.lower()] = f"{secret.prefix} {text}" if secret.prefix else text
        case "oauth":
            headers["authorization"] = f"Bearer {text}"
        case "basic":
            pair = f"{text}:{text}" if secret.name != "both" or ":" not in text else text
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
