"""Text of a spec as HTML."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup


def marked(text: str) -> Markup:
    """*text*, escaped. What is between backticks is code, and between two stars each it is bold."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup(
        "".join(
            f"<code>{escape(part)}</code>" if index % 2 else _bold(escape(part)) for index, part in enumerate(parts)
        )
    )


def _bold(text: str) -> str:
    return re.sub(r"\*\*([^*\s](?:[^*]*[^*\s])?)\*\*", r"<strong>\1</strong>", text)


def address(url: str, title: str) -> Markup:
    """A link, or plain text if the address is not http or https."""
    if not re.fullmatch(r"https?://[^\s<>\"'`\\]+", url):
        return Markup(escape(f"{title} ({url})"))
    return Markup(f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(title)}</a>')


def typed(annotation: str, names: frozenset[str]) -> Markup:
    """An annotation. The *names* in it lead to their models."""
    linked = re.sub(
        r"\b[A-Za-z_]\w*\b",
        lambda word: f'<a href="models.html#{word[0]}">{word[0]}</a>' if word[0] in names else word[0],
        escape(annotation),
    )
    return Markup(f"<code>{linked}</code>")
