"""Find the job of a submit whose reply was lost, for generated tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...jobs.errors import SubmitUncertain
from ..fake.provider import FakeProvider
from ..faults import lost
from .calls import Mode, Told, play
from .stories import Job


def find_after_loss(new_fake: Callable[[], FakeProvider[Any, Any]], job: Job, mode: Mode, *, reaches: bool) -> Told:
    """Send a submit whose reply is lost, and find its job. *reaches*: whether the submit has made one."""
    fake = new_fake()
    job.in_fake(fake).follows(job.plan("succeeded"))
    job.in_fake(fake).submit.inject(lost(reaches=reaches))

    def blocking(jobs: Any) -> Any:
        submission = jobs.prepare(**job.submit.usual)
        with suppress(SubmitUncertain):
            jobs.send(submission)
        return jobs.find(submission)

    async def awaited(jobs: Any) -> Any:
        submission = jobs.prepare(**job.submit.usual)
        with suppress(SubmitUncertain):
            await jobs.send(submission)
        return await jobs.find(submission)

    run = blocking if mode == "sync" else awaited
    return play(fake, mode, lambda client, _: run(job.of(client)))
