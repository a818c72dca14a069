"""Which regular expressions of a document mean the same in a spec."""

from __future__ import annotations

import re
import warnings

_LONGEST = 1000
_OTHER = re.compile(r"\(\?(?![:=!])|\\[pPkuxcZAzG]|\\[1-9]|\[\^?\]|\[:")
"""Syntax that other engines read otherwise, or that a client need not have: properties, references."""
_NESTED = re.compile(r"\((?:\?:)?(?!\\?[^\w\s\\\[.(])[^()]*(?<!\\)[*+}][^()]*\)(?:[*+]|\{\d*,)")
"""A group that repeats, with something in it that repeats, unless it begins with a separator."""


def why_not(pattern: str) -> str:
    """Why a spec does not take over a pattern; empty if it does."""
    if len(pattern) > _LONGEST or not pattern.isprintable():
        return "it is too long" if pattern.isprintable() else "it has characters that cannot be shown"
    if _OTHER.search(pattern):
        return "Python reads it in another way, or cannot read it"
    if _NESTED.search(pattern):
        return "it repeats what repeats, so that it may take for ever"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, Warning, OverflowError, RecursionError):
        return "Python cannot read it"
    return ""
