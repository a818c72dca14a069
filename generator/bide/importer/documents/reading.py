"""Read a document as plain data: JSON or YAML, in bounded size, depth and time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Json: TypeAlias = Any

SIZE_LIMIT = 64 * 2**20
"""The largest document, in bytes."""

_SECONDS = 30.0
"""How long a server may be silent."""

DEPTH_LIMIT = 200
"""The deepest nesting, in levels."""

_VALUES_LIMIT = 5_000_000
"""The most values of a document, those behind YAML aliases counted each time."""


class Unreadable(Exception):
    """A document that cannot be read. Its message is for the user."""


def read(path: Path) -> Json:
    """The document in a file. Raises `Unreadable`."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise Unreadable(f"{path}: the file is larger than {SIZE_LIMIT // 2**20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return parsed(data, str(path))


def fetched(address: str) -> bytes:
    """The document at an address. Raises `Unreadable`."""
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as reply:
            data: bytes = reply.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{address}: {getattr(error, 'reason', None) or error}") from error
    if len(data) > SIZE_LIMIT:
        raise Unreadable(f"{address}: the document is larger than {SIZE_LIMIT // 2**20} MiB")
    return data


def parsed(data: bytes, name: str) -> Json:
    """The document in some bytes: JSON if it is that, else YAML, whatever its name is. Raises `Unreadable`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name}: byte {error.start} is not UTF-8") from error
    try:
        found = json.loads(text)
    except RecursionError:
        raise Unreadable(f"{name}: the document is nested too deeply") from None
    except ValueError:
        found = _yaml(text, name)
    if not isinstance(found, dict):
        raise Unreadable(f"{name}: a document is an object, and this is a {type(found).__name__}")
    _bounded(found, name)
    return found


def _yaml(text: str, name: str) -> Json:
    try:
        return yaml.load(text, Loader=_Loader)  # it constructs only plain values
    except RecursionError:
        raise Unreadable(f"{name}: the document is nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise Unreadable(f"{name}{place}: this is neither JSON nor YAML: {problem}") from error
    except ValueError as error:
        raise Unreadable(f"{name}: a value cannot be read: {error}") from error


class _Loader(yaml.CSafeLoader):
    """YAML 1.2: no dates, and `yes`, `on` and `012` are text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _starts in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_starts))


def _bounded(document: Json, name: str) -> None:
    """Raise `Unreadable` if the document has too many values, or is nested too deeply: aliases can multiply both."""
    count, waiting = 0, [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > _VALUES_LIMIT:
            raise Unreadable(f"{name}: the document has more than {_VALUES_LIMIT:,} values")
        if depth > DEPTH_LIMIT:
            raise Unreadable(f"{name}: the document is nested too deeply")
        if isinstance(value, dict):
            waiting += [(each, depth + 1) for each in value.values()]
        elif isinstance(value, list):
            waiting += [(each, depth + 1) for each in value]
