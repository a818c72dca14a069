"""Find every violation of a JSON Schema, with jsonschema and our stricter integers and patterns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from bide.spec.document import Json
from bide.spec.shape.fits import IS_OF_TYPE, Check, are_unique, pattern


def errors(
    schema: Mapping[str, Json], data: Json, checks: Mapping[str, Check] = MappingProxyType({})
) -> Iterator[ValidationError]:
    """Every violation of *schema* by *data*. What passes one of the *checks*, by reference, is not visited."""

    def followed(validator: Any, reference: str, instance: Json, schema: Json) -> Iterator[ValidationError]:
        if reference not in checks or not checks[reference](instance):
            yield from Draft202012Validator.VALIDATORS["$ref"](validator, reference, instance, schema)

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: IS_OF_TYPE["integer"](value))
    strict: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema has no types for it
        Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique, "$ref": followed}, type_checker=types
    )
    found: Iterator[ValidationError] = strict(schema).iter_errors(data)
    return found


def _unique(validator: Any, wanted: bool, instance: Json, schema: Json) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list) and not are_unique(instance):
        yield ValidationError("uniqueItems")


def _pattern(validator: Any, wanted: str, instance: Json, schema: Json) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not pattern(wanted).search(instance):
        yield ValidationError("pattern")
