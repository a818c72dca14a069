"""Read YAML text into plain data, with the place of every key and value.

The YAML of a spec is the JSON-like part of YAML 1.2: no tags, anchors, aliases or directives, one document, each key
once. What a key means is no concern of this module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import yaml

from bide.spec.comments import Comment, Comments, comments_in
from bide.spec.diagnostics import Diagnostic, Place, SpecError

Json: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices that lead from the top of a document to a value."""

SIZE_LIMIT = 2**20
"""The largest spec, in bytes."""

DEPTH_LIMIT = 40
"""The deepest nesting of a spec, in levels."""

PROBLEM_LIMIT = 200
"""The most problems of one kind that are reported. It also bounds the work on a spec written to have many."""

# PyYAML's wheels all have it. The pure-Python loader refuses `{limit?: integer}`, which is valid YAML.
_LOADER = yaml.CSafeLoader

# Control characters, line separators, lone surrogates, byte order marks, bidirectional marks and invisible characters.
_UNWELCOME = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\U000e0000-\U000e007f"
)
_UNWELCOME_IN_VALUES = re.compile(f"[{_UNWELCOME}]")
_UNWELCOME_IN_FILES = re.compile(f"\r(?!\n)|(?!\r)[{_UNWELCOME}]")

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_LARGEST_INTEGER = 2**63 - 1
_LONGEST_NUMBER = 40

# Words of the YAML parser, and the code, message and help that we report for each.
_PARSER_WORDS = (
    ("mapping values are not allowed", "bad-yaml", 'text that contains ": " must be in quotes', ""),
    (
        "could not find expected ':'",
        "bad-yaml",
        'this key has no ":"',
        "write key: value; to continue the text of the line above, indent this line further",
    ),
    ("did not find expected key", "bad-yaml", "this line is not indented like the lines around it", ""),
    (
        "did not find expected '-' indicator",
        "bad-yaml",
        "this line is not indented like the other items of its list",
        "",
    ),
    ("did not find expected ',' or", "bad-yaml", "a bracket or brace is not closed, or a comma is missing", ""),
    ("found unexpected end of stream", "bad-yaml", "a quote is not closed", ""),
    ("did not find expected node content", "bad-yaml", "a value is missing", ""),
    ("block sequence entries are not allowed", "bad-yaml", "a list cannot start on this line", ""),
    ("invalid Unicode character escape", "bad-character", "this escape is not a valid character", ""),
    ("found unknown escape character", "bad-yaml", "unknown escape in double quotes", "use single quotes, or \\\\"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A spec as plain data, and the place of everything in it."""

    file: str
    text: str
    data: Json
    values: Mapping[Path, Place] = field(repr=False)
    keys: Mapping[Path, Place] = field(repr=False)
    comments: tuple[Comment, ...] = ()
    """The `# bide: ...` comments."""
    numbers: frozenset[Path] = frozenset()
    """The keys that are whole numbers without quotes. In `data` every key is text."""

    def at(self, path: Path) -> Json:
        """The value at *path*. Raises `LookupError` if there is none."""
        value = self.data
        for step in path:
            value = value[step]
        return value

    def get(self, *path: str | int) -> Json:
        """The value at *path*, or `None`."""
        try:
            return self.at(path)
        except (LookupError, TypeError):
            return None

    def value_place(self, path: Path) -> Place:
        """Where the value at *path* begins, or the nearest value above it that exists."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(self.file))

    def key_place(self, path: Path) -> Place:
        """Where the key of *path* begins. For an item of a list, which has no key: where the item begins."""
        return self.keys.get(path) or self.value_place(path)


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of reading a spec."""

    document: Document | None
    """`None` if reading stopped before the end."""
    problems: list[Diagnostic]
    spoiled: frozenset[Path]
    """The paths that a problem is about: their values may not be what the author meant."""


def read(file: str, text: str) -> Document:
    """Read a spec. Raises `SpecError` with every problem of its YAML."""
    reading = scan(file, text)
    if reading.document is None or reading.problems:
        raise SpecError(reading.problems)
    return reading.document


def scan(file: str, text: str) -> Reading:
    """Read a spec as far as it can be read."""
    text = text.removeprefix("\ufeff")
    builder = _Builder(file, comments_in(file, text))
    try:
        _check_text(file, text)
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except SpecError as error:
        return Reading(None, error.diagnostics, frozenset())
    except yaml.YAMLError as error:
        return Reading(None, [*builder.problems, _parser_problem(file, text, error)], frozenset())
    if not builder.documents:
        nothing = Diagnostic(Place(file), "empty-spec", "this file is empty")
        return Reading(None, [*builder.problems, nothing], frozenset())
    document = Document(
        file, text, builder.data, builder.values, builder.keys, builder.comments.all(), frozenset(builder.numbers)
    )
    return Reading(document, builder.problems, frozenset(builder.spoiled))


def _check_text(file: str, text: str) -> None:
    """Refuse unreadable characters and oversized text before a parser reads them."""
    if len(text) > SIZE_LIMIT or len(text.encode("utf-8", "surrogatepass")) > SIZE_LIMIT:
        raise SpecError(
            [Diagnostic(Place(file), "too-large", f"this spec is too large: the limit is {SIZE_LIMIT:,} bytes")]
        )
    found = list(_UNWELCOME_IN_FILES.finditer(text))
    if found:
        raise SpecError(
            [_bad_character(_place_of(file, text, match.start()), match[0]) for match in found[:PROBLEM_LIMIT]]
        )


def _bad_character(place: Place, character: str) -> Diagnostic:
    return Diagnostic(place, "bad-character", f"the character U+{ord(character):04X} is not allowed in a spec")


def _place_of(file: str, text: str, index: int) -> Place:
    before = text[:index]
    return Place(file, before.count("\n") + 1, index - before.rfind("\n"))


def _parser_problem(file: str, text: str, error: yaml.YAMLError) -> Diagnostic:
    """The diagnostic for an error of the YAML parser."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or "this is not YAML"
    if mark is None:
        return Diagnostic(Place(file), "bad-yaml", str(problem))
    place = Place(file, mark.line + 1, mark.column + 1)
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or line[mark.column : mark.column + 1] == "\t":
        return Diagnostic(place, "tab", "a tab is not allowed here", "indent with spaces")
    if line[mark.column : mark.column + 1] in ("@", "`", "%", "&", "*", "!"):
        sign = line[mark.column]
        return Diagnostic(place, "bad-yaml", f'text cannot start with "{sign}" unless it is quoted', "put it in quotes")
    before = lines[mark.line - 1] if mark.line else ""
    if joined := _joined_key(before):  # a plain text, which this line cannot continue
        place = Place(file, mark.line, len(before) - len(before.lstrip()) + 1)
        return Diagnostic(place, "bad-yaml", 'this key has no space after its ":"', f"write {joined}")
    if re.search(r"\{[^{}:]*\{[\w.+]+\}|: [^\"'\s{]*\{[\w.+]+\}", line) and "did not find expected ',' or" in problem:
        message = "text with { or } in it must be in quotes inside of braces"
        return Diagnostic(place, "bad-yaml", message, 'write "/jobs/{job_id}"')
    for words, code, message, help_ in _PARSER_WORDS:
        if words in problem:
            return Diagnostic(place, code, message, help_)
    return Diagnostic(place, "bad-yaml", problem)


def _joined_key(line: str) -> str:
    """A line such as `snapshot:Job` with the space that it lacks; empty for another line."""
    match = re.fullmatch(r"\s*([\w-]+\??):([^\s:/][^:]*)", line)
    return f"{match[1]}: {match[2]}" if match else ""


def _tag(event: yaml.NodeEvent) -> str | None:
    tag: str | None = getattr(event, "tag", None)
    return tag


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read yet."""

    value: dict[str, Json] | list[Json]
    path: Path
    key: str | None = None
    """The key whose value comes next."""


@dataclass(slots=True)
class _Builder:
    """Builds the data from the parser's events. It does not recurse, so deep nesting cannot overflow the stack."""

    file: str
    comments: Comments
    data: Json = None
    documents: int = 0
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    spoiled: set[Path] = field(default_factory=set)
    stack: list[_Open] = field(default_factory=list)
    numbers: set[Path] = field(default_factory=set)
    _problems_before: int = 0
    """The number of problems before the current event."""

    def take(self, event: yaml.Event) -> None:
        """Handle one event. Raises `SpecError` for a problem that reading cannot continue after."""
        handler = _HANDLERS.get(type(event))
        self._problems_before = len(self.problems)
        if handler is not None:
            handler(self, event)

    def note(self, event: yaml.Event, code: str, message: str, help_: str = "") -> None:
        self._add(Diagnostic(self._place(event), code, message, help_))

    def _add(self, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if len(self.problems) >= PROBLEM_LIMIT:
            raise SpecError(self.problems)

    def fail(self, event: yaml.Event, code: str, message: str, help_: str = "") -> NoReturn:
        self.note(event, code, message, help_)
        raise SpecError(self.problems)

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self.fail(event, "several-documents", "a spec is one YAML document", 'remove the "---"')
        if event.version or event.tags:
            self.note(event, "directive", 'a line that starts with "%" is not allowed')

    def alias(self, event: yaml.AliasEvent) -> None:
        self.note(
            event,
            "alias",
            f'the alias "*{event.anchor}" is not allowed',
            "write the shared part once in models, enums or lifecycles, and refer to it by name",
        )
        self._put(event, None)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        self.comments.text(_spot(event.start_mark), _spot(event.end_mark))
        self._refuse_properties(event)
        bad = _UNWELCOME_IN_VALUES.search(event.value)
        if bad:
            self._add(_bad_character(self._place(event), bad[0]))
        holder = self.stack[-1] if self.stack else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._begin_value(event, holder)
        else:
            self._put(event, self._scalar_value(event))

    def begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._refuse_properties(event)
        if len(self.stack) == DEPTH_LIMIT:
            self.fail(event, "too-deep", f"this spec is nested too deeply: the limit is {DEPTH_LIMIT} levels")
        value: dict[str, Json] | list[Json] = {} if isinstance(event, yaml.MappingStartEvent) else []
        holder = self.stack[-1] if self.stack else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self.fail(event, "bad-key", "a key must be text, not a list or a mapping")
        self.stack.append(_Open(value, self._put(event, value)))

    def end(self, event: yaml.Event) -> None:
        self.stack.pop()

    def _begin_value(self, event: yaml.ScalarEvent, holder: _Open) -> None:
        """Record a key. Keys are always text, also `200` and `on`."""
        key: str = event.value
        path = (*holder.path, key)
        if not key:
            self.note(event, "bad-key", "this key is empty")
        elif path in self.keys:
            self.note(event, "duplicate-key", f'"{key}" is already set on line {self.keys[path].line}')
        else:
            self.keys[path] = self._place(event)
            if event.implicit[0] and _INTEGER.fullmatch(key) and abs(int(key[:_LONGEST_NUMBER])) <= _LARGEST_INTEGER:
                self.numbers.add(path)
        self._may_spoil(path)
        holder.key = key

    def _put(self, event: yaml.Event, value: Json) -> Path:
        """Store a value in its mapping or list, and return its path."""
        if not self.stack:
            self.data = value
            path: Path = ()
        else:
            holder = self.stack[-1]
            if isinstance(holder.value, list):
                path = (*holder.path, len(holder.value))
                holder.value.append(value)
            elif holder.key is None:
                self.fail(event, "bad-key", "a key must be text")
            else:
                path = (*holder.path, holder.key)
                holder.value[holder.key] = value
                holder.key = None
        self.values[path] = self._place(event)
        self._may_spoil(path)
        return path

    def _may_spoil(self, path: Path) -> None:
        if len(self.problems) > self._problems_before:
            self.spoiled.add(path)

    def _refuse_properties(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self.note(
                event,
                "anchor",
                f'the anchor "&{event.anchor}" is not allowed',
                "write the shared part once in models, enums or lifecycles, and refer to it by name",
            )
            self._problems_before += 1  # the anchored value itself is fine
        if _tag(event) is not None:
            self.note(event, "tag", f'the tag "{_tag(event)}" is not allowed')

    def _scalar_value(self, event: yaml.ScalarEvent) -> Json:
        """The value of a plain scalar by YAML 1.2; numbers only in JSON's notation."""
        text: str = event.value
        is_plain = event.implicit[0]
        if not is_plain:
            return text
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        is_integer = _INTEGER.fullmatch(text) is not None
        if not is_integer and _FLOAT.fullmatch(text) is None:
            return text
        if len(text) > _LONGEST_NUMBER or (is_integer and abs(int(text)) > _LARGEST_INTEGER) or math.isinf(float(text)):
            self.note(event, "bad-number", "this number has too many digits", "put it in quotes if it is text")
            return 0
        return int(text) if is_integer else float(text)

    def _place(self, event: yaml.Event) -> Place:
        mark: Any = event.start_mark  # the parser always sets it; only its type stubs allow None
        return Place(self.file, mark.line + 1, mark.column + 1)


def _spot(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


_HANDLERS: dict[type[yaml.Event], Callable[[_Builder, Any], None]] = {
    yaml.DocumentStartEvent: _Builder.document,
    yaml.AliasEvent: _Builder.alias,
    yaml.ScalarEvent: _Builder.scalar,
    yaml.MappingStartEvent: _Builder.begin,
    yaml.SequenceStartEvent: _Builder.begin,
    yaml.MappingEndEvent: _Builder.end,
    yaml.SequenceEndEvent: _Builder.end,
}
