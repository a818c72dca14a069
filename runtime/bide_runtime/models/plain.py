"""Turn arguments into plain JSON values, and name the place of a value that has no exact JSON form."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from ..http.request import Json
from ..http.scalar import refused, scalar
from .custom import Other
from .file import UploadFile
from .rest import REST
from .variant import Chosen
from .written import Kinds, kinds_of, moment

_SCALARS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any, name: str, type_: Any = None) -> Json:
    """*value* as plain JSON values. Raises `InvalidArgument`, with the place as `name.key[0]`, if it has no such form.

    *type_* is its type, if it is not a model. Files to upload stay as they are.
    """
    try:
        return _plain(value, name, kinds_of(type_))
    except RecursionError:
        raise refused(name or "the body", "it is nested too deeply") from None


def _plain(value: Any, at: str, kinds: Kinds = frozenset()) -> Json:
    kind = type(value)
    if kind in _SCALARS:
        return scalar(value, at)
    if isinstance(value, UploadFile):
        return value
    if isinstance(value, msgspec.Struct):
        return _struct(value, at)
    if isinstance(value, Other):
        return _object(value.body, at)
    if isinstance(value, Mapping):
        return _object(value, at, kinds)
    if kinds:
        if bytes in kinds and isinstance(value, bytes | bytearray | memoryview):
            return b64encode(value).decode()
        if isinstance(value, datetime):
            return moment(value, kinds, at)
    if isinstance(value, Sequence | Set) and not isinstance(value, str | bytes | bytearray | memoryview):
        return [_plain(item, f"{at}[{index}]", kinds) for index, item in enumerate(value)]
    if hasattr(kind, "__dataclass_fields__"):
        return _object({name: getattr(value, name) for name in kind.__dataclass_fields__}, at)
    return scalar(value, at)


def _object(value: Mapping[Any, Any], at: str, kinds: Kinds = frozenset()) -> dict[str, Json]:
    found = {}
    for key, item in value.items():
        text = scalar(key, at)
        if not isinstance(text, str):
            raise refused(at, f"the key {key!r} of an object is not text")
        found[text] = _plain(item, _inside(at, text), kinds)
    return found


def _struct(value: msgspec.Struct, at: str) -> dict[str, Json]:
    """The JSON object of a model, with the provider's key names and without optional fields that are `None`."""
    config = value.__struct_config__
    found = {} if config.tag_field is None else {config.tag_field: config.tag}
    rest: dict[str, Json] = {}
    for name, wire, is_optional, kinds in _fields(type(value)):
        item = getattr(value, name)
        if wire == REST:
            if not isinstance(item, Mapping):
                raise refused(_inside(at, name), f"expected a mapping, not {type(item).__name__}")
            rest = _object(item, _inside(at, name), kinds)
        elif item is not None or not is_optional:
            found[wire] = _plain(item, _inside(at, name), kinds)
    if rest:
        _refuse_fields(value, rest, at)
        found |= rest
    return Chosen(type(value), found)


def _refuse_fields(value: msgspec.Struct, rest: dict[str, Json], at: str) -> None:
    """Raise `InvalidArgument` if a key of `additional` is one that the model declares."""
    declared = {wire for _, wire, _, _ in _fields(type(value))} | {value.__struct_config__.tag_field}
    for key in rest:
        if key in declared:
            raise refused(_inside(at, "additional"), f"the key {key!r} is a field of its own")


@lru_cache(maxsize=1024)
def _fields(cls: type[msgspec.Struct]) -> tuple[tuple[str, str, bool, Kinds], ...]:
    """(attribute, wire name, whether `None` is left out, how values without a JSON form are written) of each field."""
    fields = msgspec.structs.fields(cls)
    return tuple((each.name, each.encode_name, each.default is None, kinds_of(each.type)) for each in fields)


def _inside(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def argument(body: Any, path: str) -> str:
    """A JSON path inside *body* as the place of an argument: `$.fromUrl` is `from_url`."""
    place = ""
    for name, index, key in _STEPS.findall(path):
        if name:
            attribute = _attribute(body, name)
            body = getattr(body, attribute, None)
            place = _inside(place, attribute)
        else:
            place += f"[{index or key}]"
            body = _item(body, index, key)
    return place


_STEPS = re.compile(r"\.([^.\[]+)|\[(?:(\d+)|('[^']*'|[^\]]*))\]")
"""The steps of a JSON path: a name, an index or a key."""


def _attribute(body: Any, wire: str) -> str:
    fields = _fields(type(body)) if isinstance(body, msgspec.Struct) else ()
    return next((name for name, wire_name, _, _ in fields if wire_name == wire), wire)


def _item(body: Any, index: str, key: str) -> Any:
    if index:
        return body[int(index)] if isinstance(body, Sequence) and int(index) < len(body) else None
    return body.get(key.strip("'")) if isinstance(body, Mapping) else None
