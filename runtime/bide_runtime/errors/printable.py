"""Text of others, written so that a terminal and a log show it, and do not obey it."""

from __future__ import annotations


def plain(text: str) -> str:
    """*text* on one line, with an escape like `\\x1b` for whatever is no letter, digit, sign or blank.

    A server's message may hold what clears a terminal, or a line end and a line that looks like another one of the log.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
