"""Headers of replies."""

from __future__ import annotations

import pytest
from bide_runtime.errors.transport import ReplyTooLarge
from bide_runtime.http.headers import HEADER_LIMIT, HEADERS_LIMIT, MOST_HEADERS, joined


@pytest.mark.parametrize(
    "headers",
    [
        [("X", "a" * (HEADER_LIMIT + 1))],
        [("X", "a")] * (MOST_HEADERS + 1),
        [("X", "a" * HEADER_LIMIT)] * (HEADERS_LIMIT // HEADER_LIMIT + 1),
    ],
)
def test_headers_past_the_limits_are_refused(headers: list[tuple[str, str]]) -> None:
    """One that is too long, too many of them, or too much in all."""
    with pytest.raises(ReplyTooLarge, match="the headers of the reply"):
        joined(headers, "latin-1")


@pytest.mark.parametrize(("raw", "read"), [(b"caf\xc3\xa9", "caf\u00e9"), (b"caf\xe9", "caf\u00e9")])
def test_a_header_is_utf_8_or_latin_1(raw: bytes, read: str) -> None:
    """Whatever the engine took it for."""
    assert {"x": read} == joined([("X", raw.decode("latin-1"))], "latin-1")


def test_a_repeated_header_is_joined_by_a_comma() -> None:
    """Whatever the case of its name."""
    assert {"x": "a, b"} == joined([("X", "a"), ("x", "b")], "latin-1")
