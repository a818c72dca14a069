"""Escape untrusted text for terminals and logs."""

from __future__ import annotations


def plain(text: str) -> str:
    """*text* on one line; every character that is not printable is escaped, like `\\x1b`.

    A server's message may hold escape sequences for a terminal, or a line break and a forged log line.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
