"""docs/prism.md: `page.md`, filled with what was found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from evidence.prism.drift import Seen
from evidence.prism.judging import Judged, Reason, Silence
from evidence.prism.trial import Run, Trial

PAGE = Path(__file__).parents[2] / "docs" / "prism.md"

_FINAL = re.compile(r"^(?:succeeded|partial|failed|cancelled|expired)$|^Job(?:Failed|Cancelled|Expired|Partial)\b")


@dataclass(frozen=True, slots=True)
class Whole:
    """All that was found."""

    trials: list[Trial]
    own: list[Trial]
    """Our own specs, each against its export."""
    seen: list[Seen]
    unusable: dict[str, str]
    """Why Prism cannot serve a document, by its name."""
    documents: int
    date: str


def text(whole: Whole) -> str:
    """The whole page."""
    template = Path(__file__).with_name("page.md").read_text(encoding="utf-8")
    runs = [run for trial in whole.trials for run in trial.runs.values()]
    found = [judged for run in runs for judged in run.findings]
    reasons = Counter(each.reason for each in found)
    silences = Counter(why for run in runs for _, _, why in run.silent)
    own = [run for trial in whole.own for run in trial.runs.values()]
    exact = sum(each.is_exact for each in whole.seen)
    return Template(template).substitute(
        date=whole.date,
        documents=len(whole.trials),
        all=whole.documents,
        compared=sum(run.said.compared for run in runs),
        findings=len(found),
        explained=len(found) - reasons[Reason.NOT_EXPLAINED],
        rows="\n".join(map(_row, whole.trials)),
        reasons=_counts(reasons),
        silences=_counts(silences),
        details="\n".join(_details(whole.trials)),
        refusals="\n".join(_refusals(whole.trials)),
        own="\n".join(map(_own_row, whole.own)),
        own_compared=sum(run.said.compared for run in own),
        own_findings=sum(len(run.findings) for run in own) or "no",
        seen="\n".join(map(_seen_row, whole.seen)),
        exact=exact,
        edits=len(whole.seen),
        unusable="\n".join(f"- {name}: {_cell(why)}" for name, why in whole.unusable.items()) or "- none",
        unusable_count=len(whole.unusable),
    )


def _row(trial: Trial) -> str:
    examples, *made_up = trial.runs.values()
    cells = [trial.name, trial.version, len(trial.jobs), len(trial.operations)]
    for runs in ([examples], made_up):
        ended = sum(_ended(run, trial.jobs) for run in runs)
        cells += [
            sum(run.said.compared for run in runs),
            f"{ended} of {len(trial.jobs) * len(runs)}",
            sum(len(run.findings) for run in runs),
        ]
    return _line(*cells)


def _own_row(trial: Trial) -> str:
    (run,) = trial.runs.values()
    ended = f"{_ended(run, trial.jobs)} of {len(trial.jobs)}"
    return _line(trial.name, len(trial.jobs), len(trial.operations), run.said.compared, ended, len(run.findings))


def _ended(run: Run, jobs: Iterable[str]) -> int:
    """How many jobs came to an end, good or bad."""
    return sum(_FINAL.search(run.said.ends.get(name, "")) is not None for name in jobs)


def _details(trials: list[Trial]) -> Iterable[str]:
    for trial in trials:
        found = [each for run in trial.runs.values() for each in run.findings]
        said = {(_cell(_message(each)), each.reason, _cell(each.says)): None for each in found}
        for message, reason, says in said:
            yield _line(trial.name, message, reason, says)


def _message(judged: Judged) -> str:
    """A finding, without the words that Prism has made up."""
    text = judged.found.message
    if judged.reason in (Reason.NO_LIST, Reason.OPEN):
        text = re.sub(r'"[^"]*"', '"..."', text)
    return f"{text} [{judged.found.kind}]"


def _refusals(trials: list[Trial]) -> Iterable[str]:
    for trial in trials:
        said = [each.refusal or each.error for run in trial.runs.values() for each in run.requests]
        for why, times in Counter(_cell(each)[:160] for each in said if each).items():
            yield _line(trial.name, why, times)


def _seen_row(seen: Seen) -> str:
    found = "<br>".join(map(_cell, seen.findings)) or "all fits"
    return _line(seen.document, seen.edit.what, found, "yes" if seen.is_exact else "no")


def _counts(found: Mapping[Reason, int] | Mapping[Silence, int]) -> str:
    return "\n".join(
        _line(str(each), count) for each, count in sorted(found.items(), key=lambda pair: -pair[1])
    ) or _line("none", 0)


def _cell(text: str) -> str:
    """A text of somebody else in a cell of a table."""
    shown = re.sub(r"(allowed values: (?:[^,]*, ){4}).*", r"\1...", " ".join(text.split()))
    return re.sub(r"([\\|`*<>\[\]])", r"\\\1", shown)


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
