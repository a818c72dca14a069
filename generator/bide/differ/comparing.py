"""Compare two versions of a spec: find the differences, and say what each means."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from bide.differ import rules
from bide.differ.differences import Difference, Kind, Path, differences, fits, renames
from bide.differ.directions import is_told_elsewhere
from bide.differ.facts import facts
from bide.differ.finding import Finding
from bide.differ.pages import all_pages
from bide.differ.rules import other
from bide.differ.said import Judge, Said
from bide.differ.version import Pair, Version

_NAMED = ("enums", "models", "unions", "lifecycles")
"""The tables whose names other facts refer to."""


def compared(old: Version, new: Version) -> list[Finding]:
    """What changes for those who use the generated package, the worst first. Empty if the packages are equal."""
    pair = Pair(old, new)
    found = {
        (one.code, one.old, one.new, one.message): one
        for difference in _differences(pair)
        if not is_told_elsewhere(difference, pair)
        for one in _findings(difference, pair)
    }
    if not found and replace(old.provider, spec_file="") != replace(new.provider, spec_file=""):
        whole = Difference(Kind.CHANGED, (), (), None, None)
        found = {(one.code, one.old, one.new, one.message): one for one in _findings(whole, pair)}
    return sorted(found.values(), key=lambda one: one.rank)


def _differences(pair: Pair) -> Iterator[Difference]:
    """All differences. A thing that only refers to another by its new name is none."""
    before, after = pair.old.facts, pair.new.facts
    names: dict[str, str] = {}
    while more := {old: new for table in _NAMED for old, new in renames((table,), before[table], after[table]).items()}:
        for table in _NAMED:
            for old, new in more.items():
                if old in before[table]:
                    yield Difference(Kind.RENAMED, (table, new), (table, old), old, new)
        names |= more
        before = facts(pair.old.provider, names)
    was = {new: old for old, new in names.items()}
    for one in differences(before, after):
        is_named = len(one.old_path) > 1 and one.old_path[0] in _NAMED
        yield (
            replace(one, old_path=(one.old_path[0], was.get(one.old_path[1], one.old_path[1]), *one.old_path[2:]))
            if is_named
            else one
        )


def _findings(difference: Difference, pair: Pair) -> Iterator[Finding]:
    for said in _judged(difference, pair):
        page = all_pages()[said.code]
        places = pair.old.place(difference.old_path), pair.new.place(difference.path)
        yield Finding(said.code, page.severity, *places, said.message, page.hits, page.way_out)


def _judged(difference: Difference, pair: Pair) -> list[Said]:
    """What the rules with the most specific pattern say that say anything."""
    for pattern, judges in _rules():
        if fits(pattern, difference.path) and (said := [one for judge in judges for one in judge(difference, pair)]):
            return said
    return [other.said(difference)]


@cache
def _rules() -> tuple[tuple[Path, tuple[Judge, ...]], ...]:
    """The rules of each pattern, those for few differences first."""
    names = sorted(module.name for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."))
    found: dict[Path, tuple[Judge, ...]] = {}
    for name in names:
        for pattern, judge in importlib.import_module(name).RULES.items():
            found[pattern] = (*found.get(pattern, ()), judge)
    return tuple(sorted(found.items(), key=lambda rule: _breadth(rule[0])))


def _breadth(pattern: Path) -> tuple[bool, int, int]:
    return "..." in pattern, -len(pattern), pattern.count("*")
