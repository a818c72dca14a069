"""bad-poll-many: many jobs can be asked about as the lifecycle says.

Why: each job in the list is read as if a poll of its own had returned it, with the HTTP status 200.

    poll_many: {get: /jobs, ids: {body: ids}, max_ids: 100, job_id: id}       # refused: a GET has no body
    poll_many: {get: /jobs, ids: {query: ids}, max_ids: 100, job_id: id}      # fine
    poll: {get: "/jobs/{job_id}", accepts: [202]}                          # refused beside a `poll_many`
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic

_LISTED = 200


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        many = lifecycle.get("poll_many")
        if many is None:
            continue
        if "get" in many and "body" in many["ids"]:
            help_ = "put the ids into the query, or ask with POST"
            path = ("lifecycles", name, "poll_many", "ids", "body")
            yield spec.at_key(path, "bad-poll-many", "a GET has no body", help_)
        if "status" not in lifecycle or str(_LISTED) in lifecycle["poll"].get("states", {}):
            message = "a job among many has no HTTP status of its own"
            yield spec.at_key(("lifecycles", name, "poll_many"), "bad-poll-many", message)
        elif _LISTED not in lifecycle["poll"].get("accepts", [_LISTED]):
            message = f'"poll_many" needs polls that accept {_LISTED}'
            yield spec.at_key(("lifecycles", name, "poll", "accepts"), "bad-poll-many", message)
