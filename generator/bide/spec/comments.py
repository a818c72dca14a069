"""The comments of a spec that are meant for Bide: `# bide: ...`."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from bide.spec.diagnostics import Place

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*bide:[ \t]*(?P<text>[A-Za-z].*)")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment for Bide."""

    place: Place
    text: str
    """What stands behind `# bide:`."""
    about: int
    """The line that it is about: its own, or the one below if it stands alone."""


@dataclass(slots=True)
class Comments:
    """Finds them. What looks like one but stands in a text is none, which is for the parser to say with `text`."""

    maybe: deque[Comment]
    found: list[Comment] = field(default_factory=list)

    def text(self, begin: tuple[int, int], end: tuple[int, int]) -> None:
        """There is a text between these places (line and column, from 1); the next text comes behind it."""
        while self.maybe and _spot(self.maybe[0]) < end:
            comment = self.maybe.popleft()
            if _spot(comment) < begin:
                self.found.append(comment)

    def all(self) -> tuple[Comment, ...]:
        """All of them, when there is no more text."""
        return (*self.found, *self.maybe)


def comments_in(file: str, text: str) -> Comments:
    """What looks like a comment for Bide."""
    maybe: deque[Comment] = deque()
    lines = text.split("\n") if "bide:" in text else []
    about = len(lines) + 1
    for number, line in reversed(list(enumerate(lines, 1))):
        stands_alone = line.lstrip(" \t").startswith("#")
        about = about if stands_alone else number
        match = _COMMENT.search(line.rstrip("\r")) if "#" in line else None
        if match is not None and not (stands_alone and line[: match.start()].strip()):
            place = Place(file, number, match.start() + 1)
            maybe.appendleft(Comment(place, match["text"].rstrip(), about))
    return Comments(maybe)


def _spot(comment: Comment) -> tuple[int, int]:
    return comment.place.line, comment.place.column
