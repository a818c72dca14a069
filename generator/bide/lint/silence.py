"""Silence warnings by comments in the spec: `# bide: allow CODE -- REASON`, on the line of the warning or above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bide.lint.codes import all_pages
from bide.spec.comments import Comment
from bide.spec.diagnostics import Diagnostic, Silenced
from bide.spec.document import PROBLEM_LIMIT
from bide.spec.hints import did_you_mean

_ALLOW = re.compile(r"allow +(?P<codes>[A-Za-z-]+(?: *, *[A-Za-z-]+)*)(?: *(?P<dashes>--) *(?P<reason>.*))?")
_FORM = "write it like # bide: allow CODE -- REASON"


@dataclass(frozen=True, slots=True)
class _Allow:
    """One code in a comment that silences warnings."""

    comment: Comment
    code: str
    reason: str


def heeded(
    comments: Iterable[Comment], found: Iterable[Diagnostic], *, is_all: bool = True
) -> tuple[list[Diagnostic], list[Silenced]]:
    """Apply the comments to *found*. Returns the remaining problems, with those of the comments, and the silenced ones.

    Comments that silence nothing are reported only if *found* is complete (*is_all*).
    """
    allows: list[_Allow] = []
    left: list[Diagnostic] = []
    for one in (one for comment in comments for one in _read(comment)):
        if isinstance(one, _Allow):
            allows.append(one)
        elif len(left) < PROBLEM_LIMIT:
            left.append(one)
    silenced: list[Silenced] = []
    used: set[_Allow] = set()
    by_place = {(allow.comment.about, allow.code): allow for allow in reversed(allows)}
    for diagnostic in found:
        allow = by_place.get((diagnostic.place.line, diagnostic.code))
        if allow is None:
            left.append(diagnostic)
        else:
            used.add(allow)
            silenced.append(Silenced(diagnostic, allow.reason))
    if is_all:
        lines = {one.code: one.place.line for one in reversed(left)}
        unused = (allow for allow in allows if allow not in used)
        left += [_unused(allow, lines.get(allow.code)) for allow in islice(unused, PROBLEM_LIMIT)]
    return sorted(left), silenced


def _read(comment: Comment) -> Iterator[_Allow | Diagnostic]:
    match = _ALLOW.fullmatch(comment.text)
    if match is None:
        yield Diagnostic(comment.place, "bad-allow", f'"{comment.text}" is not a comment that Bide understands', _FORM)
        return
    reason = (match["reason"] or "").strip()
    if not reason:
        yield Diagnostic(comment.place, "bad-allow", "this comment gives no reason", _FORM)
    for code in re.split(r" *, *", match["codes"]):
        page = all_pages().get(code)
        if page is None:
            help_ = did_you_mean(code, [one.code for one in all_pages().values() if one.severity == "warning"])
            yield Diagnostic(comment.place, "bad-allow", f'there is no warning "{code}"', help_)
        elif page.severity == "error":
            yield Diagnostic(comment.place, "bad-allow", f'"{code}" is an error, and errors cannot be silenced')
        elif reason:
            yield _Allow(comment, code, reason)


def _unused(allow: _Allow, elsewhere: int | None) -> Diagnostic:
    help_ = f"it is reported on line {elsewhere}" if elsewhere else "remove the comment"
    return Diagnostic(allow.comment.place, "unused-allow", f'"{allow.code}" is not reported on this line', help_)
