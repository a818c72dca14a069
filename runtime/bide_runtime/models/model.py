"""The base classes of typed replies and request bodies: models, open enums and unions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from importlib import import_module
from typing import Any, ClassVar, Self, dataclass_transform

import msgspec

from ..http.request import Json
from ..http.scalar import scalar
from .prepared import prepared

__all__ = ["Model", "OpenEnum", "OpenIntEnum", "Other", "Variant", "no_items", "register"]


class _ModelMeta(msgspec.StructMeta):
    """Makes the fields of all models keyword-only. msgspec does not inherit that setting."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, kw_only: bool = True, **config: Any
    ) -> _ModelMeta:
        # JSON has no cycles, so the garbage collector need not track it, unless a base class of a union needs that.
        gc = not all(isinstance(base, msgspec.StructMeta) for base in bases)
        return super().__new__(mcls, name, bases, namespace, kw_only=kw_only, **{"gc": gc, **config})


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
        made: dict[str, Json] = msgspec.to_builtins(self, enc_hook=_as_json)
        return made

    def to_json(self) -> str:
        """The same as JSON text."""
        return msgspec.json.encode(self, enc_hook=_as_json).decode()

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


class Variant:
    """The base class of a union of models. A discriminator field tells them apart."""

    __slots__ = ()
    _discriminator: ClassVar[str]
    _known: ClassVar[dict[str, type[Model]]]
    _other: ClassVar[type[Other]]


class Other:
    """A variant whose discriminator the spec does not list, with its JSON object."""

    def __init__(self, body: dict[str, Json]) -> None:
        self.body = body

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Other) and self.body == other.body

    __hash__ = None  # type: ignore[assignment]  # a mutable JSON object inside

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.body!r})"


def register(union: type[Variant], *, discriminator: str, known: dict[str, type[Model]], other: type[Other]) -> None:
    """Set the models of *union* by the value of the field *discriminator*."""
    union._discriminator = discriminator
    union._known = known
    union._other = other


def _read_variant(union: type[Variant], body: Json) -> Variant | Other:
    if not isinstance(body, dict):
        raise ValueError(f"Expected `object`, got `{type(body).__name__}`")
    value = body.get(union._discriminator)
    known = union._known.get(value) if isinstance(value, str) else None
    if known is None:
        return union._other(body)
    try:
        variant = msgspec.convert(body, prepared(known), dec_hook=_from_json)
    except msgspec.ValidationError as error:
        # msgspec adds the outer path to a ValueError, but not to its own errors.
        raise ValueError(str(error)) from error
    assert isinstance(variant, Variant)
    return variant


def _from_json(wanted: type, value: Json) -> Json:
    if issubclass(wanted, Variant):
        return _read_variant(wanted, value)
    raise NotImplementedError(wanted)


def _as_json(value: Json) -> Json:
    if isinstance(value, Other):
        return value.body
    return scalar(value, "a value")
