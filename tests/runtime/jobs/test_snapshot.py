"""What a snapshot says of a poll."""

from __future__ import annotations

import json

import pytest
from bide_runtime.http.request import Response
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.snapshot import Snapshot

from tests.runtime.acme import BASICS, STATES, Report, Trouble


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("queued", (None, None)),
        ("running", (None, None)),
        ("done", (None, None)),
        ("half", ("E7", "torn")),
        ("broken", ("E7", "torn")),
        ("stopped", ("E7", "torn")),
        ("lost", ("E7", "torn")),
    ],
)
def test_what_a_good_job_tells_is_no_error(status: str, told: tuple[str | None, str | None]) -> None:
    """A message that every poll has is the message of an error only if the job has one."""
    report = Report(error=Trouble(code="E7", message="torn"))
    reply = Response(status=200, headers={}, body=json.dumps({"status": status}).encode())
    snapshot: Snapshot[Report] = Snapshot("j1", status, STATES[status], reply, Report, Lifecycle(**BASICS), report)

    assert told == (snapshot.error_code, snapshot.error_message)
