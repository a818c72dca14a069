"""jsonschema with our dialect: what is wrong with the shape of data, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from bide.shape import are_unique, pattern
from bide.source import Json


def errors(schema: Mapping[str, Json], data: Json) -> Iterator[ValidationError]:
    """Every way in which *data* does not fit *schema*."""
    # 200.0 is no HTTP status and 1.0 no count, whatever JSON Schema thinks of them.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema says nothing of it
        Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique}, type_checker=types
    )
    found: Iterator[ValidationError] = strict(schema).iter_errors(data)
    return found


def _unique(validator: Any, wanted: bool, instance: Json, schema: Json) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list) and not are_unique(instance):
        yield ValidationError("uniqueItems")


def _pattern(validator: Any, wanted: str, instance: Json, schema: Json) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not pattern(wanted).search(instance):
        yield ValidationError("pattern")
