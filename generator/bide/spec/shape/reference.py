"""The reference of the spec language, as a page of Markdown made from the JSON Schema: every key, once."""

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
    "null": "nothing",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

_LONGEST_LINE = 100
_LONGEST_EXAMPLE = 60
"""On one line, in characters; in a table, a longer one is shown where the key has a section of its own."""

_INTRODUCTION = """\
<!-- Made from the JSON Schema by `make reference`. Do not edit. -->
# The keys of a spec

Every key of the spec language, what is written behind it, and an example. [The spec language](spec.md) tells how they
belong together; this page is for looking things up, and an editor that knows the schema shows the same beside each key
(`bide schema` prints it). *NAME* stands for a name that you choose.
"""


def page() -> str:
    """The whole page."""
    sections, values = _sections()
    parts = [_INTRODUCTION, *(_section(section, sections) for section in sections.values())]
    parts.append("## Values\n\nWhat is written in more than one place.\n")
    parts += [_value(name, sections) for name in values]
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class _Section:
    """A mapping with keys of its own."""

    heading: str
    schema: Mapping[str, Json]
    also: list[str] = field(default_factory=list)
    """Where else such a mapping is written."""


def _sections() -> tuple[dict[int, _Section], list[str]]:
    """The mappings, each by its identity, as one meets them from the top down; and the names of the other values."""
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
    """The schemas of what is in a value, with the way to each."""
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
        lines += ["", f"The same is written at {', '.join(f'{_code(place)}' for place in places)}."]
    lines += [f"\n{rule}" for rule in _rules(schema)]
    lines += ["", "| key | what is written | what it means | example |", "|---|---|---|---|"]
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
    """Which keys go together, in words."""
    for keyword, words in (("oneOf", "Just one of {} is there."), ("anyOf", "At least one of {} is there.")):
        keys = [key for choice in schema.get(keyword, []) if set(choice) == {"required"} for key in choice["required"]]
        if keys:
            yield words.format(_or([f"`{key}`" for key in keys]))
    for key, others in schema.get("dependentRequired", {}).items():
        yield f"`{key}` needs {', '.join(f'`{other}`' for other in others)} beside it."


def _value(name: str, sections: Mapping[int, _Section]) -> str:
    schema = spec_schema()["$defs"][name]
    examples = _or([_span(one_line(example)) for example in schema["examples"]])
    kind = _kind(schema, sections)
    return f"### {schema['title']}\n\n{schema['description']} {kind[0].upper()}{kind[1:]}: {examples}.\n"


def _holds(schema: Mapping[str, Json], sections: Mapping[int, _Section]) -> str:
    """What is written at a place, in a few words that lead on."""
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
        return f"a list, of {_holds(schema['items'], sections)}"
    if type_ == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"a mapping, to {_holds(schema['additionalProperties'], sections)}"
    bounds = [f"{words} {schema[key]}" for key, words in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([_TYPE_WORDS[type_], *bounds]) if type_ in ("integer", "number") else _TYPE_WORDS[type_]


def _or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _code(place: str) -> str:
    return "`" + place.replace("*", "") + "`"


def _anchor(heading: str) -> str:
    """The name that Markdown gives to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _span(text: str) -> str:
    """Code in a line of Markdown."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _block(example: Mapping[str, Json], indent: str = "") -> str:
    """An example with a line for each key, and more for a value that is too long for one."""
    lines = []
    for key, value in example.items():
        line = f"{indent}{one_line(key)}: {one_line(value)}"
        is_long = isinstance(value, dict) and len(line) > _LONGEST_LINE
        lines.append(f"{indent}{one_line(key)}:\n{_block(value, indent + '  ')}" if is_long else line)
    return "\n".join(lines)
