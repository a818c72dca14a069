"""Mutation testing itself: names of mutants are independent of lines, and a swapped mutant takes effect."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from evidence.mutants.sites import mutants
from evidence.mutants.swap import swap

SOURCE = '''\
"""A module."""

from contextlib import contextmanager


def clip(value, most=10):
    return min(value, most)


class Counter:
    start = 1

    @property
    def next(self):
        return self.start + 1

    @classmethod
    def ready(cls):
        def inner():
            return cls.start > 0

        return inner()


@contextmanager
def opened(log):
    log.append("open")
    yield
'''


def names(source: str) -> list[str]:
    return [mutant.name for mutant in mutants("a.py", source)]


def test_a_mutant_keeps_its_name_when_lines_move() -> None:
    """The reason for a known survivor still applies."""
    moved = "# one\n# two\n" + SOURCE.replace("    return min(", "    # three\n\n    return min(")

    assert names(SOURCE) == names(moved)
    assert len(names(SOURCE)) == len(set(names(SOURCE)))


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The source as a module that is loaded."""
    path = tmp_path / "mutable.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("mutable", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "mutable", made)
    spec.loader.exec_module(made)
    return made


def put(module: ModuleType, name: str) -> bool:
    """Put the mutant of this name into the module."""
    assert module.__file__ is not None
    [mutant] = [one for one in mutants("a.py", SOURCE) if one.name == f"a.py {name}"]
    return swap(Path(module.__file__), mutant.where, mutant.text)


def test_a_mutant_is_seen_by_those_who_hold_the_function(module: ModuleType) -> None:
    """Also by those who imported it before."""
    clip = module.clip

    assert put(module, "clip: min(value, most) -> max(value, most)")
    assert 20 == clip(20)


def test_methods_of_every_sort_can_be_changed(module: ModuleType) -> None:
    """Properties, class methods, functions inside of them, context managers."""
    assert put(module, "Counter.next: self.start + 1 -> (self.start - 1)")
    assert put(module, "Counter.ready.inner: cls.start > 0 -> cls.start <= 0")
    assert put(module, 'opened: log.append("open") -> pass')
    log: list[str] = []
    with module.opened(log):
        pass

    assert (0, False, []) == (module.Counter().next, module.Counter.ready(), log)


@pytest.mark.parametrize("name", ["clip: 10 -> 11", "Counter: 1 -> 2"])
def test_a_change_outside_of_functions_needs_a_new_import(name: str, module: ModuleType) -> None:
    """`swap` returns false, and the module is unchanged."""
    assert not put(module, name)
    assert (10, 1) == (module.clip(20), module.Counter.start)
