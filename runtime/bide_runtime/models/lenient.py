"""Read JSON that is not strict, and distinguish truncated bodies from invalid ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from ..errors.decode import DecodeError
from ..http.request import Json

if TYPE_CHECKING:
    import json

_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_CUT_NUMBER = re.compile(r"\.|[eE][+-]?")
"""The end of a truncated number."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(DecodeError):
    """The reply is not JSON, or is truncated. The next one may be complete."""


def loads(body: bytes) -> Json:
    """The JSON value in *body*, which may have `NaN`, `Infinity` and raw control characters, as some providers send.

    Raises `NotJson` if the body is empty, truncated or not JSON at all, and `DecodeError` if it is invalid.
    """
    import json  # most programs never need it

    start = body.lstrip()[:1]
    if not start:
        raise _not_json("it is empty", body)
    if start not in b'{["-0123456789tfnNI':
        raise _not_json("it looks like HTML" if start == b"<" else "it is some other text", body)
    text = body.decode(errors="replace")
    try:
        value = json.loads(text, strict=False)
        body.decode()
    except UnicodeDecodeError as error:
        _refuse(f"byte {error.start} is not UTF-8", body)
    except json.JSONDecodeError as error:
        if _is_cut(text, error):
            raise _not_json(f"it ends after {len(body)} bytes", body) from error
        if start not in b'{["':
            raise _not_json("it is some other text", body) from error
        _refuse(f"{error.msg} at byte {len(text[: error.pos].encode())}", body)
    except RecursionError:
        _refuse("it is nested too deeply", body)
    except ValueError as error:
        _refuse(str(error), body)
    if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        _refuse("it has half a surrogate pair, which is no character", body)
    return value


def dumps(value: Json) -> bytes:
    """JSON text of *value*, which may have `NaN` and `Infinity`: msgspec would write `null`.

    Raises `TypeError` and `ValueError` for what JSON cannot hold.
    """
    import json  # most programs never need it

    return json.dumps(value, ensure_ascii=False).encode()


def _is_cut(text: str, error: json.JSONDecodeError) -> bool:
    """Whether the text may be truncated."""
    rest = text[error.pos :].strip()
    if error.msg.startswith("Unterminated string"):
        return True
    if error.msg.startswith("Invalid \\"):
        return '"' not in rest
    return _CUT_NUMBER.fullmatch(rest) is not None or any(word.startswith(rest) for word in _WORDS)


def _not_json(why: str, body: bytes) -> NotJson:
    return NotJson(f"the reply is not JSON: {why}", path="$", body=body)


def _refuse(why: str, body: bytes) -> NoReturn:
    raise DecodeError(f"the reply is not valid JSON: {why}", path="$", body=body)
