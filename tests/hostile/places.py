"""A spec with every key of the language, and the same spec with a text at each of its places."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import yaml

from bide import lint
from bide.emit.render import drafted
from bide.ir import Provider
from bide.ir.build import build
from bide.spec import document as source
from bide.spec.diagnostics import Diagnostic, SpecError
from bide.spec.document import SIZE_LIMIT, Document, Json
from bide.spec.shape import schema

Place: TypeAlias = tuple[str | int, ...]
"""Keys and indices that lead to a text of the spec."""

FILE = "rich.yaml"
TEXT = (Path(__file__).parent / FILE).read_text(encoding="utf-8")
RICH: Json = source.read(FILE, TEXT).data
IN_JSON = "example text"
"""A text inside the examples, which are JSON."""


def texts(node: Json, place: Place = ()) -> Iterator[Place]:
    """Every place of the spec that holds a text."""
    if isinstance(node, str):
        yield place
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from texts(inner, (*place, key))


PLACES = frozenset(texts(RICH))


def filled(text: str, places: Iterable[Place], node: Json = RICH) -> Json:
    """The spec with *text* at some places."""
    wanted = frozenset(places)

    def of(node: Json, place: Place) -> Json:
        if isinstance(node, dict):
            return {key: of(inner, (*place, key)) for key, inner in node.items()}
        if isinstance(node, list):
            return [of(inner, (*place, index)) for index, inner in enumerate(node)]
        if place not in wanted:
            return node
        return node.replace(IN_JSON, json.dumps(text)[1:-1]) if place[-1] == "json" else text

    return of(node, ())


def everywhere(old: str, new: str, node: Json = RICH) -> Json:
    """The spec with one word replaced by another, in keys and values."""
    if isinstance(node, dict):
        return {everywhere(old, new, key): everywhere(old, new, inner) for key, inner in node.items()}
    if isinstance(node, list):
        return [everywhere(old, new, inner) for inner in node]
    return new if node == old else f"{new}?" if node == f"{old}?" else node


def written(data: Json) -> str:
    """The spec as YAML, in its JSON form."""
    return json.dumps(data, ensure_ascii=False)


def problems(document: Document) -> list[Diagnostic]:
    """The errors in a document."""
    return schema.check(document) or [one for one in lint.check(document) if one.severity == "error"]


def meaning(data: Json) -> Provider | list[Diagnostic]:
    """The provider of a spec, or its diagnostics. Any other result is a bug."""
    try:
        document = source.read(FILE, written(data))
    except SpecError as error:
        return error.diagnostics
    return problems(document) or build(document)


def accepted(text: str) -> frozenset[Place]:
    """The places that may hold *text*; every other place was refused, there or in its report."""
    at_once = max(1, SIZE_LIMIT // 4 // max(1, len(text)))
    # Examples are judged separately: otherwise they would be reported for a model that no longer matches them.
    examples = {place for place in PLACES if place[-1] == "json"}
    others = sorted(PLACES - examples, key=str)
    groups = [examples, *(others[start : start + at_once] for start in range(0, len(others), at_once))]
    return frozenset(place for group in groups for place in _accepted(text, frozenset(group)))


def _accepted(text: str, left: frozenset[Place]) -> frozenset[Place]:
    while True:
        try:
            document = source.read(FILE, written(filled(text, left)))
        except SpecError as refusal:
            if {one.code for one in refusal.diagnostics} != {"bad-character"}:
                raise
            return frozenset()
        found = {one.place for one in problems(document)}
        if not found:
            return left
        blamed = [place for places in (document.values, document.keys) for place in places if places[place] in found]
        left -= left.intersection(blamed) or _near(blamed, left)


def _near(blamed: Collection[Place], left: frozenset[Place]) -> frozenset[Place]:
    """The places inside of the reported one, otherwise those beside it."""
    assert all(blamed)
    inside = frozenset(place for place in left for outer in blamed if place[: len(outer)] == outer)
    return inside or _near([outer[:-1] for outer in blamed], left)


def printed(data: Json) -> dict[str, str]:
    """Every generated file of a valid spec."""
    provider = meaning(data)
    assert isinstance(provider, Provider), provider
    return drafted(provider)


@lru_cache(maxsize=100)  # one text changes few modules
def shape(text: str) -> Json:
    """The syntax of a module without its texts. It is read as bytes, as Python reads a file."""
    return _shape(ast.parse(text.encode()))


def _shape(node: ast.AST | list[Json]) -> Json:
    """A syntax tree as tuples, without texts; of tables of texts, also without their number."""
    if isinstance(node, list):
        return [_shape(inner) if isinstance(inner, ast.AST) else inner for inner in node]
    if _is_text(node) or (isinstance(node, ast.Tuple) and all(map(_is_text, node.elts))):
        return ""
    parts = [getattr(node, name, None) for name in node._fields]
    return (type(node), *[_shape(each) if isinstance(each, ast.AST | list) else each for each in parts])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def shapes(files: dict[str, str]) -> dict[str, Json]:
    return {name: shape(text) for name, text in files.items() if name.endswith(".py")}


def keys_of(node: Json) -> set[str]:
    return {str(step) for place in texts(node) for step in place if isinstance(step, str)}


def as_yaml(data: Json) -> str:
    """The spec in YAML's block style."""
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
