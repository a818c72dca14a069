"""The results as Markdown."""

from __future__ import annotations

from collections import defaultdict

from .sites import Mutant
from .targets import Target
from .trial import SURVIVED, TIMED_OUT

HEAD = """\
# Mutants

Do the tests bite? Each mutant is the code with one thing changed: a comparison, a boundary, a constant, a condition,
an `and`, a `min`, a return value, a statement taken away. The tests run against it, in a copy of the tree. If one
fails, or does not come to an end, the mutant is killed. A survivor is a change that no test sees.

Left out is what is no behaviour: types, imports, docstrings, assertions, and what is inside of f-strings.
"""


def report(
    results: dict[str, str],
    sources: list[tuple[Target, list[Mutant]]],
    reasons: dict[str, str],
    *,
    command: str,
    chosen: int,
    date: str,
) -> str:
    """The whole page."""
    number = sum(len(mutants) for _, mutants in sources)
    ended = "and came to its end" if len(results) >= chosen else "and was stopped before its end"
    made = f"Made by `{command}`, which chose {chosen} of {number} mutants {ended}; {date}."
    lines = [HEAD, made, "", *_table(results, sources, reasons), ""]
    survivors = [
        mutant
        for _, mutants in sources
        for mutant in mutants
        if results.get(mutant.name) == SURVIVED and mutant.name not in reasons
    ]
    lines += ["## Survivors", "", *_list(survivors), "", "## Equivalent", "", *_known(results, reasons), ""]
    return "\n".join(lines)


def share(results: dict[str, str], reasons: dict[str, str]) -> float:
    """How many of a hundred mutants that were tried, and that are not equivalent, are killed."""
    counted = [fate for name, fate in results.items() if name not in reasons]
    return 100 * sum(fate != SURVIVED for fate in counted) / len(counted) if counted else 100.0


def _table(results: dict[str, str], sources: list[tuple[Target, list[Mutant]]], reasons: dict[str, str]) -> list[str]:
    rows = ["| file | mutants | tried | killed | of these by time | equivalent | survived |", "|---|" + "--:|" * 6]
    total = [0] * 6
    for target, mutants in sources:
        fates = {mutant.name: results[mutant.name] for mutant in mutants if mutant.name in results}
        equivalent = sum(name in reasons for name, fate in fates.items() if fate == SURVIVED)
        survived = sum(fate == SURVIVED for fate in fates.values()) - equivalent
        killed = len(fates) - equivalent - survived
        late = sum(fate == TIMED_OUT for fate in fates.values())
        row = [len(mutants), len(fates), killed, late, equivalent, survived]
        total = [one + other for one, other in zip(total, row, strict=True)]
        rows.append(f"| `{target.name}` | {' | '.join(map(str, row))} |")
    rows.append(f"| **all** | {' | '.join(f'**{number}**' for number in total)} |")
    return [*rows, "", f"Killed, of those that are not equivalent: **{share(results, reasons):.1f} in 100**."]


def _list(survivors: list[Mutant]) -> list[str]:
    if not survivors:
        return ["None."]
    by_file: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in survivors:
        by_file[mutant.file].append(mutant)
    lines: list[str] = []
    for file, mutants in by_file.items():
        lines += [f"`{file}`", ""]
        for mutant in sorted(mutants, key=lambda one: one.line):
            again = f" (number {mutant.number})" if mutant.number > 1 else ""
            change = f"`{_short(mutant.before)}` to `{_short(mutant.after)}`"
            lines.append(f"- line {mutant.line}, `{mutant.where}`: {change}{again}")
        lines.append("")
    return lines[:-1]


def _known(results: dict[str, str], reasons: dict[str, str]) -> list[str]:
    listed = [f"- `{name}`: {reason}" for name, reason in reasons.items() if results.get(name) == SURVIVED]
    return listed or ["None was listed."]


def _short(text: str) -> str:
    text = text.replace("`", "'")
    return text if len(text) <= 90 else text[:87] + "..."
