"""Unions of models: told apart by a discriminator, or by the shape of the value."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from ..http.request import Json
from .custom import Hook, Other, Read
from .prepared import prepared
from .rest import moved

__all__ = ["Chosen", "Other", "Variant", "register", "variants"]


class Variant(Read):
    """The base class of a union of models."""

    __slots__ = ()
    _discriminator: ClassVar[str] = ""
    _known: ClassVar[dict[str, type[Any]]] = {}
    """The models by the value of the discriminator."""
    _shapes: ClassVar[tuple[type[Any], ...]] = ()
    """The models of a union without a discriminator; the first that fits is used."""
    _other: ClassVar[type[Other]]

    @classmethod
    def _takes(cls, value: Json) -> bool:
        return isinstance(value, dict)

    @classmethod
    def _read(cls, value: Json, hook: Hook) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"Expected `object`, got `{type(value).__name__}`")
        if isinstance(value, Chosen):
            if not issubclass(value.model, cls):
                raise ValueError(f"Expected `{cls.__name__}`, got `{value.model.__name__}`")
            return _as(value.model, value, hook)
        if cls._shapes:
            return _by_shape(cls, value, hook)
        tag = value.get(cls._discriminator)
        known = cls._known.get(tag) if isinstance(tag, str) else None
        return cls._other(value) if known is None else _as(known, value, hook)


class Chosen(dict[str, Json]):
    """The JSON object of a model that a caller has passed: in a union it is that variant, whatever else it fits."""

    def __init__(self, model: type, body: dict[str, Json]) -> None:
        super().__init__(body)
        self.model = model


def register(
    union: type[Variant],
    *,
    other: type[Other],
    discriminator: str = "",
    known: dict[str, type[Any]] | None = None,
    shapes: tuple[type[Any], ...] = (),
) -> None:
    """Set the models of *union*: by the value of the field *discriminator*, or those told apart by their shape."""
    union._discriminator = discriminator
    union._known = known or {}
    union._shapes = shapes
    union._other = other


def variants(union: type[Variant]) -> list[tuple[dict[str, Json], Any]]:
    """The models of a union, each with the keys that it has in this union."""
    if union._shapes:
        return [({}, model) for model in union._shapes]
    return [({union._discriminator: tag}, model) for tag, model in union._known.items()]


def _as(model: type, body: dict[str, Json], hook: Hook) -> Any:
    try:
        return msgspec.convert(moved(model, body), prepared(model), dec_hook=hook)
    except msgspec.ValidationError as error:
        # msgspec adds the outer path to a ValueError, but not to its own errors.
        raise ValueError(str(error)) from error


def _by_shape(union: Any, body: dict[str, Json], hook: Hook) -> Any:
    once = hook if isinstance(hook, _Once) else _Once(hook)
    for model in union._shapes:
        try:
            return msgspec.convert(moved(model, body), prepared(model), dec_hook=once)
        except msgspec.ValidationError:
            continue
    return union._other(body)


class _Once:
    """Reads each object once as each union. Otherwise the work would double with each level of nested unions."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self._found: dict[tuple[Any, int], tuple[Json, Any]] = {}
        """The values too: while they are kept, no other object has their id."""

    def __call__(self, wanted: Any, value: Json) -> Any:
        if not isinstance(value, dict):
            return self._read(wanted, value)
        key = (wanted, id(value))
        if key not in self._found:
            try:
                self._found[key] = (value, self._read(wanted, value))
            except ValueError as error:
                self._found[key] = (value, error)
        found = self._found[key][1]
        if isinstance(found, ValueError):
            raise found
        return found

    def _read(self, wanted: Any, value: Json) -> Any:
        return wanted._read(value, self) if issubclass(wanted, Read) else self._hook(wanted, value)
