"""Which operations of a document are jobs, as a person has read it: the rows of `evidence.jobs`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from evidence.jobs.rows import rows

_NAMED = re.compile(r"\{[^{}]*\}|<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an import found of the jobs of one document."""

    true: int
    right: int
    wrong_poll: int
    false: int

    @property
    def missed(self) -> int:
        return self.true - self.right - self.wrong_poll


@cache
def documents() -> Mapping[str, Mapping[str, str]]:
    """The submits of each document, each with its poll, as `POST /jobs`."""
    found: dict[str, dict[str, str]] = {}
    for row in rows():
        for submit in row.submits:
            found.setdefault(row.document, {})[submit] = row.poll
    return found


def judged(document: str, pairs: list[tuple[str, str]]) -> Verdict:
    """The verdict on (submit, poll) pairs; the poll is empty if the address comes in a header."""
    true = dict(documents().get(document, {}))
    left, right, wrong, false = dict(true), 0, 0, 0
    for submit, poll in pairs:
        match = next((each for each in _alike(submit, left)), None)
        if match is None:
            false += next(_alike(submit, true), None) is None
            continue
        wanted = left.pop(match)
        is_right = not poll or " " not in wanted or wanted.startswith("~") or _same(wanted, poll)
        right, wrong = right + is_right, wrong + (not is_right)
    return Verdict(true=len(true), right=right, wrong_poll=wrong, false=false)


def _alike(submit: str, among: Mapping[str, str]) -> Iterator[str]:
    """The submits that are the same, those with the whole path first."""
    yield from (each for each in among if _parts(each) == _parts(submit))
    yield from (each for each in among if _same(each, submit))


def _same(one: str, two: str) -> bool:
    """Whether two addresses are the same, but for a beginning that is in the base URL of one of them."""
    (method, path), (other_method, other) = _parts(one), _parts(two)
    return method == other_method and (path.endswith(other) or other.endswith(path))


def _parts(address: str) -> tuple[str, str]:
    method, _, path = address.partition(" ")
    return method, _NAMED.sub("{}", path.partition("?")[0].partition("#")[0]).rstrip("/") or "/"
