"""The base classes of typed replies and request bodies: models and open enums."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from importlib import import_module
from typing import Any, ClassVar, Self, dataclass_transform

import msgspec

from ..http.request import Json
from ..http.scalar import scalar
from .custom import NotNative, Other, Read, StructOrCustom
from .rest import REST

__all__ = ["Model", "OpenEnum", "OpenIntEnum", "no_items"]


class _ModelMeta(StructOrCustom):
    """Makes the fields of all models keyword-only. msgspec does not inherit that setting."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, kw_only: bool = True, **config: Any
    ) -> _ModelMeta:
        # JSON has no cycles, so the garbage collector need not track it, unless a base class of a union needs that.
        gc = not all(isinstance(base, msgspec.StructMeta) for base in bases)
        made = super().__new__(mcls, name, bases, namespace, kw_only=kw_only, **{"gc": gc, **config})
        if REST in made.__struct_encode_fields__:
            NotNative.is_possible = True
        return made


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Model(msgspec.Struct, metaclass=_ModelMeta, frozen=True, omit_defaults=True):
    """A JSON object with known keys. Unknown keys of a reply are ignored, missing optional ones are `None`."""

    _secrets: ClassVar[frozenset[str]] = frozenset()
    """The fields that `repr` hides."""
    _envelope: ClassVar[str] = ""
    """The key under which a reply may have the object; empty: it has none."""

    @classmethod
    def from_dict(cls, value: Mapping[str, Json]) -> Self:
        """The model from a JSON object, such as `to_dict` returns. Raises `DecodeError`, with the JSON path."""
        found: Self = _codec().from_plain(cls, value)
        return found

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The model from JSON text, in the same way."""
        found: Self = _codec().from_text(cls, text)
        return found

    def to_dict(self) -> dict[str, Json]:
        """The JSON object, with the provider's own key names and without fields that are `None`."""
        made: dict[str, Json] = _as_plain(self)
        return made

    def to_json(self) -> str:
        """The same as JSON text."""
        value = _as_plain(self) if NotNative.is_possible else self
        return msgspec.json.encode(value, enc_hook=_as_json).decode()

    def __repr__(self) -> str:
        shown = (
            f"{name}={'***' if name in self._secrets else repr(value)}"
            for name in self.__struct_fields__
            if (value := getattr(self, name)) is not None
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def _codec() -> Any:
    """The module that decodes models, which imports this one."""
    return import_module(f"{__package__}.codec")


def no_items() -> list[Any]:
    """An empty list, as a default that `omit_defaults` does not omit."""
    return []


class OpenEnum(StrEnum):
    """A string enum that keeps unknown values: they are strings, equal to themselves, and have `is_known` false."""

    _value_: str

    @property
    def is_known(self) -> bool:
        """Whether the spec lists this value."""
        return self._value_ in type(self)._value2member_map_

    @classmethod
    def _ignores_case(cls) -> bool:
        return False

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        if cls._ignores_case():
            folded = value.casefold()
            for member in cls:
                if member.value.casefold() == folded:
                    return member
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown


class OpenIntEnum(IntEnum):
    """An integer enum that keeps unknown values: they are numbers, equal to themselves, and have `is_known` false."""

    _value_: int

    @property
    def is_known(self) -> bool:
        """Whether the spec lists this value."""
        return self._value_ in type(self)._value2member_map_

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = str(value)
        unknown._value_ = value
        return unknown


def _as_plain(value: object) -> Json:
    if NotNative.is_possible:
        from .written import is_native, written

        if not is_native(type(value)):  # type: ignore[arg-type]  # every class has a hash
            return written(value, _as_json)
    return msgspec.to_builtins(value, enc_hook=_as_json)


def _from_json(wanted: type, value: Json) -> Json:
    if issubclass(wanted, Read):
        return wanted._read(value, _from_json)
    raise NotImplementedError(wanted)


def _as_json(value: Json) -> Json:
    if isinstance(value, Other):
        return value.body
    return scalar(value, "a value")
