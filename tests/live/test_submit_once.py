"""W11: for any reply, one submit never creates two jobs, and the error says whether a job may exist."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from types import ModuleType
from typing import Any

import pytest

from tests.live.brook_server import CUT, CUT_GZIP, DROP, HANG, HTML, RESET, BrookServer, refuses, says
from tests.live.driver import SLACK, Driver, ending
from tests.runtime.engines.server import Answer, Peer, Server, head, play, reply

UNCERTAIN: dict[str, Answer] = {
    "no reply": DROP,
    "reset": play(Peer.reset),
    "reset in the body": RESET,
    "body cut short": CUT,
    "gzip cut short": CUT_GZIP,
    "silence": HANG,
    "HTML": HTML,
    "nothing": play(reply(b"", status="201 Created")),
    "another shape": says(status=7),
    "no id": says(status="waiting"),
    "an empty id": says(id="", status="waiting"),
    "an id that leads elsewhere": says(id="..", status="waiting"),
    "no HTTP": play(b"220 smtp.example ESMTP\r\n", Peer.close),
    "head cut short": play(b"HTTP/1.1 201 Cre", Peer.close),
    "502": refuses(502),
    "504": refuses(504),
}
"""Replies to a submit after which a job may exist. The server created one before each of them."""

CERTAIN: dict[str, Answer] = {
    "302": play(head(status="302 Found", location="/jobs/j1", content_length="0")),
    "307": play(head(status="307 Temporary Redirect", location="/tasks", content_length="0")),
    **{str(status): refuses(status) for status in (400, 408, 409, 425, 500, 503)},
}
"""Replies that mean that no job exists, although this server has created one."""

KINDS = ["task", "errand"]
"""Without idempotency keys, by POST and by GET."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_submit_is_uncertain_and_not_sent_again(kind: str, driver: Driver, package: ModuleType) -> None:
    """Without a key, one request is sent, and `SubmitUncertain` says what may exist and what to do."""
    for what, answer in UNCERTAIN.items():
        with BrookServer(submits=[answer]) as server:
            client = driver.client(package, server.url, timeout=0.3, max_retries=5)
            ended = ending(driver, getattr(client, kind).submit, name="x")
            assert isinstance(ended.error, package.SubmitUncertain), (what, ended)
            assert (1, 1) == (len(server.jobs), len(server.submits)), what
            assert f"{kind} job may or may not have been created" in str(ended.error)
            assert "dashboard before you submit again" in str(ended.error)
            assert ended.error.idempotency_key is None
            assert ended.seconds < 0.3 + SLACK


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_error_is_not_followed_by_a_second_submit(kind: str, driver: Driver, package: ModuleType) -> None:
    """A server may fail after it created the job."""
    for what, answer in CERTAIN.items():
        with BrookServer(submits=[answer]) as server:
            client = driver.client(package, server.url, timeout=0.3, max_retries=5)
            ended = ending(driver, getattr(client, kind).submit, name="x")
            assert isinstance(ended.error, package.ApiError), (what, ended)
            assert (1, 1) == (len(server.jobs), len(server.submits)), what


@pytest.mark.parametrize("kind", KINDS)
def test_a_submit_over_a_connection_that_dies_is_sent_once(kind: str, driver: Driver, package: ModuleType) -> None:
    """No engine retries a request on a reused connection that the server closed."""
    with BrookServer(submits=[None, DROP]) as server:
        client = driver.client(package, server.url, max_retries=5)
        driver.call(getattr(client, kind).run, name="first")
        assert 1 == server.connections
        ended = ending(driver, getattr(client, kind).submit, name="second")
        assert isinstance(ended.error, package.SubmitUncertain)
        assert 1 == server.connections
        assert ["first", "second"] == [job.name for job in server.jobs.values()]


@pytest.mark.parametrize("kind", [*KINDS, "keyed"])
def test_a_connection_that_was_closed_while_idle_is_not_used(kind: str, driver: Driver, package: ModuleType) -> None:
    """A submit after the server closed an idle connection works, and creates one job."""
    with BrookServer() as server:
        client = driver.client(package, server.url)
        driver.call(getattr(client, kind).run, name="first")
        server.hang_up()
        server.settle(0)
        driver.idle(0.05)  # in which a loop sees that it was closed
        assert driver.call(getattr(client, kind).run, name="second").text == "second"
        assert ["first", "second"] == [job.name for job in server.jobs.values()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_submit_that_certainly_did_not_arrive_is_sent_again(kind: str, driver: Driver, package: ModuleType) -> None:
    """After a refused connection or a 429 there is no job, so a retry is safe."""
    with BrookServer(refusals=[refuses(429), refuses(429, retry_after="0.1")]) as server:
        server.refuse_for(0.2)
        client = driver.client(package, server.url, max_retries=9, speed=10)
        assert driver.call(getattr(client, kind).run, name="x", timeout=60).text == "x"
        assert (1, 3) == (len(server.jobs), len(server.submits))


def test_a_later_429_does_not_make_a_submit_certain(driver: Driver, package: ModuleType) -> None:
    """With a key, a 429 to the second attempt does not undo the first one, whose reply was lost."""
    with BrookServer(submits=[DROP, refuses(429), refuses(429), refuses(429)]) as server:
        client = driver.client(package, server.url, max_retries=1)
        ended = ending(driver, client.keyed.submit, name="x")
        assert isinstance(ended.error, package.SubmitUncertain), ended
        assert {ended.error.idempotency_key} == {_key(server, number) for number in range(len(server.submits))}


@pytest.mark.parametrize("what", [name for name in UNCERTAIN if name not in ("no HTTP", "head cut short", "reset")])
def test_every_attempt_has_the_same_key(what: str, driver: Driver, package: ModuleType) -> None:
    """A submit is sent again with the same idempotency key, and the server creates one job."""
    with BrookServer(submits=[UNCERTAIN[what]] * 2) as server:
        client = driver.client(package, server.url, timeout=0.5, speed=12)
        ended = ending(driver, client.keyed.submit, name="x")
        assert 1 == len(server.jobs)
        assert 1 == len({_key(server, number) for number in range(len(server.submits))})
        if ended.error is None:
            assert 3 == len(server.submits)
            assert "j1" == ended.result.id
            return
        # Some of these replies are not retried automatically; the error has the key for a retry by the caller.
        assert isinstance(ended.error, package.SubmitUncertain)
        assert _key(server, 0) == ended.error.idempotency_key
        assert repr(ended.error.idempotency_key) in str(ended.error)


def test_the_key_of_an_uncertain_submit_leads_to_the_same_job(driver: Driver, package: ModuleType) -> None:
    """The same submit with the key of `SubmitUncertain` finds the job, and creates no second one."""
    with BrookServer(submits=[DROP, DROP]) as server:
        client = driver.client(package, server.url, max_retries=1)
        ended = ending(driver, client.keyed.submit, name="x")
        assert isinstance(ended.error, package.SubmitUncertain)
        job = driver.call(client.keyed.submit, name="x", idempotency_key=ended.error.idempotency_key)
        assert (["j1"], "j1", 3) == (list(server.jobs), job.id, len(server.submits))
        assert driver.call(client.keyed.submit, name="x").id == "j2"


def test_a_run_whose_submit_outlasts_the_deadline_is_uncertain(driver: Driver, package: ModuleType) -> None:
    """W1, W11: the deadline of `run` ends a hanging submit, whose job may exist."""
    with BrookServer(submits=[HANG] * 3) as server:
        client = driver.client(package, server.url, timeout=30)
        for jobs, kind in enumerate(("task", "keyed"), start=1):
            ended = ending(driver, getattr(client, kind).run, name="x", timeout=0.4)
            assert isinstance(ended.error, package.SubmitUncertain), ended
            assert 0.35 < ended.seconds < 0.4 + SLACK
            assert jobs == len(server.jobs) == len(server.submits)


def test_a_batch_submits_each_job_once(driver: Driver, package: ModuleType) -> None:
    """In a batch, a lost submit is one uncertain outcome, and the other jobs continue."""
    answers = [*UNCERTAIN.values(), *CERTAIN.values()]
    with BrookServer(submits=answers) as server:
        client = driver.client(package, server.url, timeout=0.5)
        names = [f"n{number}" for number in range(len(answers) + 5)]
        outcomes = list(driver.each(client.task.run_many([{"name": name} for name in names], max_in_flight=4)))
        assert sorted(names) == sorted(job.name for job in server.jobs.values())
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        assert len(UNCERTAIN) == sum(isinstance(error, package.SubmitUncertain) for error in errors)
        assert len(answers) == len(errors)
        assert all(outcome.job is None for outcome in outcomes if outcome.error is not None)
        assert all(outcome.job is not None for outcome in outcomes if outcome.error is None)


def test_a_batch_sends_each_key_again(driver: Driver, package: ModuleType) -> None:
    """In a batch, each job has its own key, the same for each attempt."""
    with BrookServer(submits=[DROP, refuses(503), CUT, HANG, None, RESET]) as server:
        client = driver.client(package, server.url, timeout=0.3, speed=4)
        names = [f"n{number}" for number in range(8)]
        outcomes = list(driver.each(client.keyed.run_many([{"name": name} for name in names])))
        assert all(outcome.is_ok for outcome in outcomes), outcomes
        assert sorted(names) == sorted(job.name for job in server.jobs.values())
        keys: dict[str, set[str]] = {}
        for request in server.submits:
            keys.setdefault(request.body.decode(), set()).add(request.headers["idempotency-key"])
        assert 8 == len(keys) == len(set.union(*keys.values()))


def test_a_submit_that_was_sent_but_not_read_is_not_retried(driver: Driver, package: ModuleType) -> None:
    """The client cannot tell whether the server has read it."""
    with _Doorman() as server:
        client = driver.client(package, server.url, max_retries=5)
        for kind in KINDS:
            before = server.connections
            ended = ending(driver, getattr(client, kind).submit, name="x")
            assert isinstance(ended.error, package.SubmitUncertain), ended
            assert 1 == server.connections - before


def test_an_httpx_client_sends_a_submit_once_too(package: ModuleType) -> None:
    """The same for an engine that the user passes."""
    with BrookServer(submits=[None, DROP, None, DROP]) as server:
        with package.Brook("key", base_url=server.url, transport=package.HttpxTransport(), max_retries=5) as client:
            client.errand.run(name="first")
            with pytest.raises(package.SubmitUncertain):
                client.errand.run(name="second")
            client._transport.close()

        async def same() -> None:
            transport = package.AsyncHttpxTransport()
            async with package.AsyncBrook("key", base_url=server.url, transport=transport, max_retries=5) as other:
                await other.errand.run(name="third")
                with pytest.raises(package.SubmitUncertain):
                    await other.errand.run(name="fourth")
            await transport.close()

        asyncio.run(same())
        assert ["first", "second", "third", "fourth"] == [job.name for job in server.jobs.values()]
        assert 4 == len(server.submits)


class _Doorman(Server):
    """Closes each connection without reading."""

    def __init__(self) -> None:
        super().__init__(DROP)

    def _serve(self, sock: Any) -> None:
        with self._lock:
            self.connections += 1
        with contextlib.suppress(OSError):
            sock.recv(1, socket.MSG_PEEK)
        Peer(sock, self._stopping).reset()


def _key(server: BrookServer, number: int) -> str:
    return server.submits[number].headers["idempotency-key"]
