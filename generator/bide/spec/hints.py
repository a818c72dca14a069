"""What an author may have meant, as the help of a diagnostic."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MANY = 12
"""More alternatives than this are not listed in a help."""

_TOO_MANY = 500
"""Among more alternatives than this, nothing is looked for: a spec of that size must not take for ever to refuse."""

_SHORT = 3
"""In a word of so few letters, one that is wrong makes much of a difference."""


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The one of *allowed* that *word* looks most like, if it does."""
    names = {name.casefold(): name for name in allowed}
    if len(names) > _TOO_MANY:
        return None
    likeness = 0.6 if len(word) > _SHORT else 0.5
    near = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=likeness)
    return names[near[0]] if near else None


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """What *word* may have been meant to be, or else what is allowed; empty if that is too much to read."""
    names = list(allowed)
    near = nearest(word, names)
    return alternatives(names) if near is None else f'did you mean "{near}"?'


def alternatives(allowed: Iterable[str]) -> str:
    """What is allowed here; empty if that is too much to read."""
    names = list(allowed)
    return f"allowed here: {', '.join(names)}" if 0 < len(names) <= _MANY else ""
