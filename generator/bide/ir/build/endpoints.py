"""Build endpoints: a method, a path, and how arguments fill a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bide import ir
from bide.ir.build.fields import build_field, build_fields, examples, python_name
from bide.ir.build.sources import Sources
from bide.ir.notation import parse_duration, parse_pointer, parse_rate
from bide.spec import names
from bide.spec.document import Json

METHODS = ("get", "post", "put", "patch", "delete")
_NOT_IDEMPOTENT = frozenset(("POST", "PATCH"))
_WHOLE = {
    "object": "The body, as a JSON object.",
    "bytes": "The body: bytes, or a file with them.",
}
"""The descriptions of bodies that are one argument."""
_TEMPLATES = {"query": ir.Place.QUERY, "headers": ir.Place.HEADER, "body": ir.Place.BODY}
"""Where a poll, result or cancellation has texts."""
_PLACES = {"path": ir.Place.PATH, "query": ir.Place.QUERY, "headers": ir.Place.HEADER}


@dataclass(slots=True)
class Bodies:
    """The models of bodies. Inline bodies get a name here."""

    models: Mapping[str, ir.Model]
    sources: Sources
    made: list[ir.Model] = field(default_factory=list)

    def body(self, owner: str, raw: Json, source: ir.Source | None) -> ir.BodyModel:
        """The body of an operation or job, from the name of a model or from inline fields."""
        if isinstance(raw, str):
            return _filled(self.models[raw])
        fields, values = zip(*(self._field(key, value, source) for key, value in raw.items()), strict=True)
        name = names.body_class(owner)
        self.made.append(ir.Model(name=name, description=f"The body of `{owner}`.", source=source, fields=fields))
        return ir.BodyModel(name, values)

    def _field(self, key: str, raw: Json, source: ir.Source | None) -> tuple[ir.Field, ir.BodyField]:
        flattened = raw.get("flatten") if isinstance(raw, dict) else None
        if flattened is None:
            plain = build_field(key, raw, self.sources, source)
            return plain, _body_field(plain)
        model = self.models[flattened]
        more = {name: value for name, value in raw.items() if name != "flatten"}
        nested = build_field(key, {**more, "type": flattened}, self.sources, source)
        return nested, ir.BodyField(python_name(key, raw), _filled(model))


def _filled(model: ir.Model) -> ir.BodyModel:
    fields = [*model.fields, *([model.additional] if model.additional else [])]
    return ir.BodyModel(model.name, tuple(_body_field(one) for one in fields))


def _body_field(one: ir.Field) -> ir.BodyField:
    if one.is_const:
        return ir.BodyField(one.name, None, one.const)
    return ir.BodyField(one.name, _argument(one, ir.Place.BODY))


def _argument(one: ir.Field, place: ir.Place) -> ir.Parameter:
    return ir.Parameter(field=one, name=names.argument_name(one.name), place=place)


OAUTH_ARGUMENTS = ("client_id", "client_secret")
"""The client's arguments for OAuth."""


def method_of(raw: Mapping[str, Json]) -> str:
    """The key of *raw* that is an HTTP method."""
    return next(method for method in METHODS if method in raw)


def build_endpoint(
    owner: str, raw: Mapping[str, Json], bodies: Bodies, source: ir.Source | None, *, role: str = ""
) -> ir.Endpoint:
    """An endpoint of the operation, job or lifecycle *owner*. *role* names the request of a lifecycle.

    Its arguments are in the order of the spec, required ones first.
    """
    method = method_of(raw)
    parameters: list[ir.Parameter] = []
    constants: list[tuple[ir.Place, str, str]] = []
    body: ir.BodyModel | None = None
    for key, value in raw.items():
        if role and key in _TEMPLATES:
            constants += [(_TEMPLATES[key], name, text) for name, text in value.items()]
        elif key == "body" and isinstance(value, str) and value not in bodies.models:
            about = {"type": value, "description": _WHOLE.get(value, "The body.")}
            parameters.append(_argument(build_field("body", about, bodies.sources, source), ir.Place.BODY))
        elif key == "body":
            body = bodies.body(owner, value, source)
            parameters += _arguments(body)
        elif key in _PLACES:
            place = _PLACES[key]
            for one in build_fields(value, bodies.sources, source):
                if one.is_const:
                    constants.append((place, one.wire, as_text(one.const)))
                else:
                    parameters.append(_argument(one, place))
    return ir.Endpoint(
        method=method.upper(),
        path=_path(raw[method], usual=f"/links/{owner}/{role}/{{job_id}}"),
        link=None if isinstance(raw[method], str) else _link(raw[method]),
        parameters=tuple(sorted(parameters, key=lambda parameter: parameter.field.optional)),
        constants=tuple(constants),
        body=body,
        idempotent=raw.get("idempotent", method.upper() not in _NOT_IDEMPOTENT),
        timeout=parse_duration(raw["timeout"]) if "timeout" in raw else None,
        rate_limit=parse_rate(raw["rate_limit"]) if "rate_limit" in raw else None,
        auth=auth_of(raw["auth"]) if "auth" in raw else None,
        examples=examples(raw.get("examples"), bodies.sources, source),
    )


def auth_of(raw: Json) -> tuple[str, ...]:
    """The secrets of a request that names some, by the client's arguments."""
    if raw == "none":
        return ()
    named = [raw] if isinstance(raw, str) else raw
    found = [OAUTH_ARGUMENTS if name == "oauth" else (secret_argument(name),) for name in named]
    return tuple(argument for arguments in found for argument in arguments)


def secret_argument(name: str) -> str:
    """The client's argument for a secret of this name."""
    return names.argument_name(names.chosen_field_name(name))


def _path(address: Json, *, usual: str) -> str:
    """The path of an address; *usual* is that of the simulator's links."""
    if isinstance(address, str):
        return address
    path: str = address.get("path", usual)
    return path


def _link(raw: Mapping[str, Json]) -> ir.Link:
    field = parse_pointer(raw["field"]) if "field" in raw else ()
    return ir.Link(header=raw.get("header", ""), field=field, path=raw.get("path", ""))


def build_id(raw: Json) -> ir.IdAt:
    """Where an id is, from a pointer, a mapping or `None`."""
    more = {"field": raw} if isinstance(raw, str) else raw or {}
    field = parse_pointer(more["field"]) if "field" in more else ()
    return ir.IdAt(
        field=field,
        header=more.get("header", ""),
        argument=more.get("argument", ""),
        template=more.get("template", ""),
    )


def _arguments(body: ir.BodyModel) -> Iterator[ir.Parameter]:
    for one in body.fields:
        match one.value:
            case ir.Parameter():
                yield one.value
            case ir.BodyModel():
                yield from _arguments(one.value)


def as_text(value: Json) -> str:
    """A constant as it is written in a query or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
