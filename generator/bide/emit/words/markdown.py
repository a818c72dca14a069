"""Escape a spec's text for Markdown, Mermaid and TOML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bide.emit.python.code import Code

_MARKS = re.compile(
    r"[\\`*\[\]<|~]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters it is not emphasis
    r"|&(?=#|\w+;)"
    r"|^(?P<number>[0-9]*)[-+=.)#>]"  # would begin a list, a heading or a quotation, or underline a heading
    r"|(?<=[ps]):(?=/)|(?<=w)\.(?=[-.\w])|(?<=[-+.\w])@(?=[-.\w])",  # would be a link without brackets
    re.IGNORECASE,
)
"""The characters that need a backslash. No others get one, since it shows in the plain text."""


def markdown(text: str) -> Code:
    """*text* on one line of Markdown, without blocks, links, code, table cells or HTML."""
    return Code(_MARKS.sub(lambda mark: f"{mark['number'] or ''}\\{mark[0][-1]}", " ".join(text.split())))


def code_span(text: str) -> Code:
    """*text* as a code span that may stand in a table."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return Code(f"`{flat or ' '}`")


def link(title: str, url: str) -> Code:
    """A link, or plain text if the address is not http or https."""
    if not re.fullmatch(r"https?://[^\s<>()\[\]\"'`\\|]+", url):
        return markdown(f"{title} ({url})")
    return Code(f"[{markdown(title)}]({url})")


def mermaid(text: str) -> Code:
    """*text* as the quoted label of a Mermaid diagram."""
    kept = re.sub(r"[^\w .,:/()+-]", lambda match: f"#{ord(match[0])};", " ".join(text.split()))
    return Code(f'"{kept}"')


def toml(text: str) -> Code:
    """*text* as a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return Code('"' + "".join(_toml_char(char) for char in escaped) + '"')


def _toml_char(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"


def toml_list(texts: Iterable[str]) -> Code:
    """*texts* as a TOML array."""
    return Code(f"[{', '.join(toml(text) for text in texts)}]")
