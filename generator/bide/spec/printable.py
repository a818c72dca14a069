"""Make text safe to show in a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """*text* with control characters escaped, so that an untrusted spec cannot move the cursor or change colours."""
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    # One space for a tab keeps the caret below the line in its column.
    return " " if char == "\t" else char.encode("unicode_escape").decode("ascii")
