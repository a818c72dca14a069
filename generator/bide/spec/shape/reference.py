"""Write the reference of the spec language, a Markdown page with every key, from the JSON Schema."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bide.spec.document import Json
from bide.spec.oneline import one_line
from bide.spec.shape.schema import spec_schema

_TYPE_WORDS = {
    "array": "a list",
    "boolean": "`true` or `false`",
    "integer": "a whole number",
    "null": "`null`",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

_LONGEST_LINE = 100
_LONGEST_EXAMPLE = 60
"""The longest line of an example, and the longest example in a table, in characters. Longer ones get a block."""

_INTRODUCTION = """\
<!-- Made from the JSON Schema by `make reference`. Do not edit. -->
# The keys of a spec

Every key of the spec language, its value, its meaning and an example. [The spec language](spec.md) explains how the
keys work together. An editor that uses the schema (`bide schema` prints it) shows the same
text for each key. *NAME* stands for a name that you choose.
"""


def page() -> str:
    """The whole page."""
    sections, values = _sections()
    parts = [_INTRODUCTION, *(_section(section, sections) for section in sections.values())]
    parts.append("## Values\n\nValues that are used in more than one place.\n")
    parts += [_value(name, sections) for name in values]
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class _Section:
    """The section for a mapping with its own keys."""

    heading: str
    schema: Mapping[str, Json]
    also: list[str] = field(default_factory=list)
    """Other places in a spec with the same mapping."""


def _sections() -> tuple[dict[int, _Section], list[str]]:
    """The sections of the mappings, from the top down, by the identity of each schema; and the other values."""
    sections: dict[int, _Section] = {}
    values: set[str] = set()
    waiting: deque[tuple[str, Mapping[str, Json]]] = deque([("A spec", spec_schema())])
    while waiting:
        heading, schema = waiting.popleft()
        name = _name(schema)
        schema = _target(schema)
        if "properties" in schema:
            known = sections.get(id(schema))
            if known is not None:
                known.also.append(heading)
                continue
            sections[id(schema)] = _Section(heading, schema)
        elif name is not None:
            values.add(name)
        waiting.extend(_inside(heading, schema))
    return sections, [name for name in spec_schema()["$defs"] if name in values]


def _inside(heading: str, schema: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The schemas inside a value, each with its heading."""
    above = "" if heading == "A spec" else f"{heading}."
    for key, inner in schema.get("properties", {}).items():
        yield above + key, inner
    for key in ("additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield f"{heading}.*NAME*", schema[key]
    if "items" in schema:
        yield f"{heading}[]", schema["items"]
    for inner in _choices(schema):
        yield heading, inner


def _choices(schema: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """What may be written at one place, one or the other."""
    if "then" in schema:
        return [schema["else"], {**schema["if"], **schema["then"]}]
    return [] if "type" in schema else schema.get("anyOf", [])


def _name(schema: Mapping[str, Json]) -> str | None:
    """The name of the definition that a schema refers to."""
    return schema["$ref"].removeprefix("#/$defs/") if "$ref" in schema else None


def _target(schema: Mapping[str, Json]) -> Mapping[str, Json]:
    name = _name(schema)
    found: Mapping[str, Json] = schema if name is None else spec_schema()["$defs"][name]
    return found


# --- what is printed --------------------------------------------------------------------------------------------------


def _section(section: _Section, sections: Mapping[int, _Section]) -> str:
    schema = section.schema
    lines = [f"## {section.heading}", "", schema["description"]]
    places = [place for place in dict.fromkeys(section.also) if place != section.heading]
    if places:
        lines += ["", f"The same mapping is used at {', '.join(f'{_code(place)}' for place in places)}."]
    lines += [f"\n{rule}" for rule in _rules(schema)]
    lines += ["", "| key | value | meaning | example |", "|---|---|---|---|"]
    required = schema.get("required", [])
    for key, inner in schema["properties"].items():
        about = {**_target(inner), **inner}
        needed = ", required" if key in required else ""
        example = next((text for text in map(one_line, about["examples"]) if len(text) <= _LONGEST_EXAMPLE), "")
        cells = (f"`{key}`{needed}", _holds(inner, sections), about["description"], _span(example) if example else "")
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    for example in schema.get("examples", []):
        if isinstance(example, dict):
            line = one_line(example)
            lines += ["", "```yaml", line if len(line) <= _LONGEST_EXAMPLE else _block(example), "```"]
    return "\n".join(lines) + "\n"


def _rules(schema: Mapping[str, Json]) -> Iterator[str]:
    """Sentences about keys that need or exclude each other."""
    for keyword, words in (("oneOf", "Exactly one of {} is required."), ("anyOf", "At least one of {} is required.")):
        keys = [key for choice in schema.get(keyword, []) if set(choice) == {"required"} for key in choice["required"]]
        if keys:
            yield words.format(_or([f"`{key}`" for key in keys]))
    for key, others in schema.get("dependentRequired", {}).items():
        yield f"`{key}` also needs {', '.join(f'`{other}`' for other in others)}."


def _value(name: str, sections: Mapping[int, _Section]) -> str:
    schema = spec_schema()["$defs"][name]
    examples = _or([_span(one_line(example)) for example in schema["examples"]])
    kind = _kind(schema, sections)
    return f"### {schema['title']}\n\n{schema['description']} {kind[0].upper()}{kind[1:]}: {examples}.\n"


def _holds(schema: Mapping[str, Json], sections: Mapping[int, _Section]) -> str:
    """What a key holds, in a few words with a link."""
    name, schema = _name(schema), _target(schema)
    section = sections.get(id(schema))
    if section is not None:
        return f"[{schema['title']}](#{_anchor(section.heading)})"
    return _kind(schema, sections) if name is None else f"[{schema['title']}](#{_anchor(schema['title'])})"


def _kind(schema: Mapping[str, Json], sections: Mapping[int, _Section]) -> str:
    if "const" in schema:
        return f"`{one_line(schema['const'])}`"
    if "enum" in schema:
        return _or([f"`{one_line(value)}`" for value in schema["enum"]])
    if _choices(schema):
        return _or([_holds(choice, sections) for choice in _choices(schema)])
    types = schema.get("type", [])
    kinds = [_kind_of(type_, schema, sections) for type_ in ([types] if isinstance(types, str) else types)]
    return _or(kinds) if kinds else "anything"


def _kind_of(type_: str, schema: Mapping[str, Json], sections: Mapping[int, _Section]) -> str:
    if type_ == "array" and "items" in schema:
        return f"a list of {_holds(schema['items'], sections)}"
    if type_ == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"a mapping from names to {_holds(schema['additionalProperties'], sections)}"
    bounds = [f"{words} {schema[key]}" for key, words in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([_TYPE_WORDS[type_], *bounds]) if type_ in ("integer", "number") else _TYPE_WORDS[type_]


def _or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _code(place: str) -> str:
    return "`" + place.replace("*", "") + "`"


def _anchor(heading: str) -> str:
    """The anchor that Markdown renderers give to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _span(text: str) -> str:
    """A code span of Markdown."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _block(example: Mapping[str, Json], indent: str = "") -> str:
    """An example with one line for each key, or several where a value is too long for one."""
    lines = []
    for key, value in example.items():
        line = f"{indent}{one_line(key)}: {one_line(value)}"
        is_long = isinstance(value, dict) and len(line) > _LONGEST_LINE
        lines.append(f"{indent}{one_line(key)}:\n{_block(value, indent + '  ')}" if is_long else line)
    return "\n".join(lines)
