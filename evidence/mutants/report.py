"""The results as Markdown."""

from __future__ import annotations

from collections import defaultdict

from evidence.mutants.known import KnownSurvivors
from evidence.mutants.sites import Mutant
from evidence.mutants.targets import Target
from evidence.mutants.trial import SURVIVED, TIMED_OUT

HEAD = """\
# Mutants

How good are the tests? A mutant is the code with one change: a comparison, a boundary, a constant, a condition, an
`and`, a `min`, a return value, a removed statement. The tests run against each mutant, in a copy of the tree in which
they passed before. If one fails, or does not end, the mutant is killed. A survivor is a change that no test detects.
`evidence/mutants/equivalent.toml` gives the reason for each; a survivor without a reason fails the command.

`tests/runtime` runs against mutants of the runtime, and a package's own tests against those of the package. Of the
tests that reach the line, the 2,000 most likely to detect the change run, so another test might kill some survivors.
The HTTP engines are left out, because their tests need sockets and real time. So is code without behaviour: types,
imports, docstrings, assertions, and the inside of f-strings.
"""


def report(
    results: dict[str, str],
    sources: list[tuple[Target, list[Mutant]]],
    listed: KnownSurvivors,
    *,
    command: str,
    chosen: int,
    date: str,
) -> str:
    """The whole page."""
    number = sum(len(mutants) for _, mutants in sources)
    ended = "and came to its end" if len(results) >= chosen else "and was stopped before its end"
    made = f"Made by `{command}`, which tried {chosen} of {number} mutants {ended}; {date}."
    lines = [HEAD, made, "", *_table(results, sources, listed), ""]
    survived = {name for name, fate in results.items() if fate == SURVIVED}
    unknown = [one for _, mutants in sources for one in mutants if one.name in survived - listed.reasons.keys()]
    lines += ["## Survivors without a reason", "", *_list(unknown), ""]
    lines += ["## Survivors that change what nobody was promised", "", *_known(survived, listed.unpromised), ""]
    lines += ["## Survivors that change nothing", "", *_known(survived, listed.equivalent), ""]
    return "\n".join(lines)


def share(results: dict[str, str], listed: KnownSurvivors) -> float:
    """The percentage of killed mutants, of those that were tried and are not equivalent."""
    counted = [fate for name, fate in results.items() if name not in listed.equivalent]
    return 100 * sum(fate != SURVIVED for fate in counted) / len(counted) if counted else 100.0


def _table(results: dict[str, str], sources: list[tuple[Target, list[Mutant]]], listed: KnownSurvivors) -> list[str]:
    rows = ["| file | mutants | tried | killed | of these by time | equivalent | survived |", "|---|" + "--:|" * 6]
    total = [0] * 6
    for target, mutants in sources:
        fates = {mutant.name: results[mutant.name] for mutant in mutants if mutant.name in results}
        equivalent = sum(name in listed.equivalent for name, fate in fates.items() if fate == SURVIVED)
        survived = sum(fate == SURVIVED for fate in fates.values()) - equivalent
        killed = len(fates) - equivalent - survived
        late = sum(fate == TIMED_OUT for fate in fates.values())
        row = [len(mutants), len(fates), killed, late, equivalent, survived]
        total = [one + other for one, other in zip(total, row, strict=True)]
        rows.append(f"| `{target.name}` | {' | '.join(map(str, row))} |")
    rows.append(f"| **all** | {' | '.join(f'**{number}**' for number in total)} |")
    return [*rows, "", f"Killed, of those that are not equivalent: **{share(results, listed):.1f} in 100**."]


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


def _known(survived: set[str], reasons: dict[str, str]) -> list[str]:
    told = [f"- `{_short(name)}`: {reason}" for name, reason in reasons.items() if name in survived]
    return told or ["None."]


def _short(text: str) -> str:
    text = text.replace("`", "'")
    return text if len(text) <= 90 else text[:87] + "..."
