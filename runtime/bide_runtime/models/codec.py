"""Decode JSON into typed values and encode them, with the JSON path of each error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

from ..errors.client import InvalidArgument
from ..errors.decode import DecodeError
from ..http.request import Json
from .model import Model, _as_json, _from_json
from .prepared import prepared

T = TypeVar("T")

Path: TypeAlias = tuple[str, ...]
"""Attribute names or keys that lead into a decoded reply. In a spec's tables, empty means: there is no such field."""


class NotJson(DecodeError):
    """The reply is not JSON, or is truncated."""


def decode(wanted: type[T], body: bytes) -> T:
    """Decode *body* as *wanted*; as `bytes` it is returned unchanged.

    Raises `NotJson` if it is not JSON, and `DecodeError`, with the JSON path, if it has another shape.
    """
    decoder = _decoders.get(wanted) or _new_decoder(wanted)
    try:
        value: T = decoder(body)
    except msgspec.ValidationError as error:
        # msgspec may find a wrong type before the end of a truncated body; then the error is `NotJson`.
        _check_json(body)
        inside, where = _unwrap(wanted, body)
        path, problem = _path_and_problem(wanted, inside, str(error))
        path = where + path.removeprefix("$")
        raise DecodeError(f"the reply does not match the spec: {problem} at {path}", path=path, body=body) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(body) from error
    return value


_decoders: dict[Any, Callable[[bytes], Any]] = {bytes: bytes}
"""The decoder of each type, made on first use."""


def _new_decoder(wanted: Any) -> Callable[[bytes], Any]:
    decoder = msgspec.json.Decoder(prepared(wanted), dec_hook=_from_json).decode
    has_envelope = getattr(wanted, "_envelope", "")
    found = _decoders[wanted] = (lambda body: decoder(_unwrap(wanted, body)[0])) if has_envelope else decoder
    return found


def _unwrap(wanted: Any, body: bytes) -> tuple[bytes, str]:
    """The object in a model's envelope, and its JSON path; a body without the envelope is returned unchanged."""
    key = getattr(wanted, "_envelope", "")
    if key:
        try:
            inside = bytes(_OBJECT.decode(body).get(key, b""))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            inside = b""
        if inside.startswith(b"{"):
            return inside, f"$.{key}"
    return body, "$"


_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _check_json(body: bytes) -> None:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(body) from error


def _not_json(body: bytes) -> NotJson:
    return NotJson(f"the reply is not JSON: {_describe(body)}", path="$", body=body)


def any_json(body: bytes) -> Json:
    """The body as plain JSON values, or `None` if it is not JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def encode(body: Model) -> bytes:
    """A request body as JSON text.

    Raises `InvalidArgument` if a value has another type than the model says, or is out of bounds.
    """
    return msgspec.json.encode(plain_json(body))


def encode_object(body: Mapping[str, Json], name: str) -> bytes:
    """A request body without a model as JSON text. Raises `InvalidArgument` if it is not a JSON object."""
    if not isinstance(body, Mapping):
        raise InvalidArgument(f"{name}: expected a JSON object, not {type(body).__name__}; nothing was sent")
    try:
        return msgspec.json.encode(msgspec.to_builtins(dict(body), enc_hook=_as_json))
    except (NotImplementedError, TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"{name}: {_sentence(str(error))}; nothing was sent") from error


def plain_json(body: Model) -> Json:
    """A request body as JSON values. Raises `InvalidArgument` as `encode` does."""
    try:
        plain = msgspec.to_builtins(body, enc_hook=_as_json)
        msgspec.convert(plain, prepared(type(body)), dec_hook=_from_json)
        msgspec.json.encode(plain)
        return plain
    except (msgspec.ValidationError, NotImplementedError, TypeError, ValueError) as error:
        raise InvalidArgument(f"{_sentence(str(error))}; nothing was sent") from error


def checked(wanted: Any, value: T, name: str) -> T:
    """*value*, if it is valid for a query or header parameter of type *wanted*. Raises `InvalidArgument`."""
    try:
        msgspec.convert(msgspec.to_builtins(value), prepared(wanted))
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidArgument(f"{name}: {_sentence(str(error))}; nothing was sent") from error
    return value


def follow(value: Json, path: Path) -> Json:
    """The value at *path* inside *value*; `None` if there is none."""
    for name in path:
        if value is None:
            return None
        if isinstance(value, msgspec.Struct):  # checked first, because checking a model for `Mapping` is slow
            value = getattr(value, name, None)
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


_AT = re.compile(r"^(?P<problem>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)


def _split_message(message: str) -> tuple[str, str]:
    """The problem and the JSON path in a message of msgspec. A path inside a union is appended to that of the union."""
    outer = _AT.match(message)
    assert outer is not None
    problem, path = outer["problem"], outer["path"] or "$"
    if " - at `" in problem:
        inner, _, rest = problem.partition(" - at `$")
        problem, path = inner, path + rest.rstrip("`")
    return problem, path


def _path_and_problem(wanted: type[Any], body: bytes, message: str) -> tuple[str, str]:
    """The JSON path of an error, and the problem. Map keys, which msgspec writes as `[...]`, are filled in."""
    problem, path = _split_message(message)
    start, *rest = path.split("[...]")
    plain = any_json(body)
    path, here = start, _walk(plain, start)
    for steps in rest:
        key = _bad_key(wanted, plain, here, message)
        path += ("[?]" if key is None else f"[{key!r}]") + steps
        here = None if key is None else _walk(here[key], steps)
    return path, problem


_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


def _walk(value: Json, steps: str) -> Json:
    """The value at a path of names and indexes inside *value*; `None` if there is none."""
    for name, index in _STEP.findall(steps):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    return value


def _bad_key(wanted: type[Any], plain: Json, items: Json, message: str) -> str | None:
    """The key in the map *items*, a part of *plain*, whose value causes *message*. Removes the other keys."""
    found = list(items.items()) if isinstance(items, dict) else []
    for key, value in found:
        items.clear()
        items[key] = value
        try:
            msgspec.convert(plain, prepared(wanted), dec_hook=_from_json)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return str(key)
    return None


def _sentence(message: str) -> str:
    problem, path = _split_message(message)
    return f"{problem} at {path}" if path != "$" else problem


def _describe(body: bytes) -> str:
    """A description of a body for a message. The body is not quoted: it may hold private data."""
    start = body.lstrip()[:1]
    if not start:
        return "it is empty"
    if start == b"<":
        return "it looks like HTML"
    return f"it ends after {len(body)} bytes" if start in b'{["' else "it is some other text"
