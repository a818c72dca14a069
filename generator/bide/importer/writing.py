"""Write a draft as YAML, with its comments."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from bide.importer.documents.reading import Json
from bide.importer.parts.draft import Draft, Path
from bide.importer.parts.number import Number

_PLAIN = re.compile(r"(?:[A-Za-z][A-Za-z0-9 _./-]*)?[A-Za-z0-9_./]|/[A-Za-z0-9_./-]+|https?://[A-Za-z0-9._~/-]+")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\??")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_WIDTH = 110


def text_of(draft: Draft, schema: str, heading: list[str]) -> str:
    """The text of a spec. *schema* is the path of the JSON Schema, *heading* the comment at its top."""
    lines = [f"# yaml-language-server: $schema={schema}", "", *heading_of(heading), ""]
    for key, value in draft.data.items():
        if key in ("jobs", "lifecycles", "operations", "enums", "unions", "models"):
            lines.append("")
        lines += _entry(draft, (), key, value, 0)
    return "\n".join([*lines, ""])


def heading_of(heading: list[str]) -> list[str]:
    """The lines of the comment at the top of a spec."""
    return [_comment(line) for line in _wrapped(heading, 0)]


def entry_of(draft: Draft, path: Path, value: Json) -> list[str]:
    """The lines of one entry of a spec, indented as at its top."""
    depth = len(path) - 1
    return [line[2 * depth :] for line in _entry(draft, path[:-1], path[-1], value, depth)]


def _entry(draft: Draft, path: Path, key: str, value: Json, depth: int) -> Iterator[str]:
    here, indent = (*path, key), "  " * depth
    for line in _wrapped(draft.comments.get(here, []), depth):
        yield f"{indent}{_comment(line)}"
    name = key if _KEY.fullmatch(key) and key.lower() not in _RESERVED else json.dumps(key, ensure_ascii=False)
    if path[-1:] in (("states",),) and key.lower() in ("true", "false"):
        name = key.lower()
    if isinstance(key, Number) or (path[-2:] and path[-1] == "states" and path[-2] == "poll"):
        name = key
    has_comments = any(each[: len(here)] == here and each != here for each in draft.comments)
    if not isinstance(value, dict | list) or not value or (not has_comments and _fits(value, indent, name, depth)):
        yield f"{indent}{name}: {flow(value)}"
    elif isinstance(value, dict):
        yield f"{indent}{name}:"
        for inner, each in value.items():
            yield from _entry(draft, here, inner, each, depth + 1)
            if depth == 0 and key in ("jobs", "lifecycles", "models", "operations"):
                yield ""
    else:
        yield f"{indent}{name}:"
        for index, each in enumerate(value):
            for line in _wrapped(draft.comments.get((*here, str(index)), []), depth + 1):
                yield f"{indent}  {_comment(line)}"
            yield f"{indent}  - {flow(each)}"


def _fits(value: Json, indent: str, name: str, depth: int) -> bool:
    if depth == 0 and isinstance(value, dict) and name not in ("auth", "package"):
        return False
    if isinstance(value, dict) and any(isinstance(each, dict) and len(each) > 1 for each in value.values()):
        return False
    return len(f"{indent}{name}: {flow(value)}") <= _WIDTH


def flow(value: Json) -> str:
    """A value on one line."""
    match value:
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case int():
            return str(value)
        case float():
            text = f"{value:f}".rstrip("0")
            return f"{text}0" if text.endswith(".") else text
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(flow, value))}]"
    return f"{{{', '.join(f'{_flow_key(key)}: {flow(each)}' for key, each in value.items())}}}"


def _flow_key(key: str) -> str:
    is_plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*\??", key) and key.lower() not in _RESERVED
    return (
        key
        if is_plain or isinstance(key, Number) or re.fullmatch(r"[1-5][0-9][0-9]", key)
        else json.dumps(key, ensure_ascii=False)
    )


def _text(value: str) -> str:
    is_plain = (
        _PLAIN.fullmatch(value) and value.lower() not in _RESERVED and "  " not in value and not value[:1].isdigit()
    )
    if is_plain:
        return value
    is_single = '"' in value and "'" not in value and value.isprintable()
    return f"'{value}'" if is_single else json.dumps(value, ensure_ascii=False)


def _wrapped(texts: list[str], depth: int) -> Iterator[str]:
    for text in texts:
        clean = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        if clean.startswith("bide: allow "):
            yield clean
            continue
        yield from textwrap.wrap(clean, _WIDTH - 2 * depth, break_long_words=False) or [""]


def _comment(text: str) -> str:
    return f"# {text}".rstrip()
