"""A sample of a text with a pattern."""

from __future__ import annotations

import re

import pytest

from bide.emit.words.matching import matching


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[A-Z]{3}$", "AAA"),
        (r"(https|s3):.*\.(?:mp4|mov)", "https:.mp4"),
        (r"^models/[^/]+$", "models/a"),
        (r"^#[0-9a-fA-F]{6}$", "#aaaaaa"),
        (r"^\d{4}-\d{2}$", "0000-00"),
        (r"^\S+@\S+$", "a@a"),
        (r"x|y", "x"),
        (r"^[^a]b?\W$", "0-"),
        (r"(a|b)\1", None),
        (r"^(?!a)[a]$", None),
        (r"a{5000}", None),
        (r"((((a{200}){200}){200}){200}){200}", None),
        (r"(", None),
    ],
)
def test_a_text_that_matches(pattern: str, text: str | None) -> None:
    """Short, and the same each time; none where it would have to search for one."""
    assert text == matching(pattern)
    assert text is None or re.search(pattern, text)
