"""Check quickly whether data fits a JSON Schema: yes or no.

Most specs that are read fit the schema, and jsonschema takes about 100 times as long to find that out. So jsonschema
looks only at the parts to which this module says no, and then finds what is wrong and where. A schema with a keyword
that this module does not support never fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from bide.spec.document import Json

Check: TypeAlias = Callable[[Json], bool]
_Definitions: TypeAlias = dict[str, Check]

_ANNOTATIONS = {"$schema", "$defs", "title", "description", "examples", "default"}
IS_OF_TYPE: Mapping[str, Check] = {
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    # JSON Schema accepts 200.0 as an integer; as an HTTP status or a count we do not.
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "null": lambda value: value is None,
}


def compiled(schema: Mapping[str, Json]) -> Check:
    """A function that returns whether data fits *schema*."""
    return _check(schema, definitions(schema))


def definitions(schema: Mapping[str, Json]) -> dict[str, Check]:
    """The check of each of its `$defs`, by its reference."""
    found: _Definitions = {}
    for name, each in schema.get("$defs", {}).items():
        found[f"#/$defs/{name}"] = _check(each, found)
    return found


def pattern(text: str) -> re.Pattern[str]:
    """A pattern as JSON Schema reads it: `$` matches at the end only, and not before a final line break."""
    return re.compile(re.sub(r"(?<!\\)\$(?=$|\))", r"\\Z", text))


def are_unique(items: list[Json]) -> bool:
    """Whether no two items are equal. Takes linear time; comparing all pairs could take hours."""
    return len({json.dumps(item, sort_keys=True) for item in items}) == len(items)


def _check(schema: Json, definitions: _Definitions) -> Check:
    if schema is True:
        return lambda value: True
    if schema is False:
        return lambda value: False
    if schema.keys() - _KNOWN - _ANNOTATIONS:
        return lambda value: False
    checks = [make(schema, definitions) for make, keywords in _MAKERS if keywords & schema.keys()]
    return checks[0] if len(checks) == 1 else lambda value: all(check(value) for check in checks)


def _reference(schema: Json, definitions: _Definitions) -> Check:
    name = schema["$ref"]
    return lambda value: definitions[name](value)


def _type(schema: Json, definitions: _Definitions) -> Check:
    wanted = schema["type"]
    if isinstance(wanted, str):
        return IS_OF_TYPE[wanted]
    kinds = [IS_OF_TYPE[each] for each in wanted]
    return lambda value: any(is_kind(value) for is_kind in kinds)


def _constant(schema: Json, definitions: _Definitions) -> Check:
    return _one_of([schema["const"]])


def _enum(schema: Json, definitions: _Definitions) -> Check:
    return _one_of(schema["enum"])


def _one_of(wanted: list[Json]) -> Check:
    """In JSON, true is not 1. Values that are not scalars are left to jsonschema."""
    known = {(type(each), each) for each in wanted}
    return lambda value: type(value) in (str, int, bool) and (type(value), value) in known


def _any_of(schema: Json, definitions: _Definitions) -> Check:
    choices = [_check(each, definitions) for each in schema["anyOf"]]
    return lambda value: any(check(value) for check in choices)


def _exactly_one_of(schema: Json, definitions: _Definitions) -> Check:
    choices = [_check(each, definitions) for each in schema["oneOf"]]
    return lambda value: sum(check(value) for check in choices) == 1


def _text(schema: Json, definitions: _Definitions) -> Check:
    least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    searched = pattern(schema.get("pattern", "")).search
    return lambda value: type(value) is not str or (least <= len(value) <= most and searched(value) is not None)


def _number(schema: Json, definitions: _Definitions) -> Check:
    least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return lambda value: type(value) not in (int, float) or least <= value <= most


def _list(schema: Json, definitions: _Definitions) -> Check:
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    item = _check(schema.get("items", True), definitions)
    unique = schema.get("uniqueItems", False)
    return lambda value: type(value) is not list or (
        least <= len(value) <= most and all(map(item, value)) and (not unique or are_unique(value))
    )


def _object(schema: Json, definitions: _Definitions) -> Check:
    known = {key: _check(each, definitions) for key, each in schema.get("properties", {}).items()}
    other = _check(schema.get("additionalProperties", True), definitions)
    name = _check(schema.get("propertyNames", True), definitions)
    required = set(schema.get("required", ()))
    companions = {key: set(needed) for key, needed in schema.get("dependentRequired", {}).items()}
    least = schema.get("minProperties", 0)

    def check(value: Json) -> bool:
        if type(value) is not dict:
            return True
        for key, each in value.items():
            if not known.get(key, other)(each):
                return False
        return (
            len(value) >= least
            and required <= value.keys()
            and all(map(name, value))
            and all(needed <= value.keys() for key, needed in companions.items() if key in value)
        )

    return check


_MAKERS: tuple[tuple[Callable[[Json, _Definitions], Check], frozenset[str]], ...] = (
    (_type, frozenset(["type"])),
    (_reference, frozenset(["$ref"])),
    (_constant, frozenset(["const"])),
    (_enum, frozenset(["enum"])),
    (_any_of, frozenset(["anyOf"])),
    (_exactly_one_of, frozenset(["oneOf"])),
    (_text, frozenset(["minLength", "maxLength", "pattern"])),
    (_number, frozenset(["minimum", "maximum"])),
    (_list, frozenset(["items", "minItems", "maxItems", "uniqueItems"])),
    (
        _object,
        frozenset(
            ["properties", "additionalProperties", "propertyNames", "required", "dependentRequired", "minProperties"]
        ),
    ),
)
"""The function that makes a check, for each group of keywords."""

_KNOWN = frozenset(keyword for _, keywords in _MAKERS for keyword in keywords)
