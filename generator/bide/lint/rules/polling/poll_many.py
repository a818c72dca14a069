"""bad-poll-many: `poll_many` is a request that can be sent, for jobs that have a status in their body.

Why: each job in the reply is read like the reply to a poll of its own with HTTP status 200.

    poll_many: {get: /jobs, ids: {body: ids}, max_ids: 100, job_id: id}       # refused: a GET has no body
    poll_many: {get: /jobs, ids: {query: ids}, max_ids: 100, job_id: id}      # fine
    poll: {get: "/jobs/{job_id}", accepts: [202]}                             # refused beside `poll_many`
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
            help_ = "send the ids in the query, or use post"
            path = ("lifecycles", name, "poll_many", "ids", "body")
            yield spec.at_key(path, "bad-poll-many", "a GET request has no body", help_)
        if "status" not in lifecycle or str(_LISTED) in lifecycle["poll"].get("states", {}):
            message = '"poll_many" needs a "status" in the body: jobs in a list have no HTTP status of their own'
            yield spec.at_key(("lifecycles", name, "poll_many"), "bad-poll-many", message)
        elif _LISTED not in lifecycle["poll"].get("accepts", [_LISTED]):
            message = f'"poll_many" needs {_LISTED} in "accepts"'
            yield spec.at_key(("lifecycles", name, "poll", "accepts"), "bad-poll-many", message)
