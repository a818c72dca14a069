"""Edit the text of a spec: change what its data says, and leave every other line as its author wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bide.spec.document import Json, Path, read

Render = Callable[[Path, Json], list[str]]
"""The lines of the entry at a path, indented as at the top of a document."""

_WIDTH = 120


def edited(text: str, wanted: Mapping[str, Json], render: Render) -> str:
    """The text of a spec with other data.

    Entries that stay the same keep their lines and comments; a changed one keeps its key and its place; a new one comes
    after the entry it follows in *wanted*. Raises `SpecError` if the text cannot be read.
    """
    mark, plain = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff").replace("\r\n", "\n")
    data, node = read("", plain).data, yaml.compose(plain, Loader=yaml.CSafeLoader)
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not data.keys() & wanted.keys():
        made = "".join(f"{line}\n" for key, value in wanted.items() for line in render((key,), value))
    else:
        editor = _Editor(plain, render)
        editor.mapping(node, data, wanted, ())
        made = editor.text()
    return mark + (made.replace("\n", "\r\n") if "\r\n" in text else made)


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


class _Editor:
    def __init__(self, text: str, render: Render) -> None:
        self._text = text if text.endswith("\n") else f"{text}\n"
        self._render = render
        self._lines = self._text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._edits: list[_Edit] = []

    def text(self) -> str:
        """The text with all edits."""
        made = self._text
        in_order = sorted(enumerate(self._edits), key=lambda each: (each[1].start, each[1].end, each[0]))
        for _, edit in reversed(in_order):
            made = made[: edit.start] + edit.text + made[edit.end :]
        return made

    def mapping(self, node: Any, old: Mapping[str, Json], new: Mapping[str, Json], path: Path) -> None:
        """Edit the entries of a block mapping."""
        entries = {key.value: (key, value) for key, value in node.value}
        respelled = {name: other for name in old if name not in new and (other := _respelled(name)) in new}
        for name, (key, value) in entries.items():
            spelled = respelled.get(name, name)
            if spelled not in new:
                self._remove(key, value)
                continue
            if spelled != name:
                self._edit(self._at(key.start_mark), self._at(key.end_mark), spelled)
            if old[name] != new[spelled] or type(old[name]) is not type(new[spelled]):
                self._change(key, value, old[name], new[spelled], (*path, spelled))
        self._add(entries, {respelled.get(name, name): name for name in entries}, new, path)

    def _add(self, entries: Mapping[str, Any], known: Mapping[str, str], new: Mapping[str, Json], path: Path) -> None:
        """Add the new entries after those that they follow."""
        column = next(iter(entries.values()))[0].start_mark.column
        is_spaced = self._is_spaced(entries.values())
        after = next(known[name] for name in reversed(list(new)) if name in known)
        for name, value in new.items():
            if name in known:
                after = known[name]
                continue
            key, last = entries[after]
            lines = self._rendered((*path, name), value, column)
            at = self._starts[self._last_line(key, last) + 1]
            self._edit(at, at, ("\n" if is_spaced else "") + lines)

    def _change(self, key: Any, node: Any, old: Json, new: Json, path: Path) -> None:
        is_block = isinstance(node, yaml.MappingNode) and not node.flow_style
        if is_block and isinstance(new, dict) and any(name in new or _respelled(name) in new for name in old):
            self.mapping(node, old, new, path)
            return
        column = key.start_mark.column
        rendered = self._rendered(path, new, column)
        start, end = self._at(key.start_mark), self._starts[self._last_line(key, node) + 1]
        is_short = rendered.count("\n") == 1 and node.start_mark.line == node.end_mark.line == key.start_mark.line
        if (
            is_short and node.start_mark.column > key.end_mark.column and not is_block
        ):  # what follows it on its line stays
            value = rendered.strip().partition(": ")[2]
            self._edit(self._at(node.start_mark), self._at(node.end_mark), value)
        else:
            self._edit(start, end, rendered.lstrip(" "))

    def _remove(self, key: Any, node: Any) -> None:
        """Remove an entry, and the comment right above it."""
        first, column = key.start_mark.line, key.start_mark.column
        while first and self._lines[first - 1].startswith(" " * column + "#"):
            first -= 1
        last = self._last_line(key, node)
        above = self._lines[first - 1] if first else ""
        is_first = len(above) - len(above.lstrip()) < column  # of its mapping, or after a blank line
        if is_first and last + 2 < len(self._lines) and not self._lines[last + 1].strip():
            last += 1
        self._edit(self._starts[first], self._starts[last + 1], "")

    def _edit(self, start: int, end: int, text: str) -> None:
        self._edits.append(_Edit(start, end, text))

    def _rendered(self, path: Path, value: Json, column: int) -> str:
        lines = self._render(path, value)
        return "".join(f"{' ' * column}{line}\n" if line else "\n" for line in lines)

    def _is_spaced(self, entries: Any) -> bool:
        """Whether there are blank lines between the entries."""
        return any(key.start_mark.line and not self._above(key).strip() for key, _ in list(entries)[1:])

    def _above(self, key: Any) -> str:
        """The line above an entry and its comments."""
        line: int = key.start_mark.line - 1
        while line and self._lines[line].lstrip().startswith("#"):
            line -= 1
        return self._lines[line]

    def _at(self, mark: Any) -> int:
        start: int = self._starts[mark.line] + mark.column
        return start

    def _last_line(self, key: Any, node: Any) -> int:
        """The number of the last line of an entry."""
        line: int = max(key.end_mark.line, *_ends(node, key.end_mark.line))
        while line > key.start_mark.line and not self._lines[line].strip():
            line -= 1
        return line


def _ends(node: Any, line: int) -> Iterator[int]:
    """The last lines of a value and of its parts. A block ends where the next thing begins: that tells nothing."""
    yield line
    if isinstance(node, yaml.ScalarNode):
        yield node.end_mark.line - (node.style in ("|", ">"))
    elif node.flow_style:
        yield node.end_mark.line
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _ends(value, key.end_mark.line)
    else:
        for each in node.value:
            yield from _ends(each, each.start_mark.line)


def _respelled(name: str) -> str:
    """The name of an optional field as a required one, or the other way round."""
    return name.removesuffix("?") if name.endswith("?") else f"{name}?"
