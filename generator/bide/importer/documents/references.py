"""Follow `$ref` inside of a document, and to files in its folder or below. Never to the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import DRAFT202012

from bide.importer.documents.reading import Json, Unreadable, read

_MOST_IN_A_ROW = 50
"""References that lead to references: more than this many are a circle."""

_ROOT = "file:///document/"
"""Where the document is for the library, which knows how to join such addresses."""


class References:
    """The references of one document."""

    def __init__(self, document: Json, path: Path | None = None) -> None:
        self._folder = None if path is None else path.resolve().parent
        self.missing: dict[str, str] = {}
        """Why each reference that leads nowhere could not be followed."""
        resource = DRAFT202012.create_resource(document)
        self._name = _ROOT + (path.name if path else "")
        registry: Registry[Json] = Registry(retrieve=self._retrieved)  # type: ignore[call-arg]  # attrs makes it
        self._resolver = registry.with_resource(self._name, resource).resolver(base_uri=self._name)
        self._found: dict[str, Json] = {}

    def followed(self, value: Json) -> Json:
        """The value, or what it refers to; an empty object if that is not there."""
        for _ in range(_MOST_IN_A_ROW):
            if not isinstance(value, Mapping) or not isinstance(reference := value.get("$ref"), str):
                return value
            value = self._at(reference)
        return {}

    def name(self, value: Json) -> str | None:
        """The last part of the reference, if the value is one: the name of a component."""
        if isinstance(value, Mapping) and isinstance(reference := value.get("$ref"), str):
            return unquote(reference.rpartition("/")[2]).replace("~1", "/").replace("~0", "~")
        return None

    def _at(self, reference: str) -> Json:
        if reference not in self._found:
            try:
                self._found[reference] = self._resolver.lookup(reference).contents
            except (Unresolvable, NoSuchResource, ValueError, TypeError, LookupError, Unreadable) as error:
                self.missing.setdefault(reference, _reason(reference, error))
                self._found[reference] = {}
        return self._found[reference]

    def _retrieved(self, uri: str) -> Resource[Json]:
        """Another document, from a file in the folder of this one or below."""
        if urlsplit(uri).scheme != "file" or self._folder is None:
            raise Unreadable("it leads to another host")
        path = (self._folder / unquote(uri.removeprefix(_ROOT).partition("#")[0])).resolve()
        if not uri.startswith(_ROOT) or not path.is_relative_to(self._folder):
            raise Unreadable("it leads out of the folder of the document")
        return DRAFT202012.create_resource(read(path))


def _reason(reference: str, error: Exception) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, Unreadable):
        return str(cause)
    return (
        "the document has nothing there" if reference.startswith("#") else "there is no such file beside the document"
    )
