"""Decode JSON into typed values and encode them, with the JSON path of each error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, get_origin

import msgspec

from ..errors.client import InvalidArgument
from ..errors.decode import DecodeError
from ..http.charset import as_utf8
from ..http.request import Json, Response
from .custom import NotNative
from .lenient import dumps, loads
from .model import Model, _as_json, _from_json
from .plain import argument, plain
from .prepared import prepared
from .rest import REST, has_rest, moved

T = TypeVar("T")

Path: TypeAlias = tuple[str, ...]
"""Attribute names or keys that lead into a decoded reply. In a spec's tables, empty means: there is no such field."""


def decode_reply(wanted: type[T], reply: Response) -> T:
    """Decode the body of *reply*, in any encoding, like `decode`.

    As `str`, a reply of text is its body; as a list, the lines of JSON are its items.
    """
    if wanted is bytes:
        return decode(wanted, reply.body)
    body, kind = as_utf8(reply), reply.headers.get("content-type", "")
    if wanted is str and _TEXT.match(kind):
        return _text_of(body)  # type: ignore[return-value]  # it is a `str`, which is `T`
    if _is_lines(kind) and get_origin(wanted) is list:
        body = b"[" + b",".join(line for line in body.splitlines() if line.strip()) + b"]"
    return decode(wanted, body)


@lru_cache(maxsize=64)
def _is_lines(content_type: str) -> bool:
    """Cached, because all replies have the same few types."""
    return _LINES.match(content_type) is not None


_LINES = re.compile(r"\s*(application|text)/(x-)?(ndjson|jsonl|jsonlines|json-lines|nljson)\b", re.IGNORECASE)
_TEXT = re.compile(r"\s*text/(?!json)", re.IGNORECASE)


def _text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        message = f"the reply is no text: byte {error.start} is not UTF-8"
        raise DecodeError(message, path="$", body=body) from error


def decode(wanted: type[T], body: bytes) -> T:
    """Decode *body* as *wanted*; as `bytes` it is returned unchanged.

    Raises `NotJson` if it is not JSON, and `DecodeError`, with the JSON path, if it has another shape.
    """
    decoder = _decoders.get(wanted) or _new_decoder(wanted)
    try:
        value: T = decoder(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # msgspec finds a wrong type before the end of a body that was cut, and it reads strict JSON only.
        return _decode_leniently(wanted, body)
    return value


def from_text(wanted: type[T], text: str | bytes) -> T:
    """Decode JSON text of the user. Raises `DecodeError`, and `InvalidArgument` for other types."""
    if not isinstance(text, str | bytes):
        raise InvalidArgument(f"from_json takes text or bytes, not {type(text).__name__}")
    return decode(wanted, text.encode(errors="surrogatepass") if isinstance(text, str) else text)


def from_plain(wanted: type[T], value: Mapping[str, Json]) -> T:
    """Decode a JSON object of the user. Raises `DecodeError`, and `InvalidArgument` for what JSON cannot hold."""
    if not isinstance(value, Mapping):
        raise InvalidArgument(f"from_dict takes a JSON object as a dict, not {type(value).__name__}")
    try:
        text = dumps(dict(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"from_dict takes only values that JSON has: {error}") from error
    return decode(wanted, text)


def to_values(wanted: Any, value: Any) -> Json:
    """A value that was decoded as *wanted* as plain JSON values, which `from_values` reads."""
    if NotNative.is_possible:
        from .written import is_native, kinds_of, written

        if not is_native(wanted):
            return written(value, _as_json, kinds_of(wanted))
    return msgspec.to_builtins(value, enc_hook=_as_json)


def as_values(value: Any) -> Json:
    """A value of any type of the package as plain JSON values."""
    if NotNative.is_possible:
        from .written import written

        return written(value, _as_json)
    return msgspec.to_builtins(value, enc_hook=_as_json)


def from_values(wanted: Any, value: Json) -> Any:
    """Plain JSON values, without an envelope, as *wanted*. Raises `DecodeError`, with the JSON path."""
    try:
        return _converted(wanted, value)
    except msgspec.ValidationError as error:
        path, problem = _path_and_problem(wanted, value, str(error))
        raise DecodeError(f"the reply does not match the spec: {problem} at {path}", path=path, body=b"") from error


def _decode_leniently(wanted: type[T], body: bytes) -> T:
    plain, where = _unwrap(wanted, loads(body))
    try:
        value: T = _converted(wanted, plain)
    except msgspec.ValidationError as error:
        path, problem = _path_and_problem(wanted, plain, str(error))
        path = where + path.removeprefix("$")
        raise DecodeError(f"the reply does not match the spec: {problem} at {path}", path=path, body=body) from error
    return value


def _converted(wanted: Any, plain: Json) -> Any:
    """Plain JSON values as *wanted*. Raises `msgspec.ValidationError`."""
    return msgspec.convert(moved(wanted, plain), prepared(wanted), dec_hook=_from_json)


_decoders: dict[Any, Callable[[bytes], Any]] = {bytes: bytes}
"""The decoder of each type, made on first use."""


def _new_decoder(wanted: Any) -> Callable[[bytes], Any]:
    decoder = msgspec.json.Decoder(prepared(wanted), dec_hook=_from_json).decode
    if NotNative.is_possible and has_rest(wanted):
        decoder = lambda body: _converted(wanted, msgspec.json.decode(body))  # noqa: E731
    has_envelope = getattr(wanted, "_envelope", "")
    found = _decoders[wanted] = (lambda body: decoder(_inside(wanted, body))) if has_envelope else decoder
    return found


def _inside(wanted: Any, body: bytes) -> bytes:
    """The object in a model's envelope; a body without the envelope is returned unchanged."""
    inside = bytes(_OBJECT.decode(body).get(wanted._envelope, b""))
    return inside if inside.startswith(b"{") else body


_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _unwrap(wanted: Any, plain: Json) -> tuple[Json, str]:
    """The same for plain JSON values, with the JSON path."""
    key = getattr(wanted, "_envelope", "")
    inside = plain.get(key) if key and isinstance(plain, dict) else None
    return (inside, f"$.{key}") if isinstance(inside, dict) else (plain, "$")


def any_json(body: bytes) -> Json:
    """The body as plain JSON values, or `None` if it is not JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return loads(body)
    except DecodeError:
        return None


def json_in(reply: Response) -> Json:
    """The JSON values in the body of a reply, or `None` if it is not JSON."""
    return any_json(as_utf8(reply))


def encode(body: Model) -> bytes:
    """A request body as JSON text.

    Raises `InvalidArgument` if a value has another type than the model says, or is out of bounds.
    """
    return msgspec.json.encode(plain_json(body))


def encode_object(body: Mapping[str, Json], name: str) -> bytes:
    """A request body without a model as JSON text. Raises `InvalidArgument` if it is not a JSON object."""
    if not isinstance(body, Mapping):
        raise InvalidArgument(f"{name}: expected a JSON object, not {type(body).__name__}; nothing was sent")
    return msgspec.json.encode(plain(body, name))


def encode_value(wanted: Any, body: Any, name: str) -> bytes:
    """A request body that is no model as JSON text. Raises `InvalidArgument` as `encode` does."""
    return msgspec.json.encode(_valid(wanted, body, name))


def _valid(wanted: Any, value: Any, name: str) -> Json:
    """An argument of type *wanted* as plain JSON values. Raises `InvalidArgument` with the place of what is wrong."""
    values = plain(value, name, wanted)
    try:
        _converted(wanted, values)
    except msgspec.ValidationError as error:
        path, problem = _path_and_problem(wanted, values, str(error))
        place = argument(value, path)
        at = f"{name}{place if place.startswith('[') else f'.{place}'}" if place else name
        raise InvalidArgument(f"{at}: {problem}; nothing was sent") from error
    return values


def encode_text(body: str, name: str) -> bytes:
    """A request body of text. Raises `InvalidArgument` if it is no text."""
    found = plain(body, name)
    if not isinstance(found, str):
        raise InvalidArgument(f"{name}: expected text, not {type(body).__name__}; nothing was sent")
    return found.encode()


def plain_json(body: Model) -> Json:
    """A request body as JSON values. Raises `InvalidArgument` as `encode` does."""
    values = plain(body, "")
    try:
        _converted(type(body), values)
    except msgspec.ValidationError as error:
        path, problem = _path_and_problem(type(body), values, str(error))
        raise InvalidArgument(f"{argument(body, path)}: {problem}; nothing was sent") from error
    return values


def checked(wanted: Any, value: T, name: str) -> T:
    """*value*, if it is valid for a query or header parameter of type *wanted*. Raises `InvalidArgument`."""
    _valid(wanted, value, name)
    return value


def as_written(wanted: Any, value: Any, name: str) -> Json:
    """A query or header parameter of type *wanted* as plain JSON, for types whose text differs from Python's own."""
    return plain(value, name, wanted)


def follow(value: Json, path: Path) -> Json:
    """The value at *path* inside *value*; `None` if there is none. A number is an index of a list."""
    for name in path:
        if value is None:
            return None
        if isinstance(value, msgspec.Struct):  # checked first, because checking a model for `Mapping` is slow
            value = getattr(value, name, None)
        elif isinstance(value, list):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _split_message(message: str) -> tuple[str, str]:
    """The problem and the JSON path in a message of msgspec. The path to a union comes last."""
    problem, *places = message.split(" - at `$")
    return problem, "$" + "".join(place.rstrip("`") for place in reversed(places))


def _path_and_problem(wanted: type[Any], plain: Json, message: str) -> tuple[str, str]:
    """The JSON path of an error, and the problem. Map keys, which msgspec writes as `[...]`, are filled in."""
    plain = moved(wanted, plain)
    problem, path = _split_message(message)
    start, *rest = path.split("[...]")
    path, here = start, _walk(plain, start)
    for steps in rest:
        key = _bad_key(wanted, plain, here, message)
        path += ("[?]" if key is None else f"[{key!r}]") + steps
        here = None if key is None else _walk(here[key], steps)
    return _AT_REST.sub("", path), problem


_AT_REST = re.compile(rf"\.{re.escape(REST)}(?=\[|$)")
"""The map of other keys in the path of an error, which is not in the JSON itself."""

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
