"""docs/unseen.md: `page.md`, filled with what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from evidence.unseen.caller import MODES
from evidence.unseen.checks.check import Api, Check


@dataclass(frozen=True, slots=True)
class Tried:
    """A checkpoint, and what was found."""

    api: Api
    number: int
    check: Check
    problems: dict[str, str]
    """What is other than the check says, by mode."""

    @property
    def word(self) -> str:
        """Whether it holds."""
        if any(self.problems.values()):
            return "no"
        return "no" if self.check.missing else "in part" if self.check.part else "held"

    def is_held(self, mode: str) -> bool:
        """Whether it holds in full in this mode."""
        return not (self.problems[mode] or self.check.missing or self.check.part)

    @property
    def reason(self) -> str:
        """What is missing, and whose fault that is."""
        found = next((f"{mode}: {problem}" for mode, problem in self.problems.items() if problem), "")
        return self.check.missing or self.check.part or found


def text(tried: Sequence[Tried]) -> str:
    """The whole page."""
    template = Path(__file__).with_name("page.md").read_text(encoding="utf-8")
    return Template(template).substitute(glance=_glance(tried), details=_details(tried))


def _glance(tried: Sequence[Tried]) -> str:
    lines = [_line("API", "checkpoints", *(f"held, {mode}" for mode in MODES), "in part", "no"), _line(*["---"] * 6)]
    for api in dict.fromkeys(each.api.name for each in tried):
        mine = [each for each in tried if each.api.name == api]
        held = [str(sum(each.is_held(mode) for each in mine)) for mode in MODES]
        words = [each.word for each in mine]
        lines.append(
            _line(mine[0].api.title, str(len(mine)), *held, str(words.count("in part")), str(words.count("no")))
        )
    return "\n".join(lines)


def _details(tried: Sequence[Tried]) -> str:
    lines = []
    for each in tried:
        if each.number == 1:
            lines += ["", f"### {each.api.title}", "", _line("", "what should happen", "held", "what is missing")]
            lines.append(_line(*["---"] * 4))
        lines.append(_line(str(each.number), each.check.promise, each.word, each.reason.replace("|", "\\|")))
    return "\n".join(lines[1:])


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
