"""When a job is over, and how it has ended.

status-moved (breaking): the status is at another place in the reply to a poll.

Hits: older versions, saved tokens.

Why: if the provider has changed, older versions find no status there: their waits fail or run into their deadline.

Way out: publish soon. Tokens are fine with the new version.

    # old
    lifecycles: {page: {status: status}}

    # new
    lifecycles: {page: {status: phase}}

Says: lifecycle "page": the status is read from `phase`, and was read from `status`

ready-changed (breaking): another condition says that the result is there.

Hits: new version, older versions.

Why: waits end earlier or later, or never.

    # old
    lifecycles: {page: {}}

    # new
    lifecycles: {page: {ready: {is_ready: true}}}

Says: lifecycle "page": the condition `ready` has changed; waits end at another time

ends-changed (breaking): other conditions say how a job has ended.

Hits: new version, older versions.

Why: `run` returns where it raised, or raises where it returned.

    # old
    lifecycles: {page: {}}

    # new
    lifecycles: {page: {ends: [{if: {is_ready: false}, state: partial}]}}

Says: lifecycle "page": the conditions `ends` have changed; jobs end in another state
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference
from bide.differ.said import Said, owner
from bide.differ.version import Pair


def _status(found: Difference, pair: Pair) -> Iterator[Said]:
    old, new = (f"`{each}`" if each else "the HTTP status" for each in (found.old, found.new))
    yield Said("status-moved", f"{owner(found.path)}: the status is read from {new}, and was read from {old}")


def _ready(found: Difference, pair: Pair) -> Iterator[Said]:
    yield Said("ready-changed", f"{owner(found.path)}: the condition `ready` has changed; waits end at another time")


def _ends(found: Difference, pair: Pair) -> Iterator[Said]:
    message = "the conditions `ends` have changed; jobs end in another state"
    yield Said("ends-changed", f"{owner(found.path)}: {message}")


RULES = {
    ("lifecycles", "*", "status"): _status,
    ("lifecycles", "*", "ready", "..."): _ready,
    ("lifecycles", "*", "ends", "..."): _ends,
}
