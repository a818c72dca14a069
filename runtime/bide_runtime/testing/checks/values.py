"""Values for generated tests: valid and invalid arguments, and JSON that matches a type."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import msgspec.inspect as inspect
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from ...http.request import Json
from ...models.custom import alternatives, is_alternatives
from ...models.model import OpenEnum, OpenIntEnum
from ...models.rest import REST
from ...models.variant import Variant, variants
from ..fake.depth import is_enough, shallowest, shape

Strategy = st.SearchStrategy[Any]

TOMORROW = "a value of tomorrow"
"""A value that no spec lists."""

_CHARACTERS = st.characters(exclude_categories=["Cs"])
"""Lone surrogates are left out: JSON cannot hold them."""

_NOT_JSON = (float("nan"), float("-inf"), b"bytes", "\ud800", datetime(2026, 1, 1), object())
"""Values that have no exact form in JSON."""

_NOTHING: Strategy = st.nothing()
_TEXT = st.text(_CHARACTERS, max_size=20)
_NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
_MOMENTS = st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
)


_LOCAL = st.datetimes()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Given:
    """A value as it is passed to a call, and as it is sent."""

    given: Any
    sent: Json
    """Plain JSON; a date or time stays as it is, because it has several spellings."""


@dataclass(frozen=True)
class Values:
    """The values of an argument."""

    inside: st.SearchStrategy[Given]
    outside: Strategy = _NOTHING
    """Values that are refused, as they are passed."""
    accepts: tuple[type, ...] = ()
    """The Python types that are accepted, for `one_of`."""


def text(*, min_length: int = 0, max_length: int | None = None, pattern: str | None = None) -> Values:
    most = max_length if max_length is not None else min_length + 20
    if pattern is None:
        inside = st.text(_CHARACTERS, min_size=min_length, max_size=most)
    else:
        fitting = st.from_regex(pattern, alphabet=_CHARACTERS)
        inside = fitting.filter(lambda value: min_length <= len(value) <= (max_length or len(value)))
    wrong: list[Strategy] = [st.sampled_from([7, True, b"bytes", "\ud800"])]
    if min_length:
        wrong.append(_TEXT.map(lambda value: value[: min_length - 1]))
    if max_length is not None:
        wrong.append(_TEXT.map(lambda value: value + "x" * (max_length + 1)))
    if pattern is not None:
        wrong.append(_TEXT.filter(lambda value: re.search(pattern, value) is None))
    return replace(_as_it_is(inside, st.one_of(wrong)), accepts=(str,))


def uuid() -> Values:
    """A UUID, as text."""
    return replace(
        _as_it_is(st.uuids().map(str), st.sampled_from([7, "", "no-uuid", f"{UUID(int=0)}\n"])), accepts=(str,)
    )


def base64() -> Values:
    """Bytes, which are base64 in JSON."""
    inside = st.binary(max_size=40).map(lambda value: Given(value, b64encode(value).decode()))
    return Values(inside, st.sampled_from([7, "no base64!", True]), (bytes, str))


def null() -> Values:
    """`None`."""
    return Values(st.just(Given(None, None)), accepts=(type(None),))


def one_of(*alternatives: Values) -> Values:
    """A value of one of several types, which differ in JSON."""
    accepted = {kind for each in alternatives for kind in each.accepts}
    wrong = [each for each in (7, 7.5, True, "text", ["x"], {"x": 1}, object()) if type(each) not in accepted]
    return Values(st.one_of([each.inside for each in alternatives]), st.sampled_from(wrong), tuple(accepted))


def integer(
    *, min: int | None = None, max: int | None = None, above: int | None = None, below: int | None = None
) -> Values:
    min = min if above is None else above + 1
    max = max if below is None else below - 1
    wrong: list[Strategy] = [st.sampled_from(["7", 7.5, True])]
    if min is not None:
        wrong.append(st.integers(max_value=min - 1))
    if max is not None:
        wrong.append(st.integers(min_value=max + 1))
    return replace(_as_it_is(st.integers(min, max), st.one_of(wrong)), accepts=(int,))


def number(
    *, min: float | None = None, max: float | None = None, above: float | None = None, below: float | None = None
) -> Values:
    floats = st.floats(
        min if above is None else above,
        max if below is None else below,
        exclude_min=above is not None,
        exclude_max=below is not None,
        allow_nan=False,
        allow_infinity=False,
    )
    wrong: list[Strategy] = [st.sampled_from(["7", True, float("nan"), float("inf")])]
    if min is not None:
        wrong.append(st.floats(max_value=min, exclude_max=True, allow_infinity=False))
    if max is not None:
        wrong.append(st.floats(min_value=max, exclude_min=True, allow_infinity=False))
    if above is not None:
        wrong.append(st.floats(max_value=above, allow_infinity=False))
    if below is not None:
        wrong.append(st.floats(min_value=below, allow_infinity=False))
    return replace(_as_it_is(floats, st.one_of(wrong)), accepts=(int, float))


def boolean() -> Values:
    return replace(_as_it_is(st.booleans(), st.sampled_from(["true", 1])), accepts=(bool,))


def moment() -> Values:
    return Values(_as_it_is(_MOMENTS).inside, st.sampled_from(["tomorrow", True, datetime(2026, 1, 1)]), (str,))


def local_moment() -> Values:
    """A date and time without a time zone."""
    wrong = st.sampled_from(["tomorrow", True, datetime(2026, 1, 1, tzinfo=UTC)])
    return Values(_as_it_is(_LOCAL).inside, wrong, (str,))


def unix_time(*, milliseconds: bool = False) -> Values:
    """A time as a number since 1970."""
    unit = timedelta(milliseconds=1) if milliseconds else timedelta(seconds=1)
    return Values(_numbers(unit), st.sampled_from(["tomorrow", True, datetime(2026, 1, 1)]), (int, float))


def _numbers(unit: timedelta) -> st.SearchStrategy[Given]:
    """Times near ours, which a number holds to the microsecond."""
    zones = st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
    moments = st.datetimes(datetime(1920, 1, 1), datetime(2200, 1, 1), timezones=zones)
    return moments.map(lambda value: Given(value, _exact((value - _EPOCH) / unit)))


def _exact(number: float) -> Json:
    return int(number) if number.is_integer() else number


def day() -> Values:
    return Values(_as_it_is(st.dates()).inside, st.sampled_from(["tomorrow", True]), (str,))


def anything() -> Values:
    return _as_it_is(any_json(), st.sampled_from(_NOT_JSON))


def file() -> Values:
    return _as_it_is(st.binary(max_size=40), st.sampled_from(["a text", 7, True]))


def raw() -> Values:
    """The bytes of a whole body."""
    return _as_it_is(st.binary(max_size=40), st.sampled_from(["a text", 7, True]))


def an_object() -> Values:
    inside = _as_it_is(st.dictionaries(_TEXT, any_json(3), max_size=3)).inside
    return Values(inside, st.sampled_from(["{}", 7, *({"a": [each]} for each in _NOT_JSON)]), (dict,))


def choice(enum: type[OpenEnum] | type[OpenIntEnum], *values: str | int) -> Values:
    """A member of an enum, its value, or a value that the spec does not list."""
    known: Strategy = st.sampled_from(values)
    tomorrow = _tomorrow(enum)
    new = st.just(Given(enum(tomorrow), tomorrow))
    inside = known.map(lambda each: Given(each, each)) | known.map(lambda each: Given(enum(each), each)) | new
    if issubclass(enum, OpenIntEnum):
        return Values(inside, st.sampled_from(["7", True, 7.5]), (int,))
    return Values(inside, st.sampled_from([7, True]), (str,))


def _tomorrow(enum: type[Any]) -> Any:
    """A value that the spec does not list."""
    return 2_147_483_647 if issubclass(enum, OpenIntEnum) else TOMORROW


def constant(value: Json) -> Values:
    return Values(st.just(Given(value, value)), st.sampled_from([{"wrong": 1}]))


def list_of(item: Values, *, min_items: int = 0, max_items: int | None = None) -> Values:
    most = max_items if max_items is not None else min_items + 3
    inside = st.lists(item.inside, min_size=min_items, max_size=most).map(
        lambda items: Given([one.given for one in items], [one.sent for one in items])
    )
    wrong: list[Strategy] = [st.just(7)]
    if min_items:
        wrong.append(st.lists(_given(item), max_size=min_items - 1))
    if max_items is not None:
        wrong.append(_given(item).map(lambda one: [one] * (max_items + 1)))
    wrong.append(st.tuples(st.lists(_given(item), max_size=2), item.outside).map(lambda found: [*found[0], found[1]]))
    return Values(inside, st.one_of(wrong), (list,))


def map_of(value: Values) -> Values:
    inside = st.dictionaries(_TEXT, value.inside, max_size=3).map(
        lambda found: Given({k: v.given for k, v in found.items()}, {k: v.sent for k, v in found.items()})
    )
    return Values(inside, st.just(7), (dict,))


def rest_of(value: Values, *declared: str) -> Values:
    """The keys of an object beside those that its model has."""
    keys = _TEXT.filter(lambda key: key not in declared)
    inside = st.dictionaries(keys, value.inside, max_size=3).map(
        lambda found: Given({k: v.given for k, v in found.items()}, {k: v.sent for k, v in found.items()})
    )
    return Values(inside, st.just(7), (dict,))


@dataclass(frozen=True)
class Key:
    """One field of a model: its name in JSON, and its values."""

    wire: str
    values: Values
    is_optional: bool = False
    is_nullable: bool = False


def model(
    cls: type[Any], keys: Mapping[str, Key], *, tag: tuple[str, str] | None = None, rest: Values | None = None
) -> Values:
    """An object of a model. *keys* are by Python name; *tag* is sent in addition, and *rest* is beside the keys."""
    if rest is not None:
        keys = {**keys, "additional": Key(REST, rest, is_optional=True)}
    required = {name: _one(key) for name, key in keys.items() if not key.is_optional}
    optional = {name: _one(key) for name, key in keys.items() if key.is_optional}
    fixed = {} if tag is None else {tag[0]: tag[1]}

    def made(found: dict[str, Given]) -> Given:
        left_out = {name for name, one in found.items() if keys[name].is_optional and one.given is None}
        sent = {keys[name].wire: one.sent for name, one in found.items() if name not in left_out}
        sent |= sent.pop(REST, {})
        return Given(cls(**{name: one.given for name, one in found.items()}), fixed | sent)

    def spoiled(name: str) -> Strategy:
        rest = {other: values.map(lambda one: one.given) for other, values in required.items() if other != name}
        return st.fixed_dictionaries({**rest, name: keys[name].values.outside}).map(lambda found: cls(**found))

    inside = st.fixed_dictionaries(required, optional=optional).map(made)
    return Values(inside, st.one_of([spoiled(name) for name in keys]))


def union(*variants: Values) -> Values:
    return Values(
        st.one_of([variant.inside for variant in variants]), st.one_of([variant.outside for variant in variants])
    )


def later(values: Callable[[], Values]) -> Values:
    """Values that are defined later, or recursively."""
    return Values(st.deferred(lambda: values().inside), st.deferred(lambda: values().outside), (dict,))


def least(values: Strategy) -> Any:
    """The simplest value."""
    # Nothing fails here: to look for an explanation takes minutes for large arguments.
    phases = (Phase.generate, Phase.shrink)
    return find(values, lambda one: True, settings=settings(database=None, derandomize=True, phases=phases))


# --- any JSON that matches a type -------------------------------------------------------------------------------------


@cache
def any_json(leaves: int = 8) -> Strategy:
    """Any JSON value."""
    scalars = st.none() | st.booleans() | _NUMBERS | _TEXT
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
        max_leaves=leaves,
    )


@cache
def bodies_of(wanted: Any) -> Strategy:
    """Any JSON that the provider may send for a type, now or in a later version.

    Optional fields are present, null or missing; enums have known and unknown values; objects have unknown keys.
    """
    return _bodies(shape(wanted), 4)


@cache
def spoiled_bodies_of(wanted: Any) -> Strategy:
    """JSON that matches a type except for one part, which is any JSON."""
    return st.builds(_spoiled, bodies_of(wanted), any_json(3), st.integers(0, 2**16))


def _bodies(found: inspect.Type, depth: int) -> Strategy:
    match found:
        case inspect.UnionType(types=types):
            return _one_of(types, depth)
        case inspect.StructType(cls=cls):
            return _objects(cls, depth - 1)
        case inspect.CustomType(cls=cls) if issubclass(cls, Variant):
            here = [(added, shape(variant)) for added, variant in variants(cls)]
            known = [_with(_bodies(each, depth), added) for added, each in here if depth > 0 or is_enough(1, each)]
            new = {"a key of tomorrow": 1} if cls._shapes else {cls._discriminator: TOMORROW, "more": 1}
            return st.one_of([*known, st.just(new)])
        case inspect.CustomType(cls=cls) if is_alternatives(cls):
            return _one_of([shape(each) for each in alternatives(cls) if each is not None], depth)
        case inspect.CustomType(cls=cls) if hasattr(cls, "unit"):
            return _numbers(cls.unit).map(lambda one: one.sent)
        case inspect.EnumType(cls=cls):
            return st.sampled_from([*(member.value for member in cls), _tomorrow(cls)])
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.ListType(item_type=item, min_length=fewest, max_length=most):
            fewest = fewest or 0
            most = min(most if most is not None else fewest + 2, fewest + 2) if depth > 0 else fewest
            return st.lists(_bodies(item, depth), min_size=fewest, max_size=most) if most else st.just([])
        case inspect.DictType(value_type=value):
            return st.dictionaries(_TEXT, _bodies(value, depth), max_size=2) if depth > 0 else st.just({})
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(gt=above, ge=least, lt=below, le=most):
            return integer(min=least, max=most, above=above, below=below).inside.map(lambda one: one.sent)
        case inspect.FloatType(gt=above, ge=least, lt=below, le=most):
            return number(min=least, max=most, above=above, below=below).inside.map(_shorter)
        case inspect.BytesType():
            return st.binary(max_size=20).map(lambda value: b64encode(value).decode())
        case inspect.DateTimeType(tz=tz):
            return (_LOCAL if tz is False else _MOMENTS).map(lambda moment: moment.isoformat())
        case inspect.DateType():
            return st.dates().map(lambda day: day.isoformat())
        case inspect.StrType(min_length=shortest, max_length=longest, pattern=pattern):
            return text(min_length=shortest or 0, max_length=longest, pattern=pattern).inside.map(lambda one: one.sent)
        case _:
            return any_json(3)


def _one_of(types: Sequence[inspect.Type], depth: int) -> Strategy:
    """JSON of one of these types; of the least nested ones where no more depth is left."""
    return st.one_of([_bodies(each, depth) for each in (types if depth > 0 else shallowest(types))])


def _with(bodies: Strategy, added: Mapping[str, Json]) -> Strategy:
    return bodies.map(lambda body: {**body, **added})


def _shorter(one: Given) -> Json:
    """A number as some serializers write it: 2 for 2.0."""
    return int(one.sent) if one.sent.is_integer() and abs(one.sent) < 2**53 else one.sent


@cache
def _objects(cls: Any, depth: int) -> Strategy:
    """JSON objects of a model. Deeply nested ones have only their required fields."""
    found = shape(cls)
    assert isinstance(found, inspect.StructType)
    tag: dict[str, Strategy] = {} if found.tag_field is None else {found.tag_field: st.just(found.tag)}
    more = any_json(2)
    for field in found.fields:
        if field.encode_name == REST and isinstance(field.type, inspect.DictType):
            more = _bodies(field.type.value_type, depth)
    required = {field.encode_name: _bodies(field.type, depth) for field in found.fields if field.required}
    optional = {
        field.encode_name: _bodies(field.type, depth) if depth > 0 else st.none()
        for field in found.fields
        if not field.required and field.encode_name != REST and _is_null_or_left_out(field)
    }
    return st.fixed_dictionaries(required | tag, optional=optional | {"a key of tomorrow": more})


def _is_null_or_left_out(field: inspect.Field) -> bool:
    return field.default is None or field.default_factory is not msgspec.NODEFAULT


def _spoiled(body: Json, by: Json, place: int) -> Json:
    """*body* with one part replaced by *by*."""
    if isinstance(body, dict) and body and place % 4:
        name = sorted(body)[place % len(body)]
        return {**body, name: _spoiled(body[name], by, place // 4)}
    if isinstance(body, list) and body and place % 4:
        return [_spoiled(body[0], by, place // 4), *body[1:]]
    return by


def _as_it_is(inside: Strategy, outside: Strategy = _NOTHING) -> Values:
    return Values(inside.map(lambda value: Given(value, value)), outside)


def _one(key: Key) -> Strategy:
    return (
        key.values.inside | st.just(Given(None, None)) if key.is_nullable and not key.is_optional else key.values.inside
    )


def _given(values: Values) -> Strategy:
    return values.inside.map(lambda one: one.given)
