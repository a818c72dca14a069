"""The differences between two trees of facts. Together they are all differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bide.differ.facts import Tree

Path: TypeAlias = tuple[str, ...]

_NAMES = frozenset(("name", "command", "tool"))
"""What follows from a name."""

_UNNAMED = _NAMES | {"description", "source"}
"""What two things may differ in and still be one thing with another name."""

_RENAMED = (
    ("models",),
    ("enums",),
    ("unions",),
    ("lifecycles",),
    ("jobs",),
    ("operations",),
    ("models", "*", "fields"),
    ("jobs", "*", "submit", "arguments"),
    ("operations", "*", "endpoint", "arguments"),
)
"""The mappings in which something removed and something new may be one thing with another name."""


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. The trees of a thing that was added or removed are one difference."""

    kind: Kind
    path: Path
    """By the new names of what was renamed."""
    old_path: Path
    old: Tree
    """`None` for what was added; of what was renamed, its old name."""
    new: Tree
    """`None` for what was removed; of what was renamed, its new name."""


def differences(old: Tree, new: Tree) -> list[Difference]:
    """All differences between two trees, in the order of the old one."""
    return list(_between((), (), old, new))


def _between(path: Path, old_path: Path, old: Tree, new: Tree) -> Iterator[Difference]:
    if isinstance(old, dict) and new == "":  # no parts are no mapping
        new = {}
    elif isinstance(new, dict) and old == "":
        old = {}
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if type(old) is not type(new) or old != new:
            yield Difference(_kind(old, new), path, old_path, old, new)
        return
    names = renames(path, old, new)
    found: list[Difference] = []
    key: str
    for key, value in old.items():
        now = names.get(key) or key
        below, old_below = (*path, now), (*old_path, key)
        if now not in new:
            found.append(Difference(Kind.REMOVED, below, old_below, value, None))
            continue
        inside = _between(below, old_below, value, new[now])
        if now == key:
            found += inside
        else:
            found.append(_renamed(below, old_below, value, new[now]))
            found += [one for one in inside if one.path not in [(*below, name) for name in _NAMES]]
    taken = set(names.values())
    found += [
        Difference(Kind.ADDED, (*path, key), (*old_path, key), None, value)
        for key, value in new.items()
        if key not in old and key not in taken
    ]
    yield from found
    before = [key for key in old if key in new]
    after = [key for key in new if key in old]
    if before != after and not found:
        yield Difference(Kind.REORDERED, path, old_path, ", ".join(before), ", ".join(after))


def _renamed(path: Path, old_path: Path, old: Tree, new: Tree) -> Difference:
    """That something has another name; or, if Python knows it by the same name, another key in JSON."""
    if "name" in old and old["name"] == new["name"]:
        return Difference(Kind.CHANGED, (*path, "wire"), old_path, old_path[-1], path[-1])
    return Difference(Kind.RENAMED, path, old_path, old_path[-1], path[-1])


def _kind(old: Tree, new: Tree) -> Kind:
    """A part that there may be or not, such as a cancellation, is added or removed."""
    if old is None and isinstance(new, dict):
        return Kind.ADDED
    return Kind.REMOVED if new is None and isinstance(old, dict) else Kind.CHANGED


def renames(path: Path, old: Mapping[str, Tree], new: Mapping[str, Tree]) -> dict[str, str]:
    """The new names of things that only their name tells apart."""
    gone = [key for key in old if key not in new]
    if not gone or not any(fits(pattern, path) for pattern in _RENAMED):
        return {}
    come = [key for key in new if key not in old]
    found: dict[str, str] = {}
    for key in gone:
        same = [each for each in come if _plain(new[each]) == _plain(old[key])]
        twins = [each for each in gone if _plain(old[each]) == _plain(old[key])]
        if len(same) == len(twins) == 1:
            found[key] = same[0]
    return found


def _plain(tree: Tree) -> Tree:
    return {key: each for key, each in tree.items() if key not in _UNNAMED} if isinstance(tree, dict) else tree


def fits(pattern: Path, path: Path) -> bool:
    """Whether *path* fits a pattern, in which `*` is any step and a last `...` any further ones."""
    if pattern and pattern[-1] == "...":
        pattern, path = pattern[:-1], path[: len(pattern) - 1]
    return len(pattern) == len(path) and all(want in ("*", step) for want, step in zip(pattern, path, strict=True))
