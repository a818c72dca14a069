"""Text of strangers, such as a provider's results and messages, made harmless for a model and for a screen."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable

from ...http.request import Json
from ..catalog.catalog import Catalog

_SHORTEST_SECRET = 8
"""Characters. A shorter one, such as a user name, would also be found where it is none."""

_SELECTORS = re.compile("[\U000e0100-\U000e01ef]")
"""Variation selectors, of which any text can be made that nobody sees. Python takes them as printable."""

LIMIT = 50_000
"""Characters of JSON, or of text, that one answer has at most. The rest is in a resource."""

_STEPS = ((8000, 200), (2000, 50), (500, 20), (100, 5), (40, 1))
"""How much of each text in characters, and of each list in items, is shown of a value that is too long."""

_MANY = 200
"""An object with more keys than this is a map, whose entries are cut like the items of a list."""


class Cleaner:
    """Makes text harmless. The secrets in the environment are taken out of it, also if the provider repeats them."""

    def __init__(self, catalog: Catalog) -> None:
        found = (os.environ.get(each.env, "") for each in catalog.secrets)
        self._secrets = sorted((each for each in found if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)

    def text(self, text: str) -> str:
        """*text* with its line breaks and tabs. Any other character that cannot be seen is escaped, like `\\x1b`.

        These are control characters, marks that change the direction of text, those without a width, and tags.
        """
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        if text.isprintable() and text.isascii():
            return text
        text = _SELECTORS.sub(_escaped, text.replace("\r\n", "\n"))
        return "".join(char if _is_harmless(char) else _escape(char) for char in text)

    def line(self, text: str | None) -> str | None:
        """*text* on one line of at most 1,000 characters."""
        if text is None:
            return None
        return shortened(self.text(text).replace("\n", "\\n").replace("\t", " "), 1000)

    def value(self, value: Json) -> Json:
        """A JSON value with all its texts made harmless. What JSON cannot hold becomes null."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value


def portable(token: str) -> str:
    """A token in ASCII, which nothing on its way changes. It means the same."""
    return token if token.isascii() else json.dumps(json.loads(token), separators=(",", ":"))


def cut(value: Json, length: Callable[[Json], int]) -> Json | None:
    """The value with its texts and lists cut until its *length* is within the limit; `None`: it cannot be."""
    for characters, items in _STEPS:
        found = _cut(value, characters, items)
        if length(found) <= LIMIT:
            return found
    return None


def shortened(text: str, characters: int) -> str:
    """The beginning of a text that is too long, which says so."""
    if len(text) <= characters:
        return text
    return f"{text[:characters]}… [{len(text) - characters:,} more characters]"


def _cut(value: Json, characters: int, items: int) -> Json:
    if isinstance(value, str):
        return shortened(value, characters)
    if isinstance(value, list):
        return [_cut(item, characters, items) for item in value[:items]]
    if isinstance(value, dict):
        kept = list(value.items())[: items if len(value) > _MANY else None]
        return {key: _cut(item, characters, items) for key, item in kept}
    return value


def _is_harmless(char: str) -> bool:
    # Other spaces than the usual one are not printable for Python, and are usual in many languages.
    return char.isprintable() or char in "\n\t" or (char.isspace() and char > "\x9f" and char not in "\u2028\u2029")


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _escaped(found: re.Match[str]) -> str:
    return _escape(found[0])
