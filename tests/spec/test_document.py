"""YAML text becomes plain data with places, or diagnostics; nothing else."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.spec.diagnostics import Diagnostic, Place, SpecError
from bide.spec.document import DEPTH_LIMIT, SIZE_LIMIT, read

FILE = "acme.yaml"


def problems(text: str) -> list[tuple[str, int, int]]:
    """(code, line, column) of each problem."""
    with pytest.raises(SpecError) as caught:
        read(FILE, text)
    return [(found.code, found.place.line, found.place.column) for found in caught.value.diagnostics]


@pytest.mark.parametrize(
    "text", ["no", "on", "yes", "off", "2024-01-01", "012", "1e3", "0x1F", "0o7", "1_000", ".inf", "+5"]
)
def test_other_scalars_are_text(text: str) -> None:
    """Only values that are no text in JSON are no text."""
    assert read(FILE, f"key: {text}").data == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("0", 0), ("-12", -12), ("2.5", 2.5)],
)
def test_plain_scalars(text: str, value: object) -> None:
    """Booleans, null and decimal numbers are read."""
    data = read(FILE, f"key: {text}").data

    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_quoted_scalars_are_text() -> None:
    """Any quoted value is text."""
    assert read(FILE, """a: "true"\nb: '1'\nc: |\n  null\n""").data == {"a": "true", "b": "1", "c": "null\n"}


def test_keys_are_text() -> None:
    """Also if they look like numbers."""
    assert read(FILE, "200: a\ntrue: b\nno: c\n").data == {"200": "a", "true": "b", "no": "c"}


def test_places() -> None:
    """Every key and every value has its line and column, from 1."""
    document = read(FILE, "jobs:\n  fetch: {states: [a, b]}\n")

    assert document.key_place(("jobs", "fetch")) == Place(FILE, 2, 3)
    assert document.value_place(("jobs", "fetch")) == Place(FILE, 2, 10)
    assert document.value_place(("jobs", "fetch", "states", 1)) == Place(FILE, 2, 23)
    assert document.key_place(("jobs", "fetch", "states", 1)) == Place(FILE, 2, 23)
    assert document.value_place(("jobs", "fetch", "missing", "deeper")) == Place(FILE, 2, 10)


def test_places_count_characters() -> None:
    """Columns count characters, not bytes."""
    assert read(FILE, "{é: ü, b: c}").value_place(("b",)) == Place(FILE, 1, 11)


def test_line_ends_of_other_systems() -> None:
    """Windows line ends and a byte order mark are accepted."""
    assert read(FILE, "\ufeffa: |\r\n  x\r\n  y\r\nb: 1\r\n").data == {"a": "x\ny\n", "b": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", [("anchor", 1, 4), ("alias", 2, 4)]),
        ("a: !!str 4\nb: !x [1]\nc: !y {}\n", [("tag", 1, 4), ("tag", 2, 4), ("tag", 3, 4)]),
        ("!!str a: 1\n", [("tag", 1, 1)]),
        ("a: !!python/object/apply:os.system [echo]\n", [("tag", 1, 4)]),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", [("directive", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("several-documents", 2, 1)]),
        ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3, 1)]),
        ("a: {b: 1, b: 1}\n", [("duplicate-key", 1, 11)]),
        ("? [a]\n: 1\n", [("bad-key", 1, 3)]),
        ("? {a: b}\n: 1\n", [("bad-key", 1, 3)]),
        ("'': 1\n", [("bad-key", 1, 1)]),
        ("a:\n\tb: 1\n", [("tab", 2, 1)]),
        ("a: b: c\n", [("bad-yaml", 1, 5)]),
        ("a: @x\n", [("bad-yaml", 1, 4)]),
        ("a:\n  b:c\n  d: 1\n", [("bad-yaml", 2, 3)]),
        ("a: {get: /jobs/{id}, b: 1}\n", [("bad-yaml", 1, 16)]),
        ("a: 'x\n", [("bad-yaml", 2, 1)]),
        ("a:\n  - b\n c: 1\n", [("bad-yaml", 3, 2)]),
        ("", [("empty-spec", 1, 1)]),
        ("# nothing\n", [("empty-spec", 1, 1)]),
        ("a: 9223372036854775808\n", [("bad-number", 1, 4)]),
        (f"a: {'9' * 10_000}\n", [("bad-number", 1, 4)]),
        (f"a: {'9' * 400}.0\n", [("bad-number", 1, 4)]),
    ],
)
def test_other_yaml_is_refused(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Everything beyond plain YAML is refused at its place."""
    assert problems(text) == expected


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff"]
)
def test_invisible_characters_are_refused(character: str) -> None:
    """As they are and as escapes, in keys and in values."""
    escape = f"\\u{ord(character):04x}"

    assert problems(f"ok: 1\nkey: a{character}b\n") == [("bad-character", 2, 7)]
    assert problems(f'ok: 1\nkey: "a{escape}b"\n') == [("bad-character", 2, 6)]
    assert problems(f'"a{escape}b": 1\n') == [("bad-character", 1, 1)]


def test_a_lone_surrogate_is_refused() -> None:
    """As it is and as an escape."""
    assert problems("key: a\ud800b\n") == [("bad-character", 1, 7)]
    assert problems('key: "a\\ud800b"\n') == [("bad-character", 1, 10)]


def test_a_lone_carriage_return() -> None:
    """A carriage return is only allowed before a line feed."""
    assert problems("a: b\rc: d\n") == [("bad-character", 1, 5)]
    assert problems('a: "b\\rc"\n') == [("bad-character", 1, 4)]


def test_ordinary_characters() -> None:
    """Tabs and line ends in text, accents, emoji and right-to-left scripts are accepted."""
    text = "tab\tend\nünï 🦊 שלום \\ \" '''"

    assert read(FILE, f"key: {json.dumps(text, ensure_ascii=False)}\n").data == {"key": text}


def test_depth() -> None:
    """Nesting is limited."""
    assert read(FILE, "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT)
    assert problems("[" * (DEPTH_LIMIT + 1) + "]" * (DEPTH_LIMIT + 1)) == [("too-deep", 1, DEPTH_LIMIT + 1)]


@pytest.mark.parametrize(
    "text", ["[" * 500_000, "{a: " * 200_000, "- " * 500_000, "[{" * 250_000, "a:\n" + " " * 900_000]
)
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    """However deep."""
    began = time.monotonic()
    problems(text) if text[0] != "a" else read(FILE, text)

    assert time.monotonic() - began < 2


def test_size() -> None:
    """A spec over the limit, in bytes, is refused before it is parsed."""
    assert problems("#" * (SIZE_LIMIT + 1)) == [("too-large", 1, 1)]
    assert problems("#" + "ü" * (SIZE_LIMIT // 2)) == [("too-large", 1, 1)]


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(codec="ascii", exclude_categories=["C"]))
)
trees = st.recursive(
    scalars,
    lambda inside: st.lists(inside) | st.dictionaries(st.text("abcé -", min_size=1), inside),
    max_leaves=20,
)


@given(trees)
def test_json_is_read_as_json(tree: object) -> None:
    """A spec in JSON has the same meaning."""
    assert read(FILE, json.dumps(tree)).data == tree


@given(st.text(max_size=200) | st.text("[]{}:,-?&*!|>'\"%@`# \n\tab01", max_size=60))
def test_any_text(text: str) -> None:
    """Any text gives data with places, or diagnostics with places."""
    found: list[Diagnostic] = []
    try:
        document = read(FILE, text)
    except SpecError as error:
        found = error.diagnostics
    else:
        assert document.value_place(()).line >= 1

    last_line = text.count("\n") + 2
    assert all(problem.code and problem.message for problem in found)
    assert all(1 <= problem.place.line <= last_line and problem.place.column >= 1 for problem in found)
