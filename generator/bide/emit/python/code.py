"""Values, types and texts as Python source. The only place where a spec's text becomes Python.

`Code` is Python source. Other text is printed as a literal, a docstring or a comment. Templates refuse to print text
that is not `Code`, so no text of a spec can become code by accident.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypedDict

from bide.ir import UUID_PATTERN, Bounds, Json, Kind, ListOf, MapOf, Named, OneOf, Scalar, Type

WIDTH = 100
"""Docstrings and comments are wrapped at this column."""

_ENCODING = re.compile(r"coding(?=[:=])")
"""In a comment in the first two lines of a file, this sets the encoding of the file (PEP 263)."""

DOCSTRING = re.compile(r'\n *"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL)
"""A docstring as `docstring` prints it, with the line end before it. No other printed line begins with its quotes."""


class Code(str):
    """Python source, which is printed as it is."""

    __slots__ = ()


def literal(value: Json) -> Code:
    """A value as a Python literal. `Code` in it is printed as it is."""
    if isinstance(value, Code):
        return value
    if isinstance(value, str):
        return _quoted(str(value))
    if isinstance(value, Mapping):
        return Code("{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}")
    if isinstance(value, list | tuple):
        inside = ", ".join(literal(item) for item in value)
        if isinstance(value, list):
            return Code(f"[{inside}]")
        return Code(f"({inside},)" if len(value) == 1 else f"({inside})")
    if isinstance(value, frozenset):
        return Code(
            "frozenset({" + ", ".join(literal(item) for item in _sorted(value)) + "})" if value else "frozenset()"
        )
    if value is None or isinstance(value, bool | int | float):
        return Code(repr(value))
    raise TypeError(f"{type(value).__name__} has no literal")


def _sorted(items: Collection[Json]) -> list[Json]:
    """The items in one order on every machine: numbers before texts."""
    return sorted(items, key=lambda item: (isinstance(item, str), item))


def docstring(text: str, *, indent: int = 0) -> Code:
    """*text* as a docstring, its paragraphs wrapped, to be printed behind *indent* spaces.

    A line that begins with a space keeps its layout. The result is what black would make of it: a space separates
    quotes in the text from the quotes around it, and at least one line begins at the margin.
    """
    margin = " " * indent
    first, *rest = _wrapped(text.strip(), WIDTH - indent - 6)
    opening = _inside_quotes(first.strip(), is_last=not rest)
    if opening.startswith('"'):
        opening = f" {opening}"
    if not rest:
        closing = ' """' if opening.endswith('"') else '"""'
        return Code(f'"""{opening}{closing}')
    if all(line[:1] in " " for line in rest):
        rest = textwrap.dedent("\n".join(rest)).split("\n")
    body = "\n".join(f"{margin}{_inside_quotes(line, is_last=False)}" if line else "" for line in rest)
    return Code(f'"""{opening}\n{body}\n{margin}"""')


def comment(text: str, *, indent: int = 0, width: int = WIDTH) -> Code:
    """*text* as a comment, to be printed behind *indent* spaces. It never sets the encoding of the file."""
    margin = " " * indent
    lines = _wrapped(_ENCODING.sub("coding ", text), width - indent - 2)
    return Code(f"\n{margin}".join(f"# {_printable(line.rstrip())}".rstrip() for line in lines))


def spread(brackets: str, items: Iterable[str], *, indent: int) -> Code:
    """*items* in brackets, each on a line of its own, to be printed behind *indent* spaces."""
    margin = " " * indent
    lines = "".join(f"{margin}    {item},\n" for item in items)
    return Code(f"{brackets[0]}\n{lines}{margin}{brackets[1]}")


def annotation(
    type: Type,
    *,
    request: bool = False,
    like: frozenset[str] = frozenset(),
    prefix: str = "",
    unions: frozenset[str] = frozenset(),
    is_checked: bool = False,
) -> Code:
    """The annotation for a type. In a *request*, any sequence or mapping is allowed.

    For the enums in *like*, a request may have the text of a member instead. *prefix* comes before the names of the
    spec's own types. *unions* come first in `A | B`, which the runtime
    needs to read them. If *is_checked*, msgspec checks texts with a format.
    """
    more: _More = {"request": request, "like": like, "prefix": prefix, "unions": unions, "is_checked": is_checked}
    match type:
        case Scalar(kind):
            if request and kind is Kind.OBJECT:
                return Code("Mapping[str, Json]")
            if prefix and (kind is Kind.FILE or (request and kind is Kind.BYTES)):
                return Code("FileLike")
            if is_checked and kind is Kind.UUID:
                return Code(f"Annotated[str, Meta(pattern={literal(UUID_PATTERN)})]")
            return Code(_SCALARS[kind])
        case ListOf(item):
            return Code(f"{'Sequence' if request else 'list'}[{annotation(item, **more)}]")
        case MapOf(value):
            return Code(f"{'Mapping' if request else 'dict'}[str, {annotation(value, **more)}]")
        case OneOf(types, nullable):
            parts = [annotation(each, **more) for each in sorted(types, key=lambda each: not _is_custom(each, unions))]
            return Code(" | ".join([*parts, *(["None"] if nullable else [])]))
        case Named(name):
            return Code(f"{prefix}{name}{'Like' if request and name in like else ''}")


def _is_custom(type: Type, unions: frozenset[str]) -> bool:
    """Whether the runtime has its own way to read a type: its `|` must be the one that is called."""
    match type:
        case Named(name):
            return name in unions
        case Scalar(kind):
            return kind in (Kind.UNIXTIME, Kind.UNIXTIME_MS)
    return False


class _More(TypedDict):
    request: bool
    unions: frozenset[str]
    like: frozenset[str]
    prefix: str
    is_checked: bool


def bounded(inside: Code, bounds: Bounds) -> Code:
    """An annotation with the bounds that msgspec checks."""
    marks = [f"{name}={literal(value)}" for name, value in _meta(bounds)] if bounds else []
    return Code(f"Annotated[{inside}, Meta({', '.join(marks)})]") if marks else inside


_SCALARS = {
    Kind.STRING: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATETIME: "datetime",
    Kind.LOCAL_DATETIME: "LocalDatetime",
    Kind.UNIXTIME: "UnixTime",
    Kind.UNIXTIME_MS: "UnixTimeMs",
    Kind.DATE: "date",
    Kind.UUID: "str",
    Kind.BASE64: "bytes",
    Kind.ANY: "Json",
    Kind.OBJECT: "dict[str, Json]",
    Kind.BYTES: "bytes",
    Kind.FILE: "UploadFile",
}


def _meta(bounds: Bounds) -> Iterable[tuple[str, Json]]:
    table = (
        ("ge", bounds.min),
        ("le", bounds.max),
        ("gt", bounds.above),
        ("lt", bounds.below),
        ("min_length", bounds.min_length if bounds.min_length is not None else bounds.min_items),
        ("max_length", bounds.max_length if bounds.max_length is not None else bounds.max_items),
        ("pattern", bounds.pattern),
    )
    return [(name, value) for name, value in table if value is not None]


def _quoted(text: str) -> Code:
    """A string in double quotes, or in single ones if that takes fewer escapes, as black writes it."""
    if '"' not in text and "\\" not in text and text.isprintable():
        return Code(f'"{text}"')
    quote = '"' if text.count('"') <= text.count("'") else "'"
    escaped = f"\\{quote}".join(repr(part)[1:-1] for part in text.split(quote))
    return Code(f"{quote}{escaped}{quote}")


def _wrapped(text: str, width: int) -> list[str]:
    return [part for line in text.strip("\n").split("\n") for part in _wrapped_line(line, width)]


@lru_cache(maxsize=4096)
def _wrapped_line(line: str, width: int) -> Sequence[str]:
    """One line, wrapped. After an indented line, the next lines are indented by 4 more. Cached: lines often repeat."""
    if not line.strip():
        return [""]
    if len(line) <= width and line.isprintable():
        return [line.rstrip()]
    indent = len(line) - len(line.lstrip(" "))
    return textwrap.wrap(
        line.strip() if indent else line,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 4) if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _inside_quotes(line: str, *, is_last: bool) -> str:
    """*line* for use between triple quotes: backslashes and runs of quotes are escaped."""
    if '"' not in line and "\\" not in line:
        return _printable(line)
    end = "|$" if is_last else ""
    return re.sub(f'"(?="{end})', r'\\"', _printable(line.replace("\\", "\\\\")))


def _printable(line: str) -> str:
    """*line* with an escape for each character that is not printable."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
