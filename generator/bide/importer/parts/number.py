"""A key of a spec that is a number."""

from __future__ import annotations


class Number(str):
    """A key that is a number, so it has no quotes."""

    __slots__ = ()
