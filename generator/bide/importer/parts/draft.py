"""A spec as data, while it is drafted."""

from __future__ import annotations

from dataclasses import dataclass, field

from bide.importer.documents.reading import Json
from bide.importer.pairs import Pair

Path = tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """A spec as data, with comments."""

    data: dict[str, Json]
    comments: dict[Path, list[str]] = field(default_factory=dict)
    """Above the key at each path."""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """(what, why) of all that the spec does not have."""
    jobs: dict[str, Pair] = field(default_factory=dict)
    """The pair of each job, by its name."""
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    """(model, what, why) of all that a type does not have; the model is empty if it is in none."""
    proposed: list[Pair] = field(default_factory=list)
    """Pairs with too few points to be written."""

    def say(self, path: Path, text: str) -> None:
        """Add a comment above a key."""
        self.comments.setdefault(path, []).append(text)

    def ask(self, path: Path, text: str) -> None:
        """Add a comment on what has to be asked."""
        self.say(path, f"TODO bide: {text}")

    def forget(self, path: Path) -> None:
        """Remove the comments at a path and below it."""
        self.comments = {at: texts for at, texts in self.comments.items() if at[: len(path)] != path}


class CannotSay(Exception):
    """A part that a spec cannot say. Its message is the reason."""
