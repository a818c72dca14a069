"""`build`, which makes models for tests."""

from __future__ import annotations

import pytest
from bide_runtime.models.model import Model
from bide_runtime.testing import build


class Page(Model, frozen=True, kw_only=True):
    url: str
    markdown: str | None = None


def test_given_fields_are_set_and_required_ones_made_up() -> None:
    """Other required fields get placeholder values."""
    page = build(Page, markdown="x")

    assert (page.markdown, isinstance(page.url, str)) == ("x", True)


def test_an_unknown_field_is_refused() -> None:
    """The message lists the fields."""
    with pytest.raises(TypeError, match="Page has no field 'markdwon'; its fields are url, markdown"):
        build(Page, markdwon="x")
