"""The page of the benchmarks keeps what another machine has measured."""

from __future__ import annotations

from evidence.benchmarks.line import Line
from evidence.benchmarks.page import Subject, kept, page

FACTS = {"date": "2026-11-29", "cores": "2", "python": "3.11", "versions": "none", "lacks": ""}


def subject(name: str, title: str) -> Subject:
    line = Line(measure="time", ours="1 ms", against="other", theirs="2 ms", ratio=0.5, reach="≤ 1", met=True)
    return Subject(name=name, title=title, about=f"About {name}.", why="", lines=[line], date="2026-11-01")


def test_a_subject_that_is_not_measured_stays_as_it_is() -> None:
    """Its part and its row are those of the page before, with their date."""
    one, two = subject("one", "The first"), subject("two", "The second (of 2)")
    before = page([one, two], FACTS)

    again = page([each for title in (one.title, two.title) if (each := kept(before, title))], FACTS)

    assert before == again
    assert 2 == before.count("Measured on 2026-11-01.")


def test_a_page_without_the_subject_has_nothing_to_keep() -> None:
    """Then there is none."""
    assert kept(page([subject("one", "The first")], FACTS), "The second") is None
    assert kept("", "The first") is None
