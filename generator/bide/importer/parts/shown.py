"""The examples of a document, as a spec has them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bide.importer.documents.reading import Json

_LONGEST = 4000
"""Of an example, in characters."""
_MOST = 3
"""Of one body."""


def shown(examples: Iterable[Json]) -> tuple[list[dict[str, Json]], str]:
    """The examples that are shown, and why others are not."""
    texts = list(dict.fromkeys(json.dumps(each, ensure_ascii=True, default=str) for each in examples))
    short = [each for each in texts if len(each) <= _LONGEST]
    why = "" if len(short) == len(texts) else f"an example has more than {_LONGEST} characters"
    why = why or ("" if len(short) <= _MOST else f"the first {_MOST} are there")
    return [{"title": "An example of the document", "json": each} for each in short[:_MOST]], why
