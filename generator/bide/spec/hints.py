"""Suggest what an author may have meant, as the help of a diagnostic."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MANY = 12
"""The most alternatives that a help lists."""

_TOO_MANY = 500
"""The most alternatives that are compared with a word. It bounds the time that a hostile spec can take."""

_SHORT = 3
"""Words of at most this many letters need less likeness: one wrong letter weighs more."""


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The one of *allowed* that is most like *word*; `None` if none is like it."""
    names = {name.casefold(): name for name in allowed}
    if len(names) > _TOO_MANY:
        return None
    likeness = 0.6 if len(word) > _SHORT else 0.5
    near = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=likeness)
    return names[near[0]] if near else None


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """The word of *allowed* that was probably meant, or else all of *allowed*; empty if those are too many to list."""
    names = list(allowed)
    near = nearest(word, names)
    return alternatives(names) if near is None else f'did you mean "{near}"?'


def alternatives(allowed: Iterable[str]) -> str:
    """All that is allowed; empty if that is too much to list."""
    names = list(allowed)
    return f"allowed here: {', '.join(names)}" if 0 < len(names) <= _MANY else ""


def first_of(allowed: Iterable[str]) -> str:
    """The first words of what is allowed, where that is too much to list."""
    names = list(allowed)
    return f"allowed here: {', '.join(names[:_MANY])} and {len(names) - _MANY} more" if len(names) > _MANY else ""
