"""What HTTP statuses of a result and of a cancellation mean, by what a document says of them."""

from __future__ import annotations

import re

from bide.importer.documents.openapi import Operation, Reply
from bide.importer.documents.reading import Json

_OVER = re.compile(
    r"\b(?:already|finished|completed?|ended|terminal|final|no longer|not (?:running|cancell?able)|"
    r"(?:cannot|can't|can ?not) be (?:cancell?ed|stopped|aborted))\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:not (?:\w+ )?(?:ready|rendered|completed?|finished|done|available|processed)|"
    r"yet|still|in progress|processing)\b",
    re.IGNORECASE,
)
_GONE = re.compile(r"\b(?:expired?|gone|no longer|deleted|removed)\b", re.IGNORECASE)


def is_over(reply: Reply) -> bool:
    """Whether the reply to a cancellation says that the job is over already."""
    says_so = _OVER.search(reply.description) is not None
    return reply.status == 409 or (reply.status in (400, 403, 405, 410, 412, 422) and says_so)


def codes_of_result(operation: Operation) -> dict[str, Json]:
    """The HTTP statuses of a result that is not ready or gone, where they are not the usual ones."""
    early, gone = {409}, {404, 410}
    for reply in operation.replies:
        if reply.status is None or not 400 <= reply.status < 500 or reply.status in (401, 429):
            continue
        if _NOT_YET.search(reply.description) and not _GONE.search(reply.description):
            early.add(reply.status)
            gone.discard(reply.status)
        elif reply.status != 404 and _GONE.search(reply.description):
            gone.add(reply.status)
            early.discard(reply.status)
    made: dict[str, Json] = {}
    if early != {409} and early:
        made["not_ready"] = sorted(early)
    if gone != {404, 410} and gone:
        made["gone"] = sorted(gone)
    return made
