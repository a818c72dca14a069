"""Webhooks: the promises for a job that one tells of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors.client import InvalidSignature
from ..fake.provider import FakeProvider
from .calls import Mode, Told, play
from .stories import Job, Steady


def webhook_ends_a_wait(new_fake: Callable[[], FakeProvider[Any, Any]], job: Job, mode: Mode) -> list[str]:
    """Tell a wait of its job by a webhook, after the first poll; returns what is wrong with it."""
    fake = new_fake()
    job.in_fake(fake).follows(job.plan(job.going, "succeeded", after=700.0))
    states: list[str] = []

    def run(client: Any, told: Told) -> Any:
        def on_update(update: Any) -> None:
            told.updates.append(update)
            if len(told.updates) == 1 and not update.state.is_final:
                fake.advance(3000.0)
                body, headers = fake.webhook(update.job_id)
                states.append(job.of(client).receive(body, headers).state.value)

        return job.of(client).run(**job.submit.usual, timeout=36_000.0, policy=Steady(600.0), on_update=on_update)

    told = play(fake, mode, run)
    fake.check()
    polls = len(job.in_fake(fake).poll.requests)
    found = [] if told.error is None else [f"it raised {told.error!r}"]
    found += [] if states == ["succeeded"] else [f"the handle is {states}"]
    found += [f"the job was polled {polls} times"] if polls != 1 else []
    return found


def forgeries_refused(new_fake: Callable[[], FakeProvider[Any, Any]], job: Job) -> list[str]:
    """Change a webhook in each way that matters; returns the changes that were accepted."""
    fake = new_fake()
    job.in_fake(fake).succeeds()
    made = job.in_fake(fake).exists("job-of-a-webhook")
    fake.advance(3000.0)
    body, headers = fake.webhook(made.id)
    with fake.client() as client:
        jobs = job.of(client)
        found = [] if jobs.receive(body, headers).id == made.id else ["the handle is of another job"]
        signed = next(iter(headers))
        forged = {
            "a changed body": (body + b" ", headers, None),
            "no signature": (body, {name: text for name, text in headers.items() if name != signed}, None),
            "another signature": (body, {**headers, signed: headers[signed][:-2] + "00"}, None),
            "another secret": (body, headers, "bm90LXRoZS1yaWdodC1vbmU="),
        }
        for name, (text, sent, secret) in forged.items():
            try:
                jobs.receive(text, sent, secret=secret)
            except InvalidSignature:
                continue
            found.append(name)
    return found
