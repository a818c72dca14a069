"""bad-bounds: the bounds of a field suit its type, and some value satisfies them.

Why: a bound of another type would never be checked.

    name: {type: string, max: 10}              # refused: max is for numbers, max_length for text
    limit: {type: integer, min: 10, max: 1}    # refused: no number is between them
    id: {type: string, pattern: "["}           # refused: not a regular expression
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from bide import ir
from bide.lint.spec import FieldView, Spec
from bide.spec.diagnostics import Diagnostic

_PAIRS = (
    ("min", "max"),
    ("above", "max"),
    ("min", "below"),
    ("above", "below"),
    ("min_length", "max_length"),
    ("min_items", "max_items"),
)
_OF_NUMBERS = ("min", "max", "above", "below")
_OF_TEXT = ("min_length", "max_length", "pattern")
_OF_LISTS = ("min_items", "max_items")
_BOUNDS = frozenset((*_OF_NUMBERS, *_OF_TEXT, *_OF_LISTS))
_WORDS = {_OF_NUMBERS: "numbers", _OF_TEXT: "text", _OF_LISTS: "lists"}


def check(spec: Spec) -> Iterator[Diagnostic]:
    for view in spec.all_fields:
        if view.more.keys().isdisjoint(_BOUNDS):
            continue
        if view.type is not None:
            yield from _of_another_type(spec, view, view.type.type)
        for low, high in _PAIRS:
            if view.more.get(low) is None or view.more.get(high) is None:
                continue
            if view.more[low] > view.more[high]:
                message = f'"{low}" is greater than "{high}"'
                yield spec.at_value((*view.path, low), "bad-bounds", message)
            elif view.more[low] == view.more[high] and {low, high} & {"above", "below"}:
                message = f'no number is between "{low}" and "{high}"'
                yield spec.at_value((*view.path, low), "bad-bounds", message)
        if "pattern" in view.more and not _is_expression(view.more["pattern"]):
            message = "this is not a regular expression that Python accepts"
            yield spec.at_value((*view.path, "pattern"), "bad-bounds", message)


def _of_another_type(spec: Spec, view: FieldView, type_: ir.Type) -> Iterator[Diagnostic]:
    mine = _bounds_of(type_)
    for keys, words in _WORDS.items():
        if keys != mine:
            for key in keys:
                if key in view.more:
                    message = f'"{key}" is for {words}, but this field is {view.more.get("type")}'
                    yield spec.at_key((*view.path, key), "bad-bounds", message)


def _bounds_of(type_: ir.Type) -> tuple[str, ...]:
    match type_:
        case ir.Scalar(ir.Kind.INTEGER | ir.Kind.NUMBER):
            return _OF_NUMBERS
        case ir.Scalar(ir.Kind.STRING):
            return _OF_TEXT
        case ir.ListOf():
            return _OF_LISTS
        case _:
            return ()


def _is_expression(pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            # Python warns about syntax that will become an error.
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, Warning, OverflowError, RecursionError):
        return False
    return True
