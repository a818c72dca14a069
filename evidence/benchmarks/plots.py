"""`python -m evidence.benchmarks.plots`: pictures of the tables in `docs/benchmarks.md`, as SVG. Needs matplotlib."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # after the backend is chosen

_DOCS = Path(__file__).parents[2] / "docs"
_OURS = "Bide"
_COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#64748b", "#0f172a")

Row: TypeAlias = Sequence[str]
"""What, ours, beside, theirs: four cells of a table."""


def schedules(rows: Sequence[Row]) -> Any:
    """Polls and delay of each schedule, for the five ranges of job times; the optimum is the best trade of the two."""
    ranges = list(dict.fromkeys(what for what, *_ in rows if re.fullmatch(r"\d+-\d+ s, as said", what)))
    figure, every = plt.subplots(1, len(ranges), figsize=(2.6 * len(ranges), 3.2), squeeze=False)
    names = [_OURS, *dict.fromkeys(beside for what, _, beside, _ in rows if what in ranges)]
    for axes, wanted in zip(every[0], ranges, strict=True):
        mine = [row for row in rows if row[0] == wanted]
        points = {_OURS: mine[0][1], **{beside: theirs for _, _, beside, theirs in mine}}
        for name, cell in points.items():
            polls, delay = _numbers(cell)
            is_ours = name == _OURS
            axes.scatter(polls, delay, s=60 if is_ours else 28, marker="*" if is_ours else "o", label=name,
                         color=_COLOURS[names.index(name) % len(_COLOURS)], zorder=3)  # fmt: skip
        axes.set(title=wanted.removesuffix(", as said"), xlabel="polls", ylim=(0, None), xlim=(0, None))
        axes.grid(alpha=0.25)
    every[0][0].set_ylabel("delay in s")
    handles, labels = every[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False, fontsize=8)
    figure.tight_layout(rect=(0, 0.09, 1, 1))
    return figure


def crowd(rows: Sequence[Row]) -> Any:
    """How many of the polls that were due came, by the number of jobs in one process."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for what, ours, beside, theirs in rows:
        if size := re.match(r"([\d,]+) jobs: polls made", what):
            number = int(size[1].replace(",", ""))
            found[_OURS][number] = _numbers(ours)[0]
            found[beside][number] = _numbers(theirs)[0]
    figure, axes = plt.subplots(figsize=(6.5, 3.4))
    _lines(axes, found)
    axes.set(xlabel="jobs in one process", ylabel="polls made, % of those due", xscale="log", ylim=(0, 104))
    _sizes(axes, found)
    figure.tight_layout()
    return figure


def generating(rows: Sequence[Row]) -> Any:
    """The CPU time for each job of a package, by the number of its jobs."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for what, ours, beside, theirs in rows:
        if size := re.fullmatch(r"(\d+) jobs, CPU per job", what):
            found[_OURS][int(size[1])] = _numbers(ours)[0]
            found[beside][int(size[1])] = _numbers(theirs)[0]
    figure, axes = plt.subplots(figsize=(6.5, 3.4))
    _lines(axes, found)
    axes.set(xlabel="jobs of the package", ylabel="CPU per job in ms", xscale="log", yscale="log")
    _sizes(axes, found)
    figure.tight_layout()
    return figure


PLOTS: dict[str, tuple[str, Callable[[Sequence[Row]], Any]]] = {
    "schedules": ("When to poll", schedules),
    "crowd": ("Thousands of jobs at once", crowd),
    "generating": ("Generating a package", generating),
}
"""By file name: the title of the part of the page, and what draws it."""


def main() -> int:
    """Draw each picture whose table is on the page."""
    matplotlib.rcParams.update({"svg.hashsalt": "bide", "font.size": 9, "svg.fonttype": "none"})
    page = (_DOCS / "benchmarks.md").read_text(encoding="utf-8")
    for name, (title, draw) in PLOTS.items():
        if rows := _rows(page, title):
            path = _DOCS / "images" / f"{name}.svg"
            path.parent.mkdir(exist_ok=True)
            draw(rows).savefig(path, metadata={"Date": None}, facecolor="white")
            lines = path.read_text(encoding="utf-8").splitlines()
            path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8", newline="\n")
            print(f"written to docs/images/{path.name}")
    return 0


def _rows(page: str, title: str) -> list[Row]:
    """The table of a part of the page, without its head."""
    part = re.search(rf"^## {re.escape(title)}$.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    lines = [line for line in (part[0] if part else "").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")][:4] for line in lines[2:]]


def _numbers(cell: str) -> list[float]:
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)]


def _lines(axes: Any, found: dict[str, dict[int, float]]) -> None:
    for place, (name, points) in enumerate(found.items()):
        width = 2.4 if name == _OURS else 1.3
        axes.plot(*zip(*sorted(points.items()), strict=True), marker="o", lw=width, label=name, color=_COLOURS[place])
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8)


def _sizes(axes: Any, found: dict[str, dict[int, float]]) -> None:
    """Name the numbers of jobs that were measured on the axis."""
    sizes = sorted({size for points in found.values() for size in points})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()


if __name__ == "__main__":
    sys.exit(main())
