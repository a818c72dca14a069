"""A key that is no longer valid: the promise for functions as keys, and for access tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..fake.provider import FakeProvider
from .calls import Mode, Told, play
from .stories import Job, Steady


def outlives_its_key(new_fake: Callable[[], FakeProvider[Any, Any]], job: Job, mode: Mode) -> list[str]:
    """Run a job whose key is refused after its first poll; returns what is wrong with the requests after that."""
    fake = new_fake()
    fake_jobs = job.in_fake(fake)
    fake_jobs.follows(job.plan(job.going, "succeeded", after=70.0))
    answers: list[str] = []

    def next_key() -> str:
        answers.append(f"key-of-a-test-{len(answers)}")
        return answers[-1]

    def run(client: Any, told: Told) -> Any:
        def on_update(update: Any) -> None:
            told.updates.append(update)
            if len(told.updates) == 1:
                fake.keys.refuse(*answers, *fake.keys.issued)

        return job.of(client).run(**job.submit.usual, timeout=36_000.0, policy=Steady(60.0), on_update=on_update)

    told = play(fake, mode, run, api_key=next_key)
    fake.check()
    refused = [sent for sent in told.requests if sent.reply is not None and sent.reply.status == 401]
    asked = len(answers) // max(len(fake.functions), 1) if fake.functions else len(fake.keys.issued)
    found = [] if told.error is None else [f"it raised {told.error!r}"]
    found += [f"the job was submitted {made} times"] if (made := len(fake_jobs.submit.requests)) != 1 else []
    needs_key = fake_jobs.kind.lifecycle.auth.get("poll") != ()
    found += [f"{len(refused)} requests were refused"] if len(refused) != needs_key else []
    found += [f"keys were asked for {asked} times"] if needs_key and asked != 1 + len(refused) else []
    return found
