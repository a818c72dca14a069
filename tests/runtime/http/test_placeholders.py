"""Names in braces: the generator and the runtime find the same ones."""

from __future__ import annotations

from bide_runtime.http.request import filled, placeholders
from hypothesis import given
from hypothesis import strategies as st

from bide.ir.endpoints import NAME

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,9}", fullmatch=True)


@given(st.lists(NAMES, max_size=4))
def test_both_find_the_same_names(names: list[str]) -> None:
    """Also with dots and hyphens, as in `{api-version}`."""
    template = "/".join(f"{{{name}}}" for name in names)

    assert names == NAME.findall(template) == placeholders(template)


def test_a_name_with_a_hyphen_is_filled_in() -> None:
    """And not sent as it is."""
    assert "?v=2024-05-01" == filled("?v={api-version}", {"api-version": "2024-05-01"})
