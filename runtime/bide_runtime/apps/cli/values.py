"""Values of options: text, numbers, JSON and files, by the JSON Schema of an argument."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from ..catalog.calling import is_file
from ..catalog.catalog import Catalog, Schema

_DURATION = re.compile(r"(?P<count>[0-9]+(?:\.[0-9]+)?)(?P<unit>ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def type_of(catalog: Catalog, schema: Schema) -> click.ParamType[Any]:
    """The type of an option for one value of a schema."""
    schema = simple(catalog, schema)
    if is_file(schema):
        return UPLOAD
    if "enum" in schema and all(isinstance(each, str) for each in schema["enum"]):
        return click.Choice(schema["enum"])
    match schema.get("type"):
        case "string":
            return TEXT
        case "boolean":
            return click.BOOL
        case "integer" if "enum" in schema:
            return click.Choice(schema["enum"])
        case "integer":
            return _bounded(click.IntRange, schema) or click.INT
        case "number":
            return _bounded(click.FloatRange, schema) or click.FLOAT
    return JSON_OR_TEXT if _may_be_text(catalog, schema) else JSON


def _bounded(range_: Any, schema: Schema) -> click.ParamType[Any] | None:
    """A range with the bounds of a schema; `None` if it has none."""
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    low = schema.get("minimum") if above is None else above
    high = schema.get("maximum") if below is None else below
    if low is None and high is None:
        return None
    made: click.ParamType[Any] = range_(low, high, min_open=above is not None, max_open=below is not None)
    made.name = made.name.removesuffix(" range")  # click's "not a valid integer range" is of a number that is none
    return made


def _may_be_text(catalog: Catalog, schema: Schema) -> bool:
    """Whether a value of no single type may be a text."""
    kinds = schema.get("type", [])
    alternatives = [simple(catalog, each) for each in schema.get("anyOf", [])]
    return "string" in kinds or any(_may_be_text(catalog, each) for each in alternatives)


def simple(catalog: Catalog, schema: Schema) -> Schema:
    """The schema without its reference, and without null as an alternative."""
    schema = catalog.resolved(schema)
    if isinstance(kinds := schema.get("type"), list):
        rest = [kind for kind in kinds if kind != "null"]
        return {**schema, "type": rest[0]} if len(rest) == 1 else {key: schema[key] for key in schema if key != "type"}
    if alternatives := schema.get("anyOf"):
        rest = [each for each in alternatives if each != {"type": "null"}]
        if len(rest) == 1:
            return {**simple(catalog, rest[0]), **{key: schema[key] for key in schema if key != "anyOf"}}
    return schema


def read(text: str) -> str:
    """A text as it is, from a file if it is `@FILE`, or from standard input if it is `-`. `@@` stands for `@`."""
    if text == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if text.startswith("@@"):
        return text[1:]
    return _decoded(content(text[1:]), text[1:]) if text.startswith("@") else text


def content(path: str) -> bytes:
    """The content of a file of the user. Raises `BadParameter`."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}") from error


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{where} is not text: byte {error.start} is not UTF-8") from error


def parsed(text: str) -> Any:
    """JSON of the user. Raises `BadParameter` with the place of what is wrong."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"this is not JSON: {error}") from error
    except RecursionError as error:
        raise click.BadParameter("this JSON is nested too deeply") from error


class _Text(click.ParamType[str]):
    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return read(value)


class _Json(click.ParamType[Any]):
    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return parsed(read(value)) if isinstance(value, str) else value


class _JsonOrText(click.ParamType[Any]):
    """JSON; anything else is a text."""

    name = "json|text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = read(value)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text


class _Upload(click.ParamType[Any]):
    """A file to upload: its path, also as `@FILE`; `-` is standard input."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | bytes:
        if value == "-":
            return sys.stdin.buffer.read()
        path = Path(str(value).removeprefix("@"))
        if not path.is_file():
            self.fail(f"there is no file {path}", param, ctx)
        return path


class _Duration(click.ParamType[float | None]):
    """Seconds, or a number with a unit: `90`, `500ms`, `10m`, `2h`; `none` is no limit."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value == "none":
            return None
        match = _DURATION.fullmatch(str(value))
        if match is None or not (seconds := float(match["count"]) * _SECONDS[match["unit"] or "s"]):
            self.fail(f"{value!r} is not a duration, such as 90, 500ms, 10m or none", param, ctx)
        return seconds


TEXT, JSON, JSON_OR_TEXT, UPLOAD, DURATION = _Text(), _Json(), _JsonOrText(), _Upload(), _Duration()
