from asyncio import sleep
from time import time
from uuid import uuid4

import restate
from scrapio_client import AsyncScrapio, ScrapioError, SubmitUncertain

pages = AsyncScrapio(api_key="simulated", base_url="http://127.0.0.1:8700").fetch
SEND_AGAIN_FOR = (pages.facts.key_retention or 3600) if pages.facts.has_idempotency_keys else 0

service = restate.Service("Pages")


@service.handler()
async def fetch(ctx: restate.Context, url: str) -> str:
    """Submit and wait. In another attempt, what runs have returned is read, and the others run."""
    submission = await ctx.run_typed("prepare", prepare, url=url)
    attempt = str(uuid4())
    sent_by, sent_at = await ctx.run_typed("about to send", about_to_send, attempt=attempt)
    if sent_by == attempt:
        sent_at = None  # no earlier attempt can have sent it
    token = await ctx.run_typed("send", send, submission=submission, sent_at=sent_at)
    return await ctx.run_typed("wait", wait, token=token)


async def prepare(url: str) -> str:
    return pages.submission_to_json(pages.prepare(url=url))  # with its idempotency key


async def about_to_send(attempt: str) -> list[str | float]:
    return [attempt, time()]


async def send(submission: str, sent_at: float | None) -> str:
    if sent_at is not None and time() > sent_at + SEND_AGAIN_FOR:
        raise final(SubmitUncertain("a worker died during the submit, so the job may exist"))
    try:
        return (await pages.send(pages.submission_from_json(submission))).token
    except ScrapioError as error:
        raise final(error) from error


async def wait(token: str) -> str:
    """One run for the whole wait: Restate writes for each run."""
    await sleep(pages.facts.min_interval)  # the worker before may have polled just now
    try:
        return pages.result_to_json(await pages.resume(token).wait(timeout=None))
    except ScrapioError as error:
        raise final(error) from error


def final(error: ScrapioError) -> restate.TerminalError:
    """An error after which Restate does not try again."""
    return restate.TerminalError(pages.error_to_json(error))


app = restate.app([service])
