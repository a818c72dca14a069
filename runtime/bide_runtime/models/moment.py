"""Times that are no RFC 3339 in JSON: numbers since 1970, and texts without a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

import msgspec

from ..http.request import Json
from ..http.scalar import refused
from .custom import Custom, Hook, NotNative, Read

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LocalDatetime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=False)]
"""A date and time without a time zone."""


class _IsDatetime(Custom):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Number(Read, metaclass=_IsDatetime):
    """The base class of times that are numbers in JSON. Their values are datetimes in UTC."""

    unit: ClassVar[timedelta]

    @classmethod
    def _takes(cls, value: Json) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    @classmethod
    def _read(cls, value: Json, hook: Hook) -> datetime:
        if not cls._takes(value):
            raise ValueError(f"Expected `int | float`, got `{type(value).__name__}`")
        try:
            passed: timedelta = value * cls.unit
            return _EPOCH + passed
        except (OverflowError, ValueError):
            raise ValueError(f"{value} is no time between the years 1 and 9999") from None


if TYPE_CHECKING:
    UnixTime: TypeAlias = datetime
    UnixTimeMs: TypeAlias = datetime
else:

    class UnixTime(_Number):
        """A time in seconds since 1970."""

        unit = timedelta(seconds=1)

    class UnixTimeMs(_Number):
        """A time in milliseconds since 1970."""

        unit = timedelta(milliseconds=1)


NotNative.is_possible = True


def is_number(type_: Any) -> bool:
    """Whether a type is that of times as numbers."""
    return isinstance(type_, _IsDatetime)


def as_number(value: datetime, type_: Any, name: str) -> int | float:
    """A datetime as the number that JSON has. Raises `InvalidArgument` if it has no time zone."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise refused(name, "this datetime has no time zone; set its tzinfo, such as datetime.UTC")
    passed = value - _EPOCH
    unit: timedelta = type_.unit
    whole, rest = divmod(passed, unit)
    return passed / unit if rest else whole


def as_local(value: datetime, name: str) -> str:
    """A datetime without a time zone as text. Raises `InvalidArgument` if it has one."""
    if value.tzinfo is not None:
        raise refused(name, "this datetime has a time zone, and the provider takes none; use .replace(tzinfo=None)")
    plain = datetime.combine(value.date(), value.time())
    return plain.isoformat()
