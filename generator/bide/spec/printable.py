"""Text that is safe to show in a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """*text* with what could move the cursor or change colours written out: a spec is not to be trusted."""
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    # A tab is shown as one blank, so that the caret below the line stays in its column.
    return " " if char == "\t" else char.encode("unicode_escape").decode("ascii")
