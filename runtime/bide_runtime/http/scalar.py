"""Turn an argument into a JSON scalar without changing its value, or refuse it by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from math import isfinite
from typing import Any, NoReturn
from uuid import UUID

import msgspec

from ..errors.client import InvalidArgument


def scalar(value: Any, name: str) -> Any:
    """*value* as text, a number, `True`, `False` or `None`. Raises `InvalidArgument` if it has no exact JSON form.

    An instance of a class derived from `str`, `int` or `float` counts as that; so does an integer of another library,
    such as `numpy.int64`.
    """
    exact = _EXACT.get(type(value))
    if exact is not None:
        return exact(value, name)
    for base, read in _DERIVED:
        if isinstance(value, base):
            return read(value, name)
    if hasattr(type(value), "__index__"):
        try:
            return int(value.__index__())
        except TypeError:
            pass
    raise refused(name, f"{type(value).__name__} cannot be encoded as JSON")


def text(value: Any, name: str) -> str:
    """A scalar as text for a path, a query or a header: `true`, not `True`. Raises `InvalidArgument`."""
    found = scalar(value, name)
    if isinstance(found, bool):
        return "true" if found else "false"
    return found if isinstance(found, str) else str(found)


def refused(name: str, why: str) -> InvalidArgument:
    """The error for the argument *name*."""
    return InvalidArgument(f"{name}: {why}; nothing was sent")


def _as_it_is(value: Any, name: str) -> Any:
    return value


def _text(value: str, name: str) -> str:
    plain = str.__str__(value)
    if not plain.isascii():
        try:
            plain.encode()
        except UnicodeEncodeError:
            raise refused(name, "the text has a lone surrogate, which cannot be sent") from None
    return plain


def _integer(value: int, name: str) -> int:
    return int.__int__(value)


def _number(value: float, name: str) -> float:
    plain = float.__float__(value)
    if not isfinite(plain):
        raise refused(name, f"{plain} is not a number in JSON")
    return plain


def _moment(value: datetime, name: str) -> str:
    if value.tzinfo is None or value.utcoffset() is None:
        raise refused(name, "this datetime has no time zone; set its tzinfo, such as datetime.UTC")
    plain = value if type(value) is datetime else datetime.combine(date(*value.timetuple()[:3]), value.timetz())
    return str(msgspec.to_builtins(plain))


def _day(value: date, name: str) -> str:
    return date.isoformat(value)


def _member(value: Enum, name: str) -> Any:
    return scalar(value.value, name)


def _bytes(value: bytes, name: str) -> NoReturn:
    raise refused(name, f"{type(value).__name__} is not text; decode it first")


_EXACT: dict[type, Callable[[Any, str], Any]] = {
    str: _text,
    int: _as_it_is,
    bool: _as_it_is,
    type(None): _as_it_is,
    float: _number,
}

_DERIVED: tuple[tuple[Any, Callable[[Any, str], Any]], ...] = (
    (Enum, _member),
    (str, _text),
    (int, _integer),
    (float, _number),
    (datetime, _moment),
    (date, _day),
    ((bytes, bytearray, memoryview), _bytes),
    (UUID, lambda value, name: str(value)),
)
"""Classes, and how their instances are read; the first that fits is used."""
