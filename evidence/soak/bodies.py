"""JSON that matches a kind of job: the bodies of polls, results and submits."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

import msgspec
from bide_runtime.http.request import Json
from bide_runtime.jobs.kind import JobKind
from bide_runtime.models.variant import Variant
from msgspec import inspect


def sample(wanted: Any, jitter: Random) -> Json:
    """Random JSON of the type *wanted*; optional fields may be missing."""
    return _of(_info(wanted), jitter)


def poll_body(
    kind: JobKind[Any, Any], status: str | None, jitter: Random, *, ready: bool, retry_after: float | None
) -> Json:
    """The body of a poll of a job with this status, with its result if that is inline."""
    lifecycle = kind.lifecycle
    body = sample(kind.snapshot, jitter)
    if lifecycle.result == ():
        body |= sample(kind.result, jitter)
    elif isinstance(lifecycle.result, tuple):
        _put(kind.snapshot, body, lifecycle.result, sample(kind.result, jitter))
    for path, value in lifecycle.ready:
        _put(kind.snapshot, body, path, value if ready else False)
    if lifecycle.error_message:
        for path, text in ((lifecycle.error_message, "the disk is full"), (lifecycle.error_code, "E7")):
            if path:
                _put(kind.snapshot, body, path, text)
    if lifecycle.retry_after:
        _put(kind.snapshot, body, lifecycle.retry_after, retry_after)
    _put(kind.snapshot, body, lifecycle.status, status)
    return body


def may_lack_a_status(kind: JobKind[Any, Any]) -> bool:
    """Whether a reply without a status can be decoded."""
    [name] = kind.lifecycle.status[:1]
    return any(field.name == name and field.default is None for field in msgspec.structs.fields(kind.snapshot))


def _put(model: Any, body: Json, path: tuple[str, ...], value: Json) -> None:
    """Put *value* at *path*, of attribute names; `None` removes the value."""
    name, *rest = path
    field = next(field for field in _info(model).fields if field.name == name)  # type: ignore[attr-defined]
    if not rest:
        body[field.encode_name] = value
        return
    inner = _without_none(field.type)
    if not isinstance(body.get(field.encode_name), dict):
        body[field.encode_name] = _of(inner, Random(0))
    if isinstance(inner, inspect.StructType):
        _put(inner.cls, body[field.encode_name], tuple(rest), value)
    else:
        body[field.encode_name][rest[0]] = value


@cache
def _info(wanted: Any) -> inspect.Type:
    return inspect.type_info(wanted)


def _without_none(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.UnionType):
        return next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind


def _of(kind: inspect.Type, jitter: Random) -> Json:
    match kind:
        case inspect.StructType(fields=fields):
            chosen = (field for field in fields if field.required or jitter.random() < 0.2)
            return {field.encode_name: _of(field.type, jitter) for field in chosen}
        case inspect.UnionType():
            return _of(_without_none(kind), jitter)
        case inspect.EnumType(cls=cls):
            return jitter.choice(list(cls)).value
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.IntType(ge=least):
            return max(least or 0, 1)
        case inspect.FloatType(ge=least):
            return max(least or 0.0, 0.5)
        case inspect.BoolType():
            return jitter.random() < 0.5
        case inspect.ListType(item_type=item):
            return [_of(item, jitter)] if jitter.random() < 0.3 else []
        case inspect.DictType():
            return {}
        case inspect.DateTimeType():
            return datetime(2026, 1, 2, tzinfo=UTC).isoformat()
        case inspect.CustomType(cls=cls) if issubclass(cls, Variant):
            tag, model = next(iter(cls._known.items()))
            return {**sample(model, jitter), cls._discriminator: tag}
        case inspect.AnyType() | inspect.RawType():
            return None
        case inspect.StrType():
            return "x"
    raise NotImplementedError(kind)
