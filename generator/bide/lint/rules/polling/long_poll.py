"""bad-long-poll: `long_poll` sends whole seconds, in a parameter or header that nothing else uses.

Why: a server reads the time as a whole number of seconds.

    poll: {get: "/jobs/{job_id}", long_poll: {query: wait, max: 60s}}          # fine
    poll: {get: "/jobs/{job_id}", long_poll: {header: Prefer, max: 60s}}       # fine: sent as `Prefer: wait=60`
    poll: {get: "/jobs/{job_id}", long_poll: {query: wait, max: 1500ms}}       # refused: not whole seconds
    poll: {get: "/jobs/{job_id}", long_poll: {header: Accept, max: 60s}}       # refused: every request has this header
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir.notation import parse_duration
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic

_EVERY_REQUEST = frozenset(("accept", "user-agent", "content-type", "content-length", "host", "connection"))
"""Headers that every request already has, in lower case."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    taken = _taken(spec)
    for name, lifecycle in spec.table("lifecycles").items():
        long_poll = lifecycle["poll"].get("long_poll")
        if long_poll is None:
            continue
        path = ("lifecycles", name, "poll", "long_poll")
        most = parse_duration(long_poll["max"])
        if most < 1 or most != int(most):
            message = f'"{long_poll["max"]}" is not a whole number of seconds'
            yield spec.at_value((*path, "max"), "bad-long-poll", message, "write it like 60s")
        for place in ("query", "header"):
            text = long_poll.get(place)
            if text is not None and (place, text.lower() if place == "header" else text) in taken:
                message = f'every request already has a {_NOUNS[place]} "{text}"'
                yield spec.at_value((*path, place), "bad-long-poll", message)


_NOUNS = {"query": "query parameter", "header": "header"}


def _taken(spec: Spec) -> set[tuple[str, str]]:
    """The headers and query parameters of every request, as (place, name) pairs; headers in lower case."""
    found = {("header", name) for name in _EVERY_REQUEST}
    found |= {("header", name.lower()) for name in spec.document.data.get("headers", {})}
    for _, secret in spec.secrets():
        if "query" in secret:
            found.add(("query", secret["query"]))
        else:
            found.add(("header", secret.get("header", "Authorization").lower()))
    return found
