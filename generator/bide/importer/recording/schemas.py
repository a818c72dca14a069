"""The JSON Schema of values by what was seen of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bide.importer.documents.reading import Json
from bide.importer.recording.secrets import Secrets

_STATUS = re.compile(r"^(?:status|state|phase|stage)$|_(?:status|state)$|[a-z](?:Status|State)$")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]{0,39}")
_MOST_WORDS = 30
_NAME = re.compile(r"[A-Za-z_$@][\w$@.:-]{0,60}")
_DEEPEST = 12
_MOST_KEYS = 200


class Observed:
    """Makes the schemas of one recording."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def schema(self, values: Iterable[Json], name: str = "", depth: int = 0) -> dict[str, Json]:
        """A schema that all these values fit, in the order of time. *name* is that of their field."""
        values = list(values)
        given = [each for each in values if each is not None]
        if not given or depth > _DEEPEST:
            return {}
        kinds = list(dict.fromkeys(map(_kind, given)))
        if set(kinds) == {"integer", "number"}:
            kinds = ["number"]
        null = ["null"] if len(given) < len(values) else []
        made: dict[str, Json] = {"type": [*kinds, *null] if null or len(kinds) > 1 else kinds[0]}
        if "object" in kinds:
            made |= self._object([each for each in given if isinstance(each, dict)], depth)
        if "array" in kinds:
            inside = [one for each in given if isinstance(each, list) for one in each]
            made["items"] = self.schema(inside, name, depth + 1)
        if kinds == ["string"]:
            made |= self._text(given, name, is_nullable=bool(null))
        return made

    def _object(self, values: list[dict[str, Json]], depth: int) -> dict[str, Json]:
        """Fields that all objects have are required. An object whose keys are no names is a map."""
        names = list(dict.fromkeys(key for each in values for key in each))
        if any(not _NAME.fullmatch(key) or self._secrets.is_in(key) for key in names) or len(names) > _MOST_KEYS:
            inside = self.schema((one for each in values for one in each.values()), depth=depth + 1)
            return {"additionalProperties": inside or True}
        return {
            "properties": {
                key: self.schema((each[key] for each in values if key in each), key, depth + 1) for key in names
            },
            "required": [key for key in names if all(key in each for each in values)],
        }

    def _text(self, values: list[str], name: str, *, is_nullable: bool) -> dict[str, Json]:
        if _STATUS.search(name):
            words = list(dict.fromkeys(values))
            if len(words) <= _MOST_WORDS and not any(self._is_free(word) for word in words):
                return {"enum": [*words, None] if is_nullable else words}
        return {"format": "date-time"} if all(map(_is_time, values)) else {}

    def _is_free(self, word: str) -> bool:
        return not _WORD.fullmatch(word) or self._secrets.is_in(word)


def texts(values: list[str]) -> dict[str, Json]:
    """The schema of the values of a query parameter."""
    if values and all(re.fullmatch(r"-?(?:0|[1-9][0-9]{0,14})", each) for each in values):
        return {"type": "integer"}
    return {"type": "boolean"} if values and set(values) <= {"true", "false"} else {"type": "string"}


def _kind(value: Json) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _is_time(text: str) -> bool:
    try:
        return "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
