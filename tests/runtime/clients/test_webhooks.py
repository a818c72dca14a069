"""Webhooks: what `receive` does with the job, and with waits of the same client for it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.clients.webhooks import Webhooks
from bide_runtime.errors.client import ConfigurationError, InvalidArgument, InvalidSignature
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.signature import Signature
from bide_runtime.jobs.errors import JobFailed
from bide_runtime.jobs.kind import WebhookAt
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.waiting.policies.policy import Fixed
from msgspec.structs import replace

from tests.runtime.acme import APART, KEY, PART, PROVIDER, Acme, AsyncAcme, Page
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent
from tests.runtime.world import DONE, PAGE, RUNNING, TICKET, World, error, served

SECRET = "the secret of the webhooks"
SIGNATURE = Signature(header="X-Sig", signed="{timestamp}.{body}", timestamp="X-Time", env="ACME_WEBHOOK_SECRET")
TOLD = replace(PROVIDER, webhooks=SIGNATURE)
AT = WebhookAt(job_id=("data", "id"), snapshot=("data",))
SOON = replace(PART, webhook=AT)
FAR = replace(APART, webhook=AT)

Make = Callable[..., World]


def told(status: str, job_id: str = "j1", **more: Any) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a genuine webhook."""
    body = json.dumps({"type": "job", "data": {"id": job_id, "status": status, **more}}).encode()
    return body, SIGNATURE.headers(body, SECRET, now=1_790_000_000.0, id="1")


FINISHED = told("done", page={"text": "hello"})


@pytest.fixture
def hooked(world: Make) -> Make:
    """A function that makes a client whose provider sends webhooks."""

    def make(server: Any, secret: Any = SECRET) -> World:
        w = world(server, provider=TOLD)
        w.client.webhooks = Webhooks(w.client, secret)
        return w

    return make


def receive(w: World, of: Any, body: bytes, headers: Any, secret: Any = None) -> Any:
    """What generated code does."""
    jobs = w.jobs(of)
    return jobs._handle(jobs._received(body, headers, secret))


def test_a_job_that_is_done_needs_no_poll(hooked: Make) -> None:
    """The handle has the snapshot, and the result is in it."""
    w = hooked(served())
    job = receive(w, SOON, *FINISHED)

    assert ("j1", "succeeded", "done") == (job.id, job.state.value, job.status)
    assert "hello" == w.do(job.result()).text
    assert "hello" == w.do(job.wait()).text
    assert not w.sent


def test_a_result_with_an_address_of_its_own_is_fetched(hooked: Make) -> None:
    """That, and nothing else."""
    w = hooked(served(result=[PAGE]))
    job = receive(w, FAR, *told("done", ready=True))

    assert "hello" == w.do(job.result()).text
    assert ["GET /v2/jobs/j1/result"] == w.lines


def test_a_failed_job_raises_its_error(hooked: Make) -> None:
    """With the provider's own code and message."""
    w = hooked(served())
    job = receive(w, SOON, *told("broken", error={"code": "E7", "message": "the disk is full"}))

    with pytest.raises(JobFailed, match="the disk is full"):
        w.do(job.result())
    assert not w.sent


def test_a_job_that_still_runs_is_polled_on(hooked: Make) -> None:
    """A webhook about progress settles nothing."""
    w = hooked(served(polls=[DONE]))
    job = receive(w, SOON, *told("running", done=1, total=2))

    assert "running" == job.state.value
    assert "hello" == w.do(job.wait()).text
    assert 1 == len(w.polls)


def test_a_wait_in_another_thread_ends_at_once() -> None:
    """In real time: the wait would sleep for an hour."""
    client = type("Acme", (Acme,), {"_provider": TOLD})(KEY, transport=_Engine())
    client.webhooks = Webhooks(client, SECRET)
    results: list[Page] = []
    jobs = client.jobs(SOON)
    thread = threading.Thread(target=lambda: results.append(jobs.attach("j1").wait(7200, policy=Fixed(3600))))
    thread.start()
    while not client._session.inbox.waiting("part", "j1"):
        time.sleep(0.001)
    time.sleep(0.05)
    body = FINISHED[0]
    jobs._received(body, SIGNATURE.headers(body, SECRET, now=time.time(), id="1"), None)
    thread.join(10)

    assert not thread.is_alive()
    assert ["hello"] == [page.text for page in results]


class _Engine:
    def send(self, request: Any, timeout: float) -> Any:
        return RUNNING.response()

    def close(self) -> None: ...


def test_waits_of_tasks_end_at_once() -> None:
    """All those for the job, and no other; the next poll is an hour away."""
    clock = LoopClock()
    transport = AsyncFakeTransport(lambda sent: RUNNING, clock)

    async def main() -> None:
        client = type("Acme", (AsyncAcme,), {"_provider": TOLD})(KEY, clock=clock, transport=transport)
        client.webhooks = Webhooks(client, SECRET)
        jobs = client.jobs(SOON)
        waits = [asyncio.create_task(jobs.attach(name).wait(7200, policy=Fixed(3600))) for name in ("j1", "j1", "j2")]
        await asyncio.sleep(5)
        jobs._received(*FINISHED, None)
        done, pending = await asyncio.wait(waits, timeout=1)
        assert 2 == len(done)
        assert {"hello"} == {task.result().text for task in done}
        pending.pop().cancel()
        await asyncio.wait(waits)

    clock.run(main())
    assert 3 == len(transport.requests)


def test_a_batch_is_told_at_once() -> None:
    """Its outcome comes at the time of the webhook."""
    clock = LoopClock()
    transport = AsyncFakeTransport(lambda sent: RUNNING, clock)
    times: list[float] = []

    async def main() -> None:
        client = type("Acme", (AsyncAcme,), {"_provider": TOLD})(KEY, clock=clock, transport=transport)
        client.webhooks = Webhooks(client, SECRET)
        jobs = client.jobs(SOON)

        async def tell() -> None:
            for number, seconds in (("j1", 5), ("j0", 7)):
                await asyncio.sleep(seconds)
                body, _ = told("done", number, page={"text": number})
                jobs._received(body, SIGNATURE.headers(body, SECRET, now=clock.wall(), id="1"), None)

        telling = asyncio.create_task(tell())
        handles = [jobs.attach(f"j{number}") for number in range(2)]
        async for outcome in jobs.wait_many(handles, timeout=7200, policy=Fixed(3600)):
            times.append(clock.now())
            assert outcome.result.text == outcome.input.id
        await telling

    clock.run(main())
    assert [5.0, 12.0] == times


def test_the_wait_goes_on_if_the_webhook_never_comes(hooked: Make) -> None:
    """It polls as its policy says."""
    w = hooked(served(submit=[TICKET], polls=[RUNNING, DONE]))

    assert "hello" == w.do(w.jobs(SOON).run(url="u", timeout=3600, policy=Fixed(600))).text
    assert 2 == len(w.polls)


def test_late_and_repeated_webhooks_change_nothing(hooked: Make) -> None:
    """A final state never changes."""
    states: list[str] = []

    def server(sent: Sent) -> Reply:
        return TICKET if sent.request.method == "POST" else RUNNING

    w = hooked(server)

    def on_update(update: Any) -> None:
        for webhook in (FINISHED, told("running"), told("broken"), FINISHED):
            states.append(receive(w, SOON, *webhook).state.value)

    assert "hello" == w.do(w.jobs(SOON).run(url="u", on_update=on_update)).text
    assert ["succeeded"] * 4 == states


def test_a_late_webhook_does_not_change_where_the_result_is(hooked: Make) -> None:
    """Although it has another value for the address: that of an earlier attempt, say."""
    at = ResultAt(path="/files/{text}")
    of = replace(FAR, lifecycle=replace(FAR.lifecycle, result=at, ready=(), values={"text": ("page", "text")}))
    w = hooked(lambda sent: TICKET if sent.request.method == "POST" else PAGE if "/files/" in sent.path else RUNNING)

    def on_update(update: Any) -> None:
        if not update.state.is_final:
            receive(w, of, *told("done", page={"text": "final"}))
            receive(w, of, *told("running", page={"text": "draft"}))

    assert "hello" == w.do(w.jobs(of).run(url="u", on_update=on_update)).text
    assert "GET /v2/files/final" == w.lines[-1]


def test_the_reply_of_a_poll_does_not_matter_once_a_webhook_told_of_the_end(hooked: Make) -> None:
    """A provider may forget a job when it has sent the webhook, and answer 404 to a poll that is under way."""

    def server(sent: Sent) -> Reply:
        if sent.request.method == "POST":
            return TICKET
        receive(w, SOON, *FINISHED)
        return error(404)

    w = hooked(server)

    assert "hello" == w.do(w.jobs(SOON).run(url="u")).text


def test_the_secret_may_come_from_anywhere(hooked: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument of the call, of the client, or the environment; several while it is replaced."""
    receive(hooked(served(), None), SOON, *FINISHED, secret=["old", SECRET])
    receive(hooked(served(), ["old", SECRET]), SOON, *FINISHED)
    monkeypatch.setenv("ACME_WEBHOOK_SECRET", SECRET)
    receive(hooked(served(), None), SOON, *FINISHED)
    monkeypatch.delenv("ACME_WEBHOOK_SECRET")
    for secret in (None, "", [], [""], [None]):
        with pytest.raises(ConfigurationError, match=r"webhook_secret=.*ACME_WEBHOOK_SECRET"):
            receive(hooked(served(), secret), SOON, *FINISHED)


def test_a_forged_webhook_ends_no_wait(hooked: Make) -> None:
    """Nothing is read before the signature was checked."""
    w = hooked(served())
    body, headers = FINISHED

    with pytest.raises(InvalidSignature):
        receive(w, SOON, body.replace(b"hello", b"hullo"), headers)
    with pytest.raises(InvalidArgument, match="body must be the bytes"):
        receive(w, SOON, body.decode(), headers)  # type: ignore[arg-type]  # the point
    assert 0 == w.client._session.inbox.arrivals


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], "$"),
        ({"data": {"status": "done"}}, "$.data.id"),
        ({"data": []}, "$.data.id"),
        ({"data": {"id": "", "status": "done"}}, "$.data.id"),
        ({"data": {"id": "..", "status": "done"}}, "$.data.id"),
        ({"data": {"id": "j1", "status": 7}}, "$.status"),
    ],
)
def test_a_signed_body_of_another_shape(hooked: Make, body: Any, path: str) -> None:
    """A `DecodeError` with the path."""
    text = json.dumps(body).encode()
    w = hooked(served())

    with pytest.raises(DecodeError) as caught:
        receive(w, SOON, text, SIGNATURE.headers(text, SECRET, now=1_790_000_000.0, id="1"))
    assert path == caught.value.path


def test_views_check_webhooks_too(hooked: Make) -> None:
    """With the secret of their client, which no `repr` has."""
    w = hooked(served())
    w.client.with_options(timeout=1.0).webhooks.verify(*FINISHED)

    assert SECRET not in f"{w.client!r} {w.client.webhooks!r}"
