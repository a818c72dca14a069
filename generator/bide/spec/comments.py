"""Find the comments in a spec that are addressed to Bide: `# bide: ...`."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from bide.spec.diagnostics import Place

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*bide:[ \t]*(?P<text>[A-Za-z].*)")


@dataclass(frozen=True, slots=True)
class Comment:
    """A `# bide: ...` comment."""

    place: Place
    text: str
    """The text after `# bide:`."""
    about: int
    """The line that it applies to: its own, or the next line if it stands alone."""


@dataclass(slots=True)
class Comments:
    """Collects the comments. Those inside of YAML texts are dropped: the parser reports texts by `text`."""

    maybe: deque[Comment]
    found: list[Comment] = field(default_factory=list)

    def text(self, begin: tuple[int, int], end: tuple[int, int]) -> None:
        """Report a YAML text between two places (line and column, from 1). Texts are reported in order."""
        while self.maybe and _spot(self.maybe[0]) < end:
            comment = self.maybe.popleft()
            if _spot(comment) < begin:
                self.found.append(comment)

    def all(self) -> tuple[Comment, ...]:
        """All comments. Call it after the last text."""
        return (*self.found, *self.maybe)


def comments_in(file: str, text: str) -> Comments:
    """Everything that looks like a comment for Bide, to be sorted out by `Comments.text`."""
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
