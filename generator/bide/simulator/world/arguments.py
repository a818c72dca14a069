"""The arguments of a request, checked against its endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

from bide.ir import (
    NAME,
    BodyModel,
    Endpoint,
    Enum,
    Json,
    Kind,
    ListOf,
    Model,
    Named,
    OneOf,
    Parameter,
    Place,
    Scalar,
    Type,
)
from bide.ir.endpoints import URLENCODED
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.validation import Validator
from bide.simulator.life.answer import Asked
from bide.simulator.world.brackets import names_in, read_object
from bide.simulator.world.form import Part, read_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The values that were sent, by wire name, and their problems."""

    sent: dict[str, Json]
    problems: tuple[str, ...]
    strange: dict[str, Json]
    """The missing constants of the endpoint, by JSON path. The request may be for another endpoint."""


def read(catalog: Catalog, endpoint: Endpoint, asked: Asked, path: dict[str, str]) -> Arguments:
    """The arguments of a request for an endpoint that matches its method and path."""
    check = Validator(catalog, strict=True)
    sent: dict[str, Json] = dict(path)
    problems = list(_parameters(check, endpoint, asked, sent))
    model = catalog.model(endpoint.body.model) if endpoint.body else None
    strange: dict[str, Json] = {}
    if endpoint.whole is not None:
        return _whole(check, endpoint, endpoint.whole, asked, sent, problems)
    if model is None:
        has_body = any(place is Place.BODY for place, _, _ in endpoint.constants)
        if not has_body and asked.body.strip() not in (b"", b"{}"):
            problems.append("$ is a body, expected none")
        return Arguments(sent=sent, problems=tuple(problems), strange=strange)
    try:
        body = (
            _form(catalog, model, asked)
            if endpoint.is_form
            else json.loads(asked.body or b"{}", parse_constant=_refuse)
        )
    except (ValueError, RecursionError):
        expected = endpoint.form or "JSON"
        return Arguments(sent=sent, problems=(*problems, f"$ is not {expected}"), strange=strange)
    problems += check.model_problems(model, body)
    if isinstance(body, dict):
        sent |= {
            name: value for name, value in _flat(catalog, model, endpoint.body, body).items() if _can_be_repeated(value)
        }
        strange = {
            f"$.{field.wire}": field.const
            for field in model.fields
            if field.is_const and body.get(field.wire) != field.const
        }
    return Arguments(sent=sent, problems=tuple(problems), strange=strange)


def _whole(
    check: Validator, endpoint: Endpoint, parameter: Parameter, asked: Asked, sent: dict[str, Json], problems: list[str]
) -> Arguments:
    """The arguments of a body that is one argument."""
    if endpoint.is_raw:
        return Arguments(sent=sent, problems=tuple(problems), strange={})
    try:
        is_text = endpoint.is_text
        body = asked.body.decode() if is_text else json.loads(asked.body or b"null", parse_constant=_refuse)
    except (ValueError, RecursionError):
        kind = "text" if endpoint.is_text else "JSON"
        return Arguments(sent=sent, problems=(*problems, f"$ is not {kind}"), strange={})
    found = list(check.problems(parameter.field.type, body))
    if isinstance(body, dict) and not found:
        sent |= body
    return Arguments(sent=sent, problems=(*problems, *found), strange={})


def _form(catalog: Catalog, model: Model, asked: Asked) -> dict[str, Json]:
    """A multipart body as the JSON that it represents. Raises `ValueError` if it is not valid."""
    types = {field.wire: field.type for field in model.fields}
    if asked.headers.get("content-type", "").startswith(URLENCODED):
        pairs = parse_qs(asked.body.decode(), keep_blank_values=True, strict_parsing=bool(asked.body))
        return {name: _pair(catalog, types.get(name), texts) for name, texts in pairs.items()}
    return {name: _part(catalog, types.get(name), parts) for name, parts in read_form(asked).items()}


def _pair(catalog: Catalog, type_: Type | None, texts: list[str]) -> Json:
    """The value of the pairs of one name; an object is JSON."""
    is_object = type_ in (Scalar(Kind.OBJECT), Scalar(Kind.ANY)) or isinstance(catalog.named(type_), Model)
    return json.loads(texts[-1]) if is_object else texts[-1] if type_ is None else _value(catalog, type_, texts)


def _part(catalog: Catalog, type_: Type | None, parts: list[Part]) -> Json:
    """The value of the parts of one name; an invalid one stays text, which validation reports."""
    if isinstance(type_, ListOf):
        return [_part(catalog, type_.item, [part]) for part in parts]
    part = parts[-1]
    if part.is_file:
        return part.content
    text = part.content.decode()
    return (
        json.loads(text)
        if part.type == "application/json"
        else text if type_ is None else _value(catalog, type_, [text])
    )


def _can_be_repeated(value: Json) -> bool:
    """Whether a reply can repeat the value: files cannot be repeated."""
    return not isinstance(value, bytes) and not (
        isinstance(value, list) and any(isinstance(one, bytes) for one in value)
    )


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is not JSON")


def _flat(catalog: Catalog, model: Model, made_of: BodyModel | None, body: dict[str, Json]) -> dict[str, Json]:
    """The arguments in the body or in an object that is flattened from it, and the defaults of others."""
    sent = {field.wire: field.default for field in model.fields if field.has_default}
    spread = {part.name: part.value for part in made_of.fields if isinstance(part.value, BodyModel)} if made_of else {}
    for field in model.fields:
        inner, value = spread.get(field.name), body.get(field.wire)
        inner_model = catalog.model(inner.model) if inner else None
        if inner_model and isinstance(value, dict):
            sent |= _flat(catalog, inner_model, inner, value)
        elif field.wire in body:
            sent[field.wire] = value
    return sent


def _parameters(check: Validator, endpoint: Endpoint, asked: Asked, sent: dict[str, Json]) -> Iterator[str]:
    """The problems of query and headers; valid values are added to *sent*."""
    given: dict[str, list[str]] = {}
    for name, text in asked.query:
        given.setdefault(name, []).append(text)
    constants = {
        (place, wire): text
        for place, wire, text in endpoint.constants
        if not (endpoint.is_form and wire.lower() == "content-type")
    }
    for (place, wire), text in constants.items():
        found = given.get(wire, [""])[0] if place is Place.QUERY else asked.headers.get(wire.lower(), "")
        found = _field_of(asked, wire) if place is Place.BODY else found
        pattern = "(.+)".join(map(re.escape, re.split(r"\{[^}]*\}", text)))
        if match := re.fullmatch(pattern, found):
            sent |= dict(zip(NAME.findall(text), match.groups(), strict=True))
        else:
            yield f"{place.value}.{wire} is {found!r}, expected {text!r}"
    for parameter in endpoint.parameters:
        if parameter.place is Place.BODY:
            continue
        wire = parameter.field.wire
        texts = given.get(wire, [])
        if parameter.place is Place.HEADER:
            texts = [asked.headers[wire.lower()]] if wire.lower() in asked.headers else []
        elif parameter.place is Place.PATH:
            texts = [sent[wire]] if wire in sent else []
        if parameter.field.in_brackets and not texts:
            yield from _in_brackets(check, parameter, given, sent)
        else:
            yield from _parameter(check, parameter, texts, sent)
    in_query = [parameter.field for parameter in endpoint.parameters if parameter.place is Place.QUERY]
    known = {field.wire for field in in_query} | {wire for place, wire in constants if place is Place.QUERY}
    known |= {name for field in in_query if field.in_brackets for name in names_in(given, field.wire)}
    yield from (f"query.{name} is not known here" for name in given if name not in known)


def _field_of(asked: Asked, name: str) -> str:
    """A text in a JSON body; empty if there is none."""
    try:
        body = json.loads(asked.body or b"{}")
    except (ValueError, RecursionError):
        return ""
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


def _in_brackets(
    check: Validator, parameter: Parameter, given: dict[str, list[str]], sent: dict[str, Json]
) -> Iterator[str]:
    """The problems of an object in the query; a valid one is added to *sent*."""
    field = parameter.field
    if field.optional and not names_in(given, field.wire):
        return
    value = read_object(check.catalog, field.type, given, field.wire, _value, field.join)
    problems = list(check.field_problems(field, value, f"query.{field.wire}"))
    if not problems:
        sent[field.wire] = value
    yield from problems


def _parameter(check: Validator, parameter: Parameter, texts: list[str], sent: dict[str, Json]) -> Iterator[str]:
    field, path = parameter.field, f"{parameter.place.value}.{parameter.field.wire}"
    if not texts:
        if not field.optional:
            yield f"{path} is missing"
        return
    if field.join:
        texts = texts[0].split(field.join)
    value = _value(check.catalog, field.type, texts)
    problems = list(check.field_problems(field, value, path))
    if not problems:
        sent[field.wire] = value
    yield from problems


def _value(catalog: Catalog, type_: Type, texts: list[str]) -> Json:
    """The value of a query parameter or a header; an invalid one stays text, which validation reports."""
    match type_:
        case ListOf(item):
            return [_value(catalog, item, [text]) for text in texts]
        case OneOf(types):
            values = [_value(catalog, each, texts) for each in types]
            return next((value for value in values if not isinstance(value, str)), values[0])
        case Named() if isinstance(enum := catalog.named(type_), Enum) and enum.is_numeric:
            return _value(catalog, Scalar(Kind.INTEGER), texts)
        case Scalar(Kind.INTEGER | Kind.NUMBER | Kind.BOOLEAN | Kind.UNIXTIME | Kind.UNIXTIME_MS as kind):
            try:
                value = json.loads(texts[-1], parse_constant=_refuse)
            except ValueError:
                return texts[-1]
            return value if isinstance(value, bool) is (kind is Kind.BOOLEAN) else texts[-1]
    return texts[-1]
