"""docs/benchmarks.md: `page.md`, filled with the measurements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from evidence.benchmarks.line import Line

_TEMPLATE = Path(__file__).with_name("page.md")
_PICTURES = {
    "Generating a package": "![CPU per job by the number of jobs](images/generating.svg)",
    "Thousands of jobs at once": "![Polls made by the number of jobs](images/crowd.svg)",
    "When to poll": "![Polls and delay of each schedule](images/schedules.svg)",
}
"""What `plots.py` draws of a part, by its title."""

_HEAD = ("what", "ours", "beside", "theirs", "ratio", "aim", "reached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """All measurements of one subject."""

    name: str
    title: str
    about: str
    """A description of the measurement."""
    why: str
    """Why an aim was missed; empty if none was."""
    lines: Sequence[Line]
    date: str
    """When it was measured."""

    @property
    def missed(self) -> int:
        """The number of aims that were missed."""
        return sum(line.met is False for line in self.lines)

    @property
    def aims(self) -> int:
        """The number of aims."""
        return sum(line.met is not None for line in self.lines)

    @property
    def reached(self) -> str:
        """How many of its aims were reached."""
        return f"{self.aims - self.missed} of {self.aims}"

    def text(self) -> str:
        """The subject's part of the page."""
        return _illustrated(self.title, "\n\n".join(self._parts()))

    def _parts(self) -> Iterator[str]:
        yield f"## {self.title}"
        yield self.about.strip()
        yield f"    make bench ONLY={self.name}"
        yield f"Measured on {self.date}."
        yield "\n".join([_row(_HEAD), _row(["---"] * len(_HEAD)), *map(_line, self.lines)])
        if self.aims:
            yield f"{self.aims - self.missed} of {self.aims} aims were reached." + (
                f" Why not all:\n\n{self.why.strip()}" if self.missed else ""
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A subject that was measured elsewhere: its part of the page, as it was."""

    title: str
    part: str
    reached: str

    def text(self) -> str:
        """The subject's part of the page."""
        return self.part


def kept(before: str, title: str) -> Kept | None:
    """The part of an earlier page about a subject; `None` if it has none."""
    found = re.search(rf"^## {re.escape(title)}$.*?(?=^## |\Z)", before, re.MULTILINE | re.DOTALL)
    row = re.search(rf"^\| \[{re.escape(title)}\]\([^)]*\) \| (.*) \|$", before, re.MULTILINE)
    if found is None or row is None:
        return None
    return Kept(title=title, part=_illustrated(title, found[0].strip()), reached=row[1])


def _illustrated(title: str, part: str) -> str:
    """A part of the page, with its picture above its table."""
    picture = _PICTURES.get(title, "")
    if not picture or picture in part:
        return part
    return part.replace("\n\n| what |", f"\n\n{picture}\n\n| what |", 1)


def page(subjects: Sequence[Subject | Kept], facts: Mapping[str, str]) -> str:
    """The whole page."""
    text = "\n\n".join(subject.text() for subject in subjects)
    rows = [_row(["subject", "aims reached"]), _row(["---"] * 2), *map(_summary, subjects)]
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(facts, summary="\n".join(rows), subjects=text)


def _summary(subject: Subject | Kept) -> str:
    anchor = re.sub(r"[^\w -]", "", subject.title.lower()).replace(" ", "-")
    return _row([f"[{subject.title}](#{anchor})", subject.reached])


def _line(line: Line) -> str:
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    if line.low is not None and line.high is not None:
        ratio += f" [{line.low:.2f}, {line.high:.2f}]"
    met = {None: "", True: "yes", False: "**no**"}[line.met]
    return _row([line.measure, line.ours, line.against, line.theirs, ratio, line.reach, met])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
