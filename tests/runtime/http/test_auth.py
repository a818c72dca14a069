"""Secrets in messages: masked in each form in which they are sent, and nothing else is masked."""

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
def test_a_short_secret_masks_only_whole_words(secret: str, text: str, shown: str) -> None:
    """A long secret is masked wherever it occurs, a short one only as a whole word."""
    assert without([KEY], {"api_key": secret}, text) == shown
