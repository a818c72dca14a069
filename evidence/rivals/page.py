"""docs/rivals.md: `page.md`, filled with the outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from clients import CLIENTS, Client
from judgement import Judgement
from scripts import BOUND, PATIENCE, PAUSE, SCRIPTS

_TEMPLATE = Path(__file__).with_name("page.md")

Modes = Mapping[str, Judgement]
"""The judgement of the blocking client, and of the asyncio one if it was run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All data of the page."""

    results: Mapping[str, Mapping[str, Modes]]
    """By script and by client."""
    date: str
    versions: Mapping[str, str]
    lacks: tuple[str, ...]
    """The requirements that could not be installed."""

    def text(self) -> str:
        """The whole page."""
        lacks = f" Not to be had from the registry, and so left out: {', '.join(self.lacks)}." if self.lacks else ""
        return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
            date=self.date,
            clients="\n".join(f"- {_named(client)}: {client.about}" for client in CLIENTS),
            versions=", ".join(f"{name} {number}" for name, number in self.versions.items()),
            lacks=lacks,
            pause=f"{PAUSE:g}",
            patience=f"{PATIENCE:g}",
            bound=f"{BOUND:g}",
            glance=self.glance(),
            details=self.details(),
        )

    def glance(self) -> str:
        """A table of which client did its duty in which script."""
        lines = [_line("script", *map(_named, CLIENTS)), _line(*["---"] * (1 + len(CLIENTS)))]
        for script in SCRIPTS:
            found = self.results[script.name]
            lines.append(_line(script.name, *(_word(found.get(client.name, {})) for client in CLIENTS)))
        return "\n".join(lines)

    def details(self) -> str:
        """The outcome of each client, in a table for each script."""
        return "\n\n".join(self._details())

    def _details(self) -> Iterator[str]:
        for script in SCRIPTS:
            yield f"### {script.name}"
            yield f"{script.happens} A client should {script.duty}."
            yield f"    {script.scenario}"
            lines = [_line("client", "what happened", "ok"), _line("---", "---", "---")]
            for client in CLIENTS:
                for name, judgement in _rows(client, self.results[script.name].get(client.name, {})):
                    lines.append(_line(name, judgement.happened.replace("|", "\\|"), judgement.word))
            yield "\n".join(lines)


def _rows(client: Client, modes: Modes) -> Iterator[tuple[str, Judgement]]:
    """One row for the slower mode, or one for each mode if they differ."""
    kinds = {(each.word, each.seen.ended, each.seen.what, each.seen.jobs) for each in modes.values()}
    if len(kinds) == 1:
        yield _named(client), max(modes.values(), key=lambda each: each.seen.seconds)
        return
    for mode, judgement in modes.items():
        yield f"{_named(client)}, {mode}", judgement


def _word(modes: Modes) -> str:
    words = dict.fromkeys(each.word for each in modes.values())
    return " / ".join(words) or "-"


def _named(client: Client) -> str:
    return f"**{client.name}**" if client.is_ours else client.name


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
