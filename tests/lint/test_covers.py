"""Which variants of a union without a discriminator are never chosen."""

from __future__ import annotations

import pytest

from bide.lint.covers import covers
from bide.lint.spec import Spec
from bide.spec.document import read

TYPES = """
enums: {Word: {values: {a: A.}}, Number: {values: {1: One.}}}
unions: {Any: {variants: [Dot, Line]}}
models:
  Dot: {fields: {x: number}}
  Line: {fields: {x: number, length: number}}
  Free: {fields: {x: number}, additional: number}
"""


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("{a: string}", "{a: string}", True),
        ("{a: string}", "{a: string, b: string}", True),
        ("{a: string, b: string}", "{a: string}", False),
        ("{a: string, b?: string}", "{a: string}", True),
        ("{a: string, b?: string}", "{a: string, b: integer}", False),
        ("{a: string, b?: string}", "{a: string, b: string}", True),
        ("{a: string}", "{a?: string}", False),
        ("{a: string}", "{a: string or null}", False),
        ("{a?: string}", "{a: string or null}", True),
        ("{a: any}", "{a: Dot or null}", True),
        ("{a: number}", "{a: integer}", True),
        ("{a: integer}", "{a: number}", False),
        ("{a: string}", "{a: uuid}", True),
        ("{a: datetime}", "{a: string}", False),
        ("{a: number}", "{a: unixtime}", True),
        ("{a: string}", "{a: Word}", True),
        ("{a: Word}", "{a: string}", True),
        ("{a: Word}", "{a: Number}", False),
        ("{a: Number}", "{a: integer}", True),
        ("{a: {const: x}}", "{a: string}", False),
        ("{a: {const: x}}", "{a: {const: x}}", True),
        ("{a: {const: x}}", "{a: {const: y}}", False),
        ("{a: {const: 1}}", "{a: {const: true}}", False),
        ("{a: string}", "{a: {const: x}}", True),
        ("{a: integer}", "{a: {const: x}}", False),
        ("{a: Dot}", "{a: Line}", True),
        ("{a: Line}", "{a: Dot}", False),
        ("{a: object}", "{a: Dot}", True),
        ("{a: object}", "{a: map of string}", True),
        ("{a: Any}", "{a: Line}", True),
        ("{a: list of number}", "{a: list of integer}", True),
        ("{a: list of integer}", "{a: list of string}", False),
        ("{a: map of string}", "{a: map of integer}", False),
        ("{a: string or integer}", "{a: integer}", True),
        ("{a: integer}", "{a: string or integer}", False),
        ("{a: Free}", "{a: Line}", True),
        ("{a: Free}", "{a: Dot}", True),
        ("{a: Dot}", "{a: Free}", True),
    ],
)
def test_a_wide_model_hides_a_narrow_one(wide: str, narrow: str, expected: bool) -> None:
    """If every value that fits the narrow one fits the wide one, for all that a client checks."""
    document = read("spec.yaml", f"{TYPES}  Wide: {{fields: {wide}}}\n  Narrow: {{fields: {narrow}}}\n")

    assert covers(Spec(document), "Wide", "Narrow") is expected
