"""Types that msgspec does not know: unions of models, times as numbers, and `A | B` with one of these."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, TypeAlias

import msgspec

from ..http.request import Json
from .prepared import prepared

Hook: TypeAlias = Callable[[Any, Json], Any]
"""What msgspec calls for each value of a custom type."""


class Custom(type):
    """The class of these types. Their `A | B` is a custom type as well: msgspec has no union with a custom type."""

    def __or__(cls, other: Any) -> Any:
        return type.__or__(cls, other) if _is_usual(cls, other) else either(cls, other)

    def __ror__(cls, other: Any) -> Any:
        return type.__ror__(cls, other) if _is_usual(cls, other) else either(cls, other)


class Read(metaclass=Custom):
    """A type that is read in its own way."""

    __slots__ = ()

    @classmethod
    def _takes(cls, value: Json) -> bool:
        """Whether the JSON type of a value is that of this type."""
        raise NotImplementedError(cls)

    @classmethod
    def _read(cls, value: Json, hook: Hook) -> Any:
        """The typed value. Raises `ValueError` if the JSON value is not of this type."""
        raise NotImplementedError(cls)


class StructOrCustom(msgspec.StructMeta, Custom):
    """The class of models, which may be variants of a union."""


def _is_usual(cls: type, other: Any) -> bool:
    return isinstance(cls, msgspec.StructMeta) or other is None or other is type(None)


class _IsAny(Custom):
    def __instancecheck__(cls, instance: object) -> bool:
        return True  # msgspec asks after each reading


class _Alternatives(Read, metaclass=_IsAny):
    """The base class of `A | B`."""

    custom: ClassVar[tuple[type[Read], ...]]
    rest: ClassVar[Any]
    """The other types; `None`: there are none."""

    @classmethod
    def _read(cls, value: Json, hook: Hook) -> Any:
        for each in cls.custom:
            if each._takes(value):
                return hook(each, value)
        wrong = f"Expected `{cls.__name__}`, got `{type(value).__name__}`"
        if cls.rest is None:
            raise ValueError(wrong)
        try:
            return msgspec.convert(value, prepared(cls.rest), dec_hook=hook)
        except msgspec.ValidationError as error:
            raise ValueError(str(error) if " - at `" in str(error) else wrong) from error


@cache
def either(first: Any, second: Any) -> type[_Alternatives]:
    """The type of values of either type, which differ in JSON."""
    custom: list[type[Read]] = []
    rest: Any = None
    for each in (first, second):
        if is_alternatives(each):
            custom += each.custom
            others = each.rest
        elif isinstance(each, type) and issubclass(each, Read) and not isinstance(each, msgspec.StructMeta):
            custom.append(each)
            others = None
        else:
            others = each
        if others is not None:
            rest = others if rest is None else rest | others
    names = " | ".join([*(each.__name__ for each in custom), *([] if rest is None else [_name(rest)])])
    made: Any = _IsAny(names, (_Alternatives,), {"custom": tuple(custom), "rest": rest})
    return made  # type: ignore[no-any-return]  # a class made at run time


def _name(type_: Any) -> str:
    return type_.__name__ if isinstance(type_, type) else str(type_)


class Other:
    """A value of a union that is none of its variants: its JSON object, unchanged."""

    def __init__(self, body: dict[str, Json]) -> None:
        self.body = body

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Other) and self.body == other.body

    __hash__ = None  # type: ignore[assignment]  # a mutable JSON object inside

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.body!r})"


class NotNative:
    """Whether there may be a model in this process that msgspec cannot read or write by itself."""

    is_possible: ClassVar[bool] = False


def is_alternatives(type_: Any) -> bool:
    """Whether it is an `A | B` of `either`."""
    return isinstance(type_, _IsAny)


def alternatives(type_: Any) -> tuple[Any, ...]:
    """The types of `A | B`; empty if it is another type."""
    return (*type_.custom, type_.rest) if is_alternatives(type_) else ()
