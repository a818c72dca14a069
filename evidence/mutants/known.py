"""Survivors that are accepted, with the reason: equivalent.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "equivalent.toml"


@dataclass(frozen=True)
class KnownSurvivors:
    """The reason for each known survivor, by its name."""

    equivalent: dict[str, str]
    """Those that change no observable behaviour."""
    unpromised: dict[str, str]
    """Those that change behaviour that is not promised. They count as not killed."""

    @property
    def reasons(self) -> dict[str, str]:
        return self.equivalent | self.unpromised


def known() -> KnownSurvivors:
    """The content of the file."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return KnownSurvivors(
        *({one["mutant"]: one["reason"] for one in content.get(kind, [])} for kind in ("equivalent", "unpromised"))
    )
