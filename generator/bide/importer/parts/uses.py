"""Where the data of a spec names types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bide.importer.documents.reading import Json

Path = tuple[str, ...]

TABLES = frozenset(("jobs", "lifecycles", "operations", "enums", "unions", "models"))
_NAMES = frozenset(("fields", "query", "headers", "path", "body", "variants", "events"))
"""Keys of mappings whose keys are names of the provider, so that `title` or `default` in them is a name, too."""
_TEXTS = frozenset(("description", "const", "default", "title", "docs", "name", "pattern", "source"))
"""Keys of texts that name no type."""


def holds_names(key: str, *, is_name: bool) -> bool:
    """Whether the keys of the mapping below a key are names. *is_name*: the key is a name itself."""
    return not is_name and (key in _NAMES or key in TABLES)


def uses(value: Json, path: Path = (), *, are_names: bool = False) -> Iterator[tuple[Path, Json, Json]]:
    """(path, holder, key) of each text that may be a type. *are_names*: the keys of *value* are names."""
    items: Iterable[tuple[Json, Json]] = ()
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, each in items:
        here = (*path, str(key))
        if isinstance(each, dict | list):
            yield from uses(each, here, are_names=holds_names(str(key), is_name=are_names))
        elif isinstance(each, str) and (are_names or key not in _TEXTS):
            yield here, value, key
