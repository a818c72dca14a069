"""conflicting-keys, unknown-event, no-argument: an operation answers in one way.

{stream: ..., returns: Page}              # refused: a stream is all of the reply
stream: {events: {done: Done}, last: end} # refused: there is no event "end"
body: Empty                               # refused for GET: a request without a body
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.diagnostics import Diagnostic
from bide.hints import did_you_mean
from bide.lint.spec import Spec


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, operation in spec.table("operations").items():
        stream = operation.get("stream")
        if stream is None:
            continue
        path = ("operations", name, "stream")
        if "returns" in operation:
            yield spec.at_key(("operations", name, "returns"), "conflicting-keys", 'a stream has no "returns"')
        last = stream["last"]
        for index, event in enumerate([last] if isinstance(last, str) else last):
            if event not in stream["events"]:
                at = (*path, "last") if isinstance(last, str) else (*path, "last", index)
                yield spec.at_value(
                    at, "unknown-event", f'there is no event "{event}"', did_you_mean(event, stream["events"])
                )
