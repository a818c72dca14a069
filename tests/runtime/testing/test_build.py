"""Models for tests of users."""

from __future__ import annotations

import pytest
from bide_runtime.models.model import Model
from bide_runtime.testing import build


class Page(Model, frozen=True, kw_only=True):
    url: str
    markdown: str | None = None


def test_given_fields_are_set_and_required_ones_made_up() -> None:
    """Only the fields that matter to a test are named."""
    page = build(Page, markdown="x")

    assert (page.markdown, isinstance(page.url, str)) == ("x", True)


def test_an_unknown_field_is_refused_in_a_sentence() -> None:
    """A typo does not pass."""
    with pytest.raises(TypeError, match="Page has no field 'markdwon'; its fields are url, markdown"):
        build(Page, markdwon="x")
