"""Compare JSON values with the types of a spec. Independent of HTTP."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bide import ir
from bide.importer.words import guess, state_of
from bide.ir import Json
from bide.verifier.findings import Change, Kind, SpecPath

_DEEPEST = 60
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?")
_LOCAL = "a date and time without a time zone"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _parses(parse: Callable[[str], object]) -> Callable[[Json], bool]:
    def fits(value: Json) -> bool:
        try:
            return isinstance(value, str) and parse(value) is not None
        except ValueError:
            return False

    return fits


def _moment(text: str) -> datetime:
    """A date and time of RFC 3339, as clients read it. Raises `ValueError`."""
    if not _MOMENT.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text)


def _is_moment(*, has_zone: bool) -> Callable[[Json], bool]:
    return _parses(lambda text: True if (_moment(text).tzinfo is not None) == has_zone else None)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_SCALARS: dict[ir.Kind, tuple[str, Callable[[Json], bool]]] = {
    ir.Kind.STRING: ("text", lambda value: isinstance(value, str)),
    ir.Kind.INTEGER: (
        "an integer",
        lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    ),
    ir.Kind.NUMBER: ("a number", _is_number),
    ir.Kind.BOOLEAN: ("true or false", lambda value: isinstance(value, bool)),
    ir.Kind.DATETIME: ("a date and time", _is_moment(has_zone=True)),
    ir.Kind.LOCAL_DATETIME: (_LOCAL, _is_moment(has_zone=False)),
    ir.Kind.UNIXTIME: ("a number of seconds", _is_number),
    ir.Kind.UNIXTIME_MS: ("a number of milliseconds", _is_number),
    ir.Kind.DATE: ("a date", _parses(lambda text: date.fromisoformat(text) if _DAY.fullmatch(text) else None)),
    ir.Kind.UUID: ("a UUID", _parses(lambda text: re.search(ir.UUID_PATTERN, text) or None)),
    ir.Kind.BASE64: ("base64", _parses(lambda text: b64decode(text, validate=True))),
    ir.Kind.ANY: ("any value", lambda value: True),
    ir.Kind.OBJECT: ("an object", lambda value: isinstance(value, dict)),
    ir.Kind.BYTES: ("bytes", lambda value: True),
    ir.Kind.FILE: ("a file", lambda value: True),
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """A part of a value that does not fit."""

    kind: Kind
    path: SpecPath
    message: str
    at: str
    """The JSON path, with `[]` for the items of lists."""
    change: Change | None = None

    @property
    def weight(self) -> int:
        """How much speaks against the type as a whole."""
        return 10 if self.kind in (Kind.WRONG_TYPE, Kind.NOT_JSON) else 1


def unknown_status(lifecycle: ir.Lifecycle, status: str, at: str) -> Misfit:
    """A status without a state, which is guessed."""
    path = ("lifecycles", lifecycle.name, "states")
    change = Change("add", path, status, state_of(status) or guess(status)) if status else None
    return Misfit(Kind.UNKNOWN_STATUS, path, f'the status "{status}" has no state', at, change)


class Comparison:
    """Compares values with the types of one provider."""

    def __init__(self, provider: ir.Provider) -> None:
        self._named: dict[str, ir.Enum | ir.Model | ir.Union] = {}
        for kind in (provider.enums, provider.models, provider.unions):
            self._named |= {each.name: each for each in kind}
        self._statuses: dict[str, list[ir.Lifecycle]] = {}
        """The lifecycles whose statuses an enum has."""
        for job in provider.jobs:
            type_ = self._type_at(job.snapshot, job.lifecycle.status)
            of = self._statuses.setdefault(type_.name, []) if isinstance(type_, ir.Named) else []
            if job.lifecycle not in of:
                of.append(job.lifecycle)

    def opened(self, type_: ir.Type | str | None, value: Json) -> Json:
        """A value without the envelope of its model."""
        name = type_ if isinstance(type_, str) else type_.name if isinstance(type_, ir.Named) else ""
        model = self._named.get(name)
        if isinstance(model, ir.Model) and model.envelope and isinstance(value, dict) and model.envelope in value:
            return value[model.envelope]
        return value

    def misfits(
        self, type_: ir.Type, value: Json, owner: SpecPath, state: ir.State | None = None, at: str = "$", depth: int = 0
    ) -> Iterator[Misfit]:
        """All that does not fit. *owner* is the key of the spec with the type; *state* that of the job, for `when`."""
        if depth > _DEEPEST:
            return
        match type_:
            case ir.Scalar(kind):
                what, fits = _SCALARS[kind]
                if not fits(value):
                    yield _wrong(owner, value, what, at, _of_moment(kind, value))
            case ir.ListOf(item):
                if not isinstance(value, list):
                    yield _wrong(owner, value, "a list", at)
                    return
                for each in value:
                    yield from self.misfits(item, each, owner, None, f"{at}[]", depth + 1)
            case ir.MapOf(of):
                if not isinstance(value, dict):
                    yield _wrong(owner, value, "an object", at)
                    return
                for each in value.values():
                    yield from self.misfits(of, each, owner, None, f"{at}.*", depth + 1)
            case ir.OneOf(types, nullable):
                if value is None and nullable:
                    return
                tried = [list(self.misfits(each, value, owner, state, at, depth + 1)) for each in types]
                yield from min(tried, key=lambda found: sum(each.weight for each in found))
            case ir.Named(name):
                yield from self._of_named(self._named[name], value, owner, state, at, depth + 1)

    def _of_named(
        self,
        named: ir.Enum | ir.Model | ir.Union,
        value: Json,
        owner: SpecPath,
        state: ir.State | None,
        at: str,
        depth: int,
    ) -> Iterator[Misfit]:
        if isinstance(named, ir.Enum):
            yield from self._of_enum(named, value, owner, at)
        elif isinstance(named, ir.Model):
            yield from self._of_model(named, value, owner, state, at, depth)
        elif named.by_shape:
            tried = [list(self.misfits(ir.Named(each), value, owner, state, at, depth)) for _, each in named.variants]
            yield from min(tried, key=lambda found: sum(each.weight for each in found), default=[])
        elif not isinstance(value, dict):
            yield _wrong(owner, value, "an object", at)
        elif (model := dict(named.variants).get(str(value.get(named.tag_field)))) is not None:
            yield from self.misfits(ir.Named(model), value, owner, state, at, depth)
        else:
            path = ("unions", named.name)
            yield Misfit(
                Kind.UNKNOWN_VALUE,
                path,
                f"{named.name} has no variant for its {named.tag_field}",
                f"{at}.{named.tag_field}",
            )

    def _of_enum(self, enum: ir.Enum, value: Json, owner: SpecPath, at: str) -> Iterator[Misfit]:
        what, fits = _SCALARS[ir.Kind.INTEGER if enum.is_numeric else ir.Kind.STRING]
        if not fits(value):
            yield _wrong(owner, value, what, at)
            return
        same = str.lower if enum.ignore_case else str
        if same(str(value)) not in [same(each.wire) for each in enum.values]:
            path: SpecPath = ("enums", enum.name, "values")
            change = Change("add", path, str(value), "Seen in a recording.")
            yield Misfit(Kind.UNKNOWN_VALUE, path, f'{enum.name} has no value "{value}"', at, change)
            for lifecycle in self._statuses.get(enum.name, ()):  # each value of a status needs a state
                if same(str(value)) not in map(same, lifecycle.states):
                    yield unknown_status(lifecycle, str(value), at)

    def _type_at(self, model: str | None, pointer: ir.Pointer) -> ir.Type | None:
        """The type at a pointer into a model; `None` if no model says it."""
        type_: ir.Type | None = ir.Named(model) if model else None
        for step in pointer:
            found = self._named.get(type_.name) if isinstance(type_, ir.Named) else None
            fields = found.fields if isinstance(found, ir.Model) else ()
            type_ = next((field.type for field in fields if field.wire == step), None)
        return type_

    def _of_model(
        self, model: ir.Model, value: Json, owner: SpecPath, state: ir.State | None, at: str, depth: int
    ) -> Iterator[Misfit]:
        if not isinstance(value, dict):
            yield _wrong(owner, value, "an object", at)
            return
        holder: SpecPath = ("models", model.base or model.name, "fields")
        known = {field.wire for field in model.fields} | {model.tag_field}
        for field in model.fields:
            path: SpecPath = (*holder, field.wire)
            if field.wire in value:
                yield from self._of_field(field, value[field.wire], path, state, f"{at}.{field.wire}", depth)
            elif not field.is_rest and state is not None and state in field.when:
                says = f"{model.name}.{field.wire} is promised in state {state}, and is missing"
                yield Misfit(Kind.MISSING_WHEN, path, says, f"{at}.{field.wire}")
            elif not field.is_rest and not field.optional and not field.when:
                says = f"{model.name}.{field.wire} is required, and is missing"
                yield Misfit(Kind.MISSING_FIELD, path, says, f"{at}.{field.wire}", Change("optional", path))
        if model.additional is not None:
            for key in value.keys() - known:
                yield from self.misfits(model.additional.type, value[key], holder, None, f"{at}.*", depth)
            return
        for key in value:
            if key not in known:
                change = Change("add", holder, f"{key}?", _type_of(value[key]))
                yield Misfit(Kind.UNKNOWN_FIELD, holder, f'{model.name} has no field "{key}"', f"{at}.{key}", change)

    def _of_field(
        self, field: ir.Field, value: Json, path: SpecPath, state: ir.State | None, at: str, depth: int
    ) -> Iterator[Misfit]:
        if value is None and state is not None and state in field.when:
            yield Misfit(Kind.MISSING_WHEN, path, f"{field.wire} is promised in state {state}, and is null", at)
        elif value is None and (field.nullable or field.optional or field.when):
            return
        elif value is None and not self._may_be_null(field.type):
            yield Misfit(Kind.WRONG_TYPE, path, f"{path[1]}.{field.wire} is null", at, Change("nullable", path))
        elif field.is_const:
            if value != field.const:
                yield Misfit(Kind.WRONG_TYPE, path, f"{path[1]}.{field.wire} is always {field.const!r} in the spec", at)
        else:
            yield from self.misfits(field.type, value, path, state, at, depth)

    def _may_be_null(self, type_: ir.Type) -> bool:
        return type_ == ir.Scalar(ir.Kind.ANY) or (isinstance(type_, ir.OneOf) and type_.nullable)


def kind_of(value: Json) -> str:
    """The kind of a value in words; never the value, which may be secret."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _of_moment(kind: ir.Kind, value: Json) -> str:
    """What a time is whose time zone is missing, or should be; else nothing."""
    other = {ir.Kind.DATETIME: ir.Kind.LOCAL_DATETIME, ir.Kind.LOCAL_DATETIME: ir.Kind.DATETIME}.get(kind)
    what, fits = _SCALARS[other] if other else ("", bool)
    return what if other and fits(value) else ""


def _wrong(owner: SpecPath, value: Json, expected: str, at: str, found: str = "") -> Misfit:
    name = f"{owner[1]}.{owner[-1]}" if owner and owner[0] == "models" else ".".join(map(str, owner))
    said = found or (f"other {kind_of(value)}" if kind_of(value) == expected else kind_of(value))
    return Misfit(Kind.WRONG_TYPE, owner, f"{name} is {said}, and not {expected}", at)


def _type_of(value: Json) -> str:
    """The type of the spec for a new field."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "list of any"
        case dict():
            return "object"
        case _:
            return "any"
