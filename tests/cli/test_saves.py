"""Detecting saves, with a fake clock and disk; `test_watch` has real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from bide.cli.watching.saves import PATIENCE, Stamps, saves

A, B = Path("a.yaml"), Path("b.yaml")


@dataclass
class Disk:
    """Two files, each with its stamps by time, and a clock that only pauses advance."""

    history: list[tuple[float, Path, int | None]] = field(default_factory=list)
    now: float = 0.0
    polls: int = 0
    missed: list[tuple[float, list[Path]]] = field(default_factory=list)

    def look(self) -> Stamps:
        self.polls += 1
        stamps: dict[Path, tuple[int, ...] | None] = {A: (0,), B: (0,)}
        for since, path, stamp in self.history:
            if since <= self.now:
                stamps[path] = None if stamp is None else (stamp,)
        return stamps

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now > 60:
            raise StopWatching

    def miss(self, gone: list[Path]) -> None:
        self.missed.append((self.now, gone))

    def told(self) -> list[tuple[float, list[Path]]]:
        """The times of the reported saves in 1 minute."""
        found: Iterator[list[Path]] = saves(self.look, self.pause, self.miss)
        told = []
        try:
            for saved in islice(found, 100):
                told.append((self.now, saved))
        except StopWatching:
            pass
        return told


class StopWatching(Exception):
    """The minute is over."""


def test_all_files_are_reported_at_the_start() -> None:
    """At once; nothing is reported after that without a save."""
    assert Disk().told() == [(0.0, [A, B])]


def test_a_save_is_reported_soon() -> None:
    """With the file that was saved."""
    [_, (moment, saved)] = Disk([(5.0, B, 1)]).told()

    assert saved == [B]
    assert 5.0 <= moment < 5.2


def test_a_file_that_is_written_in_pieces_is_reported_once() -> None:
    """A file that still changes between polls is not reported."""
    pieces = [(5.0 + number / 100, A, number) for number in range(1, 30)]
    [_, (moment, saved)] = Disk(list(pieces)).told()

    assert saved == [A]
    assert moment > 5.29


def test_a_replaced_file_is_reported_once() -> None:
    """An editor may remove a file for a moment; it is not reported as missing."""
    disk = Disk([(5.0, A, None), (5.5, A, 1)])
    [_, (moment, saved)] = disk.told()

    assert saved == [A]
    assert moment > 5.5
    assert disk.missed == []


def test_a_removed_file_is_reported_once() -> None:
    """After a while; when it is back, that is a save."""
    disk = Disk([(5.0, A, None), (30.0, A, 1)])
    [_, (moment, saved)] = disk.told()

    assert saved == [A]
    assert 30.0 <= moment < 30.3
    [(missed, gone)] = disk.missed
    assert gone == [A]
    assert missed > 5.0 + PATIENCE


def test_a_restored_file_is_not_reported() -> None:
    """A file with its old stamp is unchanged."""
    assert len(Disk([(5.0, A, None), (5.3, A, 0)]).told()) == 1


def test_a_save_during_the_work_is_reported_after_it() -> None:
    """A save between two reports is in the second one."""
    disk = Disk()
    told = saves(disk.look, disk.pause, disk.miss)
    next(told)
    disk.history.append((0.0, A, 1))

    assert next(told) == [A]


def test_it_sleeps_between_polls() -> None:
    """Without saves there are only a few polls per second."""
    disk = Disk()
    disk.told()

    assert disk.polls < 11 * 60
