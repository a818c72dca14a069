"""From bytes to typed values and back, and where in the JSON something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from ..errors.client import InvalidArgument
from ..errors.decode import DecodeError
from ..http.request import Json
from .model import Model, _as_json, _from_json
from .prepared import prepared

T = TypeVar("T")


class NotJson(DecodeError):
    """The reply is no JSON at all, or was cut short."""


def decode(wanted: type[T], body: bytes) -> T:
    """Read *body* as *wanted*; as `bytes` it stays as it came.

    Raises `NotJson` if it is no JSON, and `DecodeError`, with the JSON path, if it is other JSON.
    """
    read = _readers.get(wanted) or _new_reader(wanted)
    try:
        value: T = read(body)
    except msgspec.ValidationError as error:
        # A body that was cut may not fit before it gets to its end; then that is what is wrong with it.
        _check_json(body)
        inside, where = _opened(wanted, body)
        path, problem = _place(wanted, inside, str(error))
        path = where + path.removeprefix("$")
        raise DecodeError(f"the reply does not fit: {problem} at {path}", path=path, body=body) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(body) from error
    return value


_readers: dict[Any, Callable[[bytes], Any]] = {bytes: bytes}
"""What reads each type; made when it is first needed."""


def _new_reader(wanted: Any) -> Callable[[bytes], Any]:
    read = msgspec.json.Decoder(prepared(wanted), dec_hook=_from_json).decode
    has_envelope = getattr(wanted, "_envelope", "")
    found = _readers[wanted] = (lambda body: read(_opened(wanted, body)[0])) if has_envelope else read
    return found


def _opened(wanted: Any, body: bytes) -> tuple[bytes, str]:
    """The object in the envelope of a model, and its JSON path; a body without that envelope as it is."""
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
    return NotJson(f"the reply is not JSON: {_kind_of(body)}", path="$", body=body)


def any_json(body: bytes) -> Json:
    """The body as plain JSON values, or `None` if it is not JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def encode(body: Model) -> bytes:
    """The JSON text of a request body.

    Raises `InvalidArgument` if a value has another type than the model says, or is outside of its bounds.
    """
    return msgspec.json.encode(plain_json(body))


def encode_object(body: Mapping[str, Json], name: str) -> bytes:
    """The JSON text of a body that may hold anything. Raises `InvalidArgument` if it is no JSON object."""
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
    """*value*, if it is what a query or header parameter may be. Raises `InvalidArgument`."""
    try:
        msgspec.convert(msgspec.to_builtins(value), prepared(wanted))
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidArgument(f"{name}: {_sentence(str(error))}; nothing was sent") from error
    return value


def follow(value: Json, path: tuple[str, ...]) -> Json:
    """What *path* leads to inside *value*, or `None` where it ends early."""
    for name in path:
        if value is None:
            return None
        if isinstance(value, msgspec.Struct):  # asked first: of a model, the answer about a mapping takes longer
            value = getattr(value, name, None)
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


_AT = re.compile(r"^(?P<problem>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)


def _parted(message: str) -> tuple[str, str]:
    """The problem and the JSON path of one of msgspec's messages, with the path inside of a union put behind."""
    outer = _AT.match(message)
    assert outer is not None
    problem, path = outer["problem"], outer["path"] or "$"
    if " - at `" in problem:
        inner, _, rest = problem.partition(" - at `$")
        problem, path = inner, path + rest.rstrip("`")
    return problem, path


def _place(wanted: type[Any], body: bytes, message: str) -> tuple[str, str]:
    """The path of the culprit with its map keys, which msgspec writes as `[...]`, and what is wrong there."""
    problem, path = _parted(message)
    start, *rest = path.split("[...]")
    plain = any_json(body)
    place, here = start, _walk(plain, start)
    for steps in rest:
        key = _bad_key(wanted, plain, here, message)
        place += ("[?]" if key is None else f"[{key!r}]") + steps
        here = None if key is None else _walk(here[key], steps)
    return place, problem


_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


def _walk(value: Json, steps: str) -> Json:
    """What names and indexes lead to inside *value*, or `None` where they end early."""
    for name, index in _STEP.findall(steps):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    return value


def _bad_key(wanted: type[Any], plain: Json, items: Json, message: str) -> str | None:
    """The key in the map *items*, a part of *plain*, that has the problem of which *message* tells; the others go."""
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
    problem, path = _parted(message)
    return f"{problem} at {path}" if path != "$" else problem


def _kind_of(body: bytes) -> str:
    """What a body looks like, without quoting it: it may hold anything."""
    start = body.lstrip()[:1]
    if not start:
        return "it is empty"
    if start == b"<":
        return "it looks like HTML"
    return f"it breaks off after {len(body)} bytes" if start in b'{["' else "it is some other text"
