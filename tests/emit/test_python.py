"""Texts and values in Python source: any text stays text, and any value stays itself."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from bide.emit.python.code import Code, annotation, bounded, comment, docstring, literal
from bide.ir import Bounds, Kind, ListOf, MapOf, Named, Scalar

TEXT = st.text(st.sampled_from(list("\"'\\ a{}\n\t#\u2028\u00e9\x85\x0c\r"))) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_a_literal_is_its_value(value: object) -> None:
    """A printed value evaluates to itself."""
    assert ast.literal_eval(literal(value)) == value


@given(TEXT)
def test_a_docstring_is_one_string(text: str) -> None:
    """No text ends its docstring early, and it has the text except for the layout."""
    tree = ast.parse(f"class A:\n    {docstring(text, indent=4)}\n    x = 1\n")
    body = tree.body[0]

    assert isinstance(body, ast.ClassDef)
    assert len(tree.body) == 1
    assert len(body.body) == 2
    assert "".join(text.split()) == "".join((ast.get_docstring(body, clean=False) or "").split())


@given(TEXT)
def test_a_comment_stays_a_comment(text: str) -> None:
    """No text ends its comment early."""
    assert len(ast.parse(f"{comment(text)}\nx = 1\n").body) == 1


def test_types_of_arguments_and_replies() -> None:
    """Arguments may be any sequence, mapping or enum text; replies have lists, dicts and enums."""
    type = MapOf(ListOf(Named("Side")))

    assert annotation(type) == "dict[str, list[Side]]"
    assert annotation(type, request=True, like=frozenset({"Side"}), prefix="models.") == (
        "Mapping[str, Sequence[models.SideLike]]"
    )
    assert annotation(Scalar(Kind.OBJECT), request=True) == "Mapping[str, Json]"


def test_bounds_are_annotations() -> None:
    """Bounds become msgspec's `Meta`; without bounds there is no annotation."""
    assert bounded(Code("int"), Bounds(min=1, max=5)) == "Annotated[int, Meta(ge=1, le=5)]"
    assert bounded(Code("int"), Bounds()) == "int"
