"""Rows of the runtime's tables as Python source: `ResultAt(path="/jobs/{job_id}/result", gone=frozenset({404}))`."""

from __future__ import annotations

from collections.abc import Mapping

from bide.emit.python.code import Code, literal, spread
from bide.ir import Json
from bide.ir.defaults import ACCEPTS, FIRST_PAGE, GONE, LIST_RETENTION, NOT_READY, VISIBLE_WITHIN, WEBHOOK_TOLERANCE
from bide.ir.notation import parse_duration

DEFAULTS: Mapping[str, Mapping[str, Json]] = {
    "EventStream": {"is_named": True},
    "FindAt": {"visible_within": parse_duration(VISIBLE_WITHIN), "retention": parse_duration(LIST_RETENTION)},
    "Job": {"is_polled_by_id": True, "is_open": True, "has_id_in_body": True},
    "Lifecycle": {"poll_method": "GET", "accepts": frozenset(ACCEPTS), "retry_after_unit": 1.0},
    "Pages": {"first": FIRST_PAGE},
    "PollMany": {"method": "GET", "ids_in": "query"},
    "ResultAt": {"method": "GET", "not_ready": frozenset(NOT_READY), "gone": frozenset(GONE)},
    "Signature": {
        "hmac": "sha256",
        "encoding": "hex",
        "signed": "{body}",
        "tolerance": parse_duration(WEBHOOK_TOLERANCE),
    },
    "Secret": {"argument": "api_key", "is_usual": True},
}
"""The defaults of the runtime's classes that are not empty. A test compares them with the classes."""


def row(name: str, fields: Mapping[str, Json], *, indent: int | None = None) -> Code:
    """A row as a call of the class *name*, without the fields that are `None` or have their default.

    It is on one line. With *indent*, each field has a line, and so has each entry of a mapping. A required field that
    may be empty is passed as `Code`, so that it is printed.
    """
    defaults = DEFAULTS.get(name, {})
    given = {
        field: value
        for field, value in fields.items()
        if value is not None and (value != defaults[field] if field in defaults else value)
    }
    if indent is None:
        return Code(f"{name}({', '.join(f'{field}={literal(value)}' for field, value in given.items())})")
    lines = [f"{field}={_spread(value, indent + 4)}" for field, value in given.items()]
    return Code(f"{name}{spread('()', lines, indent=indent)}")


def _spread(value: Json, indent: int) -> Code:
    if isinstance(value, Mapping):
        return spread("{}", [f"{literal(key)}: {literal(item)}" for key, item in value.items()], indent=indent)
    return literal(value)
