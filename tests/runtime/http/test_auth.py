"""Secrets in messages: hidden in each form in which they are sent, and nothing else with them."""

from __future__ import annotations

import pytest
from bide_runtime.http.auth import Secret, without

KEY = Secret(at="header", name="X-Key", env="ACME_API_KEY")


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("a", "a bad day", "*** bad day"),
        ("key", "the key is no monkey", "the *** is no monkey"),
        ("sk-0123456789", "got sk-0123456789x", "got ***x"),
        ("a+b", "a+b, not aab", "***, not aab"),
    ],
)
def test_a_short_secret_eats_no_other_words(secret: str, text: str, shown: str) -> None:
    """A long one is hidden wherever it occurs, a short one where it is a word by itself."""
    assert without([KEY], {"api_key": secret}, text) == shown
