"""The fast shape check agrees with jsonschema."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bide.spec.document import Json
from bide.spec.shape import fits as shape
from bide.spec.shape import validator
from bide.spec.shape.schema import spec_schema
from tests.hostile.places import RICH

FITS = shape.compiled(spec_schema())


def _paths(node: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, each in inner for found in _paths(each, (*path, key)))]


def _with(node: Json, path: tuple[str | int, ...], value: Json) -> Json:
    """The spec with another value at a place."""
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = _with(node.get(path[0]) if isinstance(node, dict) else node[path[0]], path[1:], value)
    return copy


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-1, 700)
    | st.floats(-1, 300, allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["GET", "/a/{id}", "3s", "1s..5s", "60/min", "string", "A", "a", "a_b?", "succeeded", "a" * 5000])
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "get", "post", "field", "header", "code", "is", "a?", "A"]), inner),
    max_leaves=4,
)
_PATHS = _paths(RICH)
_KEYS = sorted({key for path in _PATHS for key in path if isinstance(key, str)})


@given(st.sampled_from(_PATHS), st.sampled_from(["", *_KEYS]), _VALUES)
@settings(max_examples=120, deadline=None)
@example((), "", RICH)
def test_the_fast_check_agrees_with_jsonschema(path: tuple[str | int, ...], key: str, value: Json) -> None:
    """For any value at a place of a spec, or under an added key."""
    at = RICH
    for step in path:
        at = at[step]
    spoiled = _with(RICH, (*path, key) if key and isinstance(at, dict) else path, value)

    assert FITS(spoiled) == (not any(validator.errors(spec_schema(), spoiled)))


@given(st.sampled_from(_PATHS[1:]))
@settings(max_examples=60, deadline=None)
def test_the_fast_check_agrees_for_a_missing_part(path: tuple[str | int, ...]) -> None:
    """A spec without one of its parts is valid for both or for neither."""
    holder = RICH
    for step in path[:-1]:
        holder = holder[step]
    less = holder.copy()
    del less[path[-1]]
    spoiled = _with(RICH, path[:-1], less)

    assert FITS(spoiled) == (not any(validator.errors(spec_schema(), spoiled)))


def test_an_unknown_keyword_is_left_to_jsonschema() -> None:
    """A schema with a keyword that the fast check does not support."""
    assert not shape.compiled({"type": "string", "format": "date"})("2026-11-22")
    assert not shape.compiled({"properties": {"a": {"not": {}}}})({"a": 1})
