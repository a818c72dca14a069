"""The `Link` header of RFC 8288."""

from __future__ import annotations

import pytest
from bide_runtime.calls.link_header import next_in


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ('</b>; rel="next"', "/b"),
        ('</a>; rel="prev", </b>; rel="next"', "/b"),
        ('</b>; rel="last next"', "/b"),
        ("</b>;rel=next", "/b"),
        ('</b>; REL="Next"; title="a, b; c"', "/b"),
        ('</a>; rel="next"; rel="prev"', "/a"),
        ('</a>; rel="prev"; rel="next"', None),
        ('</b>; rel="next"; anchor="#x"', None),
        ('</a>; rel="prev"', None),
        ("nothing", None),
        ("", None),
    ],
)
def test_the_next_address_is_found(header: str, address: str | None) -> None:
    """Among other links and parameters; the first of equal parameters counts."""
    assert next_in(header) == address
