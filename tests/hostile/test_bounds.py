"""A spec that is made to be slow, deep or large is refused or checked in linear time.

An algorithm that compares all pairs, or expands repetitions, would take hours for these.
"""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from bide.cli.app import main
from bide.lint.pipeline import checked
from bide.spec.diagnostics import SpecError
from bide.spec.document import PROBLEM_LIMIT, SIZE_LIMIT, Json, read

SMALL: Json = {
    **dict.fromkeys(("title", "description"), "Acme"),
    **dict.fromkeys(("docs", "base_url"), "https://acme.example"),
    "bide": 1,
    "name": "acme",
    "class": "Acme",
    "operations": {"get": {"get": "/x"}},
}
FIELDS: Json = {f"f{number}": "string" for number in range(3_000)}
SLOW: dict[str, Json] = {
    "a long list of all kinds of things": {
        "hosts": [one for number in range(40_000) for one in (number, f"a{number}")]
    },
    "a long list of mappings": {"hosts": [{"a": number} for number in range(20_000)]},
    "the same mistake many times": {"models": {"A": {"fields": {"x": {"type": "string", "when": ["x"] * 9_000}}}}},
    "one large body in many requests": {
        "models": {"A": {"fields": FIELDS}},
        "operations": {f"o{number}": {"post": "/x", "body": {"a": {"flatten": "A"}}} for number in range(1_000)},
    },
    "an expression that never ends": {
        "models": {"A": {"fields": {"x?": {"type": "string", "pattern": "(a+)+$", "default": "a" * 5_000 + "!"}}}}
    },
    "a path like a sieve": {"operations": {"get": {"get": "/" + "a/." * 200_000}}},
    "an example of brackets": {
        "models": {"A": {"fields": {"x": "any"}, "examples": [{"json": '{"x":' + "[" * 400_000 + "]" * 400_000 + "}"}]}}
    },
}


@pytest.mark.parametrize("more", SLOW.values(), ids=SLOW)
def test_every_spec_ends_soon(more: Json) -> None:
    """With a provider, or with a bounded number of problems."""
    try:
        found = checked("slow.yaml", json.dumps({**SMALL, **more}))[1]
    except SpecError as refusal:
        found = refusal.diagnostics

    assert len(found) <= 3 * PROBLEM_LIMIT


def test_a_file_of_100_megabytes_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused, and at most as much as a spec may have is in memory."""
    file = tmp_path / "huge.yaml"
    with file.open("wb") as huge:
        huge.truncate(100 * 2**20)
    tracemalloc.start()
    try:
        code = main(["check", str(file)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert code == 1
    assert "too-large" in capsys.readouterr().err
    assert peak < 24 * SIZE_LIMIT


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "{a: " * 10_000, "- " * 10_000, "? " * 10_000, "a: &x [*x, *x]\n", "<<: *x\n"]
)
def test_nesting_and_repetition_are_refused(text: str) -> None:
    """Endless nesting and expanding aliases are refused where they start."""
    with pytest.raises(SpecError) as caught:
        read("deep.yaml", text)

    assert len(caught.value.diagnostics) <= PROBLEM_LIMIT
