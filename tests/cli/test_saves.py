"""When a file counts as saved. Time and the disk are made up here; `test_watch` has real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from bide.cli.saves import PATIENCE, Stamps, saves

A, B = Path("a.yaml"), Path("b.yaml")


@dataclass
class Disk:
    """Two files, each with what its stamp is from some moment on, and a clock that moves by pauses alone."""

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
        """When which saves were told, in a minute."""
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


def test_the_first_time_is_at_once() -> None:
    """Before any save, all files are told, at once; then nothing is, for as long as nothing happens."""
    assert Disk().told() == [(0.0, [A, B])]


def test_a_save_is_told_soon() -> None:
    """A save is told within a blink, with the file that was saved."""
    [_, (moment, saved)] = Disk([(5.0, B, 1)]).told()

    assert saved == [B]
    assert 5.0 <= moment < 5.2


def test_a_file_that_is_written_in_pieces_is_told_once() -> None:
    """While a file changes from look to look it is not told of."""
    pieces = [(5.0 + number / 100, A, number) for number in range(1, 30)]
    [_, (moment, saved)] = Disk(list(pieces)).told()

    assert saved == [A]
    assert moment > 5.29


def test_a_file_that_goes_for_a_moment_is_waited_for() -> None:
    """An editor that puts a new file in the old one's place has saved it once, and nobody missed it."""
    disk = Disk([(5.0, A, None), (5.5, A, 1)])
    [_, (moment, saved)] = disk.told()

    assert saved == [A]
    assert moment > 5.5
    assert disk.missed == []


def test_a_file_that_stays_away_is_missed_once() -> None:
    """After a while somebody is told that the file is gone; when it is back, that is a save."""
    disk = Disk([(5.0, A, None), (30.0, A, 1)])
    [_, (moment, saved)] = disk.told()

    assert saved == [A]
    assert 30.0 <= moment < 30.3
    [(missed, gone)] = disk.missed
    assert gone == [A]
    assert missed > 5.0 + PATIENCE


def test_what_is_put_back_was_not_saved() -> None:
    """A file that is as it was before is no reason to begin again."""
    assert len(Disk([(5.0, A, None), (5.3, A, 0)]).told()) == 1


def test_saves_while_the_work_is_done_are_not_lost() -> None:
    """What is saved after it was told of, and before it is asked for the next, is told then."""
    disk = Disk()
    told = saves(disk.look, disk.pause, disk.miss)
    next(told)
    disk.history.append((0.0, A, 1))

    assert next(told) == [A]


def test_it_rests_between_looks() -> None:
    """In a quiet minute there are a few looks per second and no more."""
    disk = Disk()
    disk.told()

    assert disk.polls < 11 * 60
