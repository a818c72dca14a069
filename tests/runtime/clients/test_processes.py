"""Clients after a fork, and clients, handles and transports that are copied or pickled. Over real sockets."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import pickle
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import httpx2
import pytest
import urllib3
from bide_runtime.engines.aiohttp_transport import AiohttpTransport
from bide_runtime.engines.certificates import tls_context
from bide_runtime.engines.httpx_transport import AsyncHttpxTransport, HttpxTransport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.errors.client import ClientClosed, ConfigurationError
from bide_runtime.http.rate_limit import MaxRate, Rate, RateLimiter

from tests.runtime.acme import APART, KEY, PART, Acme, AsyncAcme
from tests.runtime.engines.server import CERTIFICATE, Peer, Received, Server, reply
from tests.runtime.world import MODES, World, served

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

BLOCKING: dict[str, Any] = {"urllib3": Urllib3Transport, "httpx": HttpxTransport}
AWAITED: dict[str, Any] = {"aiohttp": AiohttpTransport, "async-httpx": AsyncHttpxTransport}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(params=[False, True], ids=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A provider whose jobs are done, and have their own id as text; it takes a while to answer."""

    def answer(peer: Peer, received: Received) -> None:
        time.sleep(0.002)
        job = received.target.rsplit("/", 1)[1]
        peer.send(reply(json.dumps({"status": "done", "page": {"text": job}}).encode()))

    with Server(answer, tls=request.param) as running:
        yield running


def in_child(work: Callable[[], object]) -> int:
    """Run *work* in a child process; returns its id. It ends with 0 if the work raised nothing."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def ends_well(process: int) -> bool:
    """Whether a child process ends with 0, within 20 s."""
    for _ in range(2000):
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return status == 0
        time.sleep(0.01)
    os.kill(process, 9)
    os.waitpid(process, 0)
    return False


def asks(client: Acme, name: str, number: int = 20) -> None:
    """Ask for jobs of one name, and check that the replies are theirs."""
    for each in range(number):
        job = f"{name}{each}"
        assert job == client.jobs(PART).get(job).body.page.text


async def asks_at_once(client: AsyncAcme, name: str, number: int = 20) -> None:
    """The same, five at a time."""

    async def ask(job: str) -> None:
        snapshot = await client.jobs(PART).get(job)
        assert job == snapshot.body.page.text

    for first in range(0, number, 5):
        await asyncio.gather(*(ask(f"{name}{each}") for each in range(first, first + 5)))


@pytest.mark.parametrize("engine", BLOCKING)
def test_children_get_their_own_replies(server: Server, engine: str) -> None:
    """A blocking client that has made requests is used by the parent and three children, which share no connection."""
    transport = BLOCKING[engine]()
    client = Acme(KEY, base_url=server.url, transport=transport)
    view = client.with_options(timeout=7)
    asks(client, "before", 2)
    children = [in_child(lambda name=name: asks(view if name == "b" else client, name)) for name in "abc"]
    asks(client, "parent")
    good = [ends_well(child) for child in children]
    transport.close()

    assert [True, True, True] == good
    assert server.connections == 4


@pytest.mark.parametrize("engine", AWAITED)
def test_children_get_their_own_replies_asyncio(server: Server, engine: str) -> None:
    """The same for an asyncio client, whose children run an event loop of their own."""

    async def work(name: str) -> None:
        async with client:
            await asks_at_once(client, name)

    async def main() -> list[int]:
        await asks_at_once(client, "before", 5)
        children = [in_child(lambda name=name: _in_new_loop(work(name))) for name in "abc"]
        await asks_at_once(client, "parent")
        return children

    client = AsyncAcme(KEY, base_url=server.url, transport=AWAITED[engine]())
    with asyncio.Runner() as runner:
        children = runner.run(main())
        assert [True, True, True] == [ends_well(child) for child in children]
        runner.run(asks_at_once(client, "after"))
        runner.run(client._engine().close())

    assert server.connections == 20


def _in_new_loop(work: Any) -> None:
    """Run a coroutine in a child process of a process whose event loop runs."""
    asyncio._set_running_loop(None)
    asyncio.run(work)


@pytest.mark.parametrize("engine", BLOCKING)
def test_a_fork_while_threads_send(server: Server, engine: str) -> None:
    """Whatever locks and connections other threads hold at the fork, the child's requests do not wait for them."""
    transport = BLOCKING[engine]()
    client = Acme(KEY, base_url=server.url, transport=transport, max_rate=1e6)
    over = threading.Event()

    def keep_asking(name: str) -> None:
        while not over.is_set():
            asks(client, name, 1)

    threads = [threading.Thread(target=keep_asking, args=(name,)) for name in "xyz"]
    for thread in threads:
        thread.start()
    children = []
    for number in range(6):
        time.sleep(0.01)
        children.append(in_child(lambda number=number: (asks(client, f"c{number}-", 3), client.close())))
    good = [ends_well(child) for child in children]
    over.set()
    for thread in threads:
        thread.join()
    transport.close()

    assert [True] * 6 == good


def test_locks_that_are_held_at_the_fork(server: Server) -> None:
    """Each lock of a client, its limits and its engine is free in the child, although the parent holds it."""
    shared = MaxRate(1e6)
    client = Acme(KEY, base_url=server.url, transport=Urllib3Transport(), max_rate=shared)
    asks(client, "before", 1)
    engine: Any = client._engine()
    (mutex,) = [pool.pool.mutex for pool in engine._pools.values()]
    locks = [
        client._lock,
        client._session.min_interval._lock,
        client._session.limiter._own_lock,
        client._key_lock,
        shared.lock,
        engine._lock,
        mutex,
    ]
    taken = [lock for lock in locks if lock.acquire(blocking=False)]
    child = in_child(lambda: (asks(client, "child", 2), client.close()))
    for lock in taken:
        lock.release()

    assert len(locks) == len(taken)
    assert ends_well(child)


def test_a_child_has_a_tls_context_of_its_own() -> None:
    """OpenSSL has a lock in a context, which another thread may hold at the fork."""
    of_parent = tls_context("urllib3")

    def work() -> None:
        assert tls_context("urllib3") is not of_parent
        assert tls_context("urllib3") is tls_context("urllib3")

    assert tls_context("urllib3") is of_parent
    assert ends_well(in_child(work))


@pytest.mark.parametrize("engine", [*BLOCKING, *AWAITED])
def test_a_child_holds_no_connection_of_the_parent(server: Server, engine: str) -> None:
    """When the parent closes its connections, the server sees that, although a child still runs."""
    over, release = os.pipe()
    with asyncio.Runner() as runner:
        transport: Any = (BLOCKING | AWAITED)[engine]()
        if engine in BLOCKING:
            asks(Acme(KEY, base_url=server.url, transport=transport), "j", 2)
        else:
            runner.run(asks_at_once(AsyncAcme(KEY, base_url=server.url, transport=transport), "j", 2))
        child = in_child(lambda: select.select([over], [], [], 15))
        closed = transport.close()
        if engine in AWAITED:
            runner.run(closed)
        try:
            server.settle(0)
        finally:
            os.write(release, b".")

    assert ends_well(child)


def test_limits_of_the_parent_are_forgotten() -> None:
    """A child has a rate limit of its own, no 429 of the parent, and no minimum intervals."""
    limiter = RateLimiter({"a": Rate(1, 1000.0)}, total=MaxRate(0.001))
    assert 0.0 == limiter.claim("a", 0.0)
    limiter.close("b", 500.0)
    assert limiter.claim("a", 0.0, before=900.0) is None

    def work() -> None:
        limiter.forget()
        assert 0.0 == limiter.claim("a", 0.0)
        assert limiter.closed_until("b") < 0.0

    assert ends_well(in_child(work))
    assert limiter.claim("a", 0.0, before=900.0) is None


def test_minimum_intervals_of_the_parent_are_forgotten(server: Server) -> None:
    """A job that the parent has just polled may be polled by the child."""
    client = Acme(KEY, base_url=server.url)
    job = client.jobs(PART).attach("j1")
    asks(client, "j", 2)
    assert client._session.min_interval.free_at(job._record) > client._clock.now()

    def work() -> None:
        assert client._session.min_interval.free_at(job._record) < 0

    assert ends_well(in_child(work))


def test_a_result_that_is_being_fetched_at_the_fork() -> None:
    """The wait of a child does not wait for a fetch of the parent."""
    world = World("sync", served())
    record = world.job(APART)._record
    record.is_being_fetched = True

    def work() -> None:
        assert not record.is_being_fetched

    assert ends_well(in_child(work))
    assert record.is_being_fetched


@pytest.mark.parametrize("name", ["urllib3", "httpx"])
def test_an_engine_of_the_users_after_a_fork(name: str) -> None:
    """If it was used before the fork, one error says what to do; else it is used."""

    def refused() -> None:
        with pytest.raises(ConfigurationError, match=r"before the process forked.* in each process, make another"):
            asks(used, "a", 1)

    with Server(lambda peer, seen: peer.send(reply(b'{"status": "done", "page": {"text": "fresh0"}}'))) as server:
        pool, theirs = urllib3.PoolManager(), httpx2.Client(trust_env=False)
        made = [Urllib3Transport(pool) if name == "urllib3" else HttpxTransport(theirs) for _ in range(2)]
        fresh, used = (Acme(KEY, base_url=server.url, transport=transport) for transport in made)
        asks(used, "fresh", 1)
        assert ends_well(in_child(refused))
        assert ends_well(in_child(lambda: asks(fresh, "fresh", 1)))
        pool.clear()
        theirs.close()


def test_a_session_of_the_users_after_a_fork(server: Server) -> None:
    """The same for aiohttp, whose session belongs to an event loop of the parent."""

    async def main() -> int:
        async with aiohttp.ClientSession() as session:
            client = AsyncAcme(KEY, base_url="http://127.0.0.1:9", transport=AiohttpTransport(session), max_retries=0)
            with pytest.raises(Exception, match="could not connect"):
                await client.jobs(PART).get("a")

            async def refused() -> None:
                with pytest.raises(ConfigurationError, match="before the process forked"):
                    await client.jobs(PART).get("a")

            return in_child(lambda: _in_new_loop(refused()))

    assert ends_well(asyncio.run(main()))


@pytest.mark.parametrize("leave", [False, True], ids=["iterate", "close"])
def test_a_batch_that_runs_at_the_fork(leave: bool) -> None:
    """In the child a batch raises one error and can be left; `running` has the jobs. The parent's batch goes on."""

    def answer(peer: Peer, received: Received) -> None:
        is_done = released.is_set() or received.target.endswith("j0")
        body = {"status": "done" if is_done else "queued", "page": {"text": "t"}}
        peer.send(reply(json.dumps(body).encode()))

    def work() -> None:
        if leave:
            batch.close()
        else:
            with pytest.raises(ConfigurationError, match=r"before the process forked.*wait_many"):
                next(batch)
        assert 2 == len(batch.running)
        released.set()

    released = threading.Event()
    with Server(answer) as server:
        client = Acme(KEY, base_url=server.url)
        handles = [client.jobs(PART).attach(f"j{number}") for number in range(3)]
        batch = client.jobs(PART).wait_many(handles)
        assert "j0" == next(batch).job.id
        child = in_child(work)
        assert ends_well(child)
        released.set()
        assert ["j1", "j2"] == sorted(outcome.job.id for outcome in batch)


# Copies and pickles


def test_a_copy_of_a_client_shares_its_engine() -> None:
    """A copy and a deep copy are views: they send through the same connections, and closing them closes nothing."""
    world = World("sync", served())
    for other in (copy.copy(world.client), copy.deepcopy(world.client), copy.deepcopy({"a": [world.client]})["a"][0]):
        assert other is not world.client
        assert type(other) is type(world.client)
        assert other._engine() is world.client._engine()
        other.close()
        assert not world.client._closed


def test_a_part_of_a_copy_sends_through_the_copy() -> None:
    """The namespaces of a copy are its own."""

    class WithPart(Acme):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.part = self.jobs(PART)

    client = WithPart(KEY)
    other = copy.deepcopy(client)

    assert other.part._client is other
    assert client.part._client is client


@pytest.mark.parametrize("mode", MODES)
def test_copies_of_what_a_client_made(mode: Any) -> None:
    """Handles, namespaces, bound methods, transports and rates can be copied."""
    world = World(mode, served())
    job = world.job(PART)
    for thing in (job, world.jobs(PART), MaxRate(5), Urllib3Transport(), AiohttpTransport(), HttpxTransport()):
        assert copy.copy(thing) is thing
        assert copy.deepcopy([thing]) == [thing]
    assert copy.deepcopy(job.wait).__self__ is job


@pytest.mark.parametrize("mode", MODES)
def test_a_pickle_is_refused_in_one_sentence(mode: Any) -> None:
    """A client, a view, a namespace, a handle, and a bound method of each: the sentence says what to do instead."""
    client: Any = (Acme if mode == "sync" else AsyncAcme)(KEY)
    jobs = client.jobs(PART)
    job = jobs.attach("j1")
    things = [client, client.with_options(timeout=3), client.close, jobs, jobs.get, job, job.wait, [job]]
    for thing in things:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match=r"cannot be pickled, because .*process.*`job\.token`") as caught:
                pickle.dumps(thing, protocol)
            assert KEY not in str(caught.value)


def test_the_pickle_of_a_transport_or_a_rate_is_refused() -> None:
    """The sentence names the class."""
    for thing in (Urllib3Transport(), AiohttpTransport(), HttpxTransport(), AsyncHttpxTransport(), MaxRate(3)):
        with pytest.raises(TypeError, match=rf"{type(thing).__name__} objects cannot be pickled.*one in each process"):
            pickle.dumps(thing)


def test_a_token_is_what_crosses_processes() -> None:
    """A child of a spawned pool makes its own client, and resumes the job from the token."""
    text = pickle.loads(pickle.dumps(World("sync", served()).job(PART).token))

    assert "j1" == World("sync", served()).jobs(PART).resume(text).id


def test_a_closed_client_stays_closed_in_a_child() -> None:
    """A fork does not open it again."""
    client = Acme(KEY, base_url="http://127.0.0.1:9")
    client.close()

    def work() -> None:
        with pytest.raises(ClientClosed):
            asks(client, "a", 1)

    assert ends_well(in_child(work))
