"""Waiting for a job in a trigger. Imports nothing of Airflow."""

from __future__ import annotations

import asyncio
from math import inf
from typing import Any

from ...clients.jobs.async_job import AsyncJob
from ...clients.jobs.async_jobs import AsyncJobsOf
from ...steps.look import Look
from ...waiting.deadline import SAME_TIME
from ...waiting.policies.policy import Adaptive
from ..deadline import Until, timed_out


async def watch(
    jobs: AsyncJobsOf[Any, Any, AsyncJob[Any, Any]], token: str, *, deadline: float | None, timeout: float | None
) -> Look[Any, Any]:
    """The last look at a job.

    Args:
        jobs: The kind of job.
        token: From the handle.
        deadline: The end of the wait, in seconds since 1970.
        timeout: The whole wait in seconds, for the error.

    Raises:
        JobTimeout: The deadline passed.
        ApiError, DecodeError: An error that says nothing of how the job ended.
    """
    clock, end, memo = jobs._client._clock, inf if deadline is None else deadline, None
    never, policy = asyncio.Event(), Until(Adaptive(jobs._kind.polling), end, clock.wall)
    # A triggerer that died may have polled the job just now.
    await clock.sleep(jobs._kind.polling.min_interval, never)
    while True:
        look = await jobs.look(token, memo, policy=policy)
        if look.is_over:
            return look
        assert look.due_at is not None
        token, memo, now = look.token, look.memo, clock.wall()
        if now >= end - SAME_TIME or look.due_at > end + SAME_TIME:
            error = timed_out(look, timeout, "another attempt of the task waits for it again")
            error.about(jobs.resume(token).id, token)
            raise error
        await clock.sleep(max(look.due_at - now, 0.001), never)
