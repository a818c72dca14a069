"""Clients: arguments, keys, closing, threads and observers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads
from bide_runtime.clients import async_client, client
from bide_runtime.clients.clock import SystemClock
from bide_runtime.clients.observer import Exchange
from bide_runtime.errors.client import ClientClosed, ConfigurationError, InvalidArgument
from bide_runtime.jobs.snapshot import Update
from bide_runtime.waiting.flow import Send
from bide_runtime.waiting.policies.policy import Fixed
from msgspec.structs import replace

from tests.runtime.acme import KEY, PART, PROVIDER, Acme, AsyncAcme, Page
from tests.runtime.fakes import (
    AsyncFakeClock,
    AsyncFakeTransport,
    FakeClock,
    FakeTransport,
    Reply,
    TimedTransport,
    cut_off,
    finish,
    script,
)
from tests.runtime.world import DONE, MODES, PAGE, RUNNING, TICKET, Mode, World, error, served

Make = Callable[..., World]
CLIENTS: list[Any] = [Acme, AsyncAcme]
LOOK: Call[Page] = Call(method="GET", path="/look", read=reads(Page), idempotent=True)


@pytest.mark.parametrize("cls", CLIENTS)
def test_the_key_comes_from_the_environment(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `api_key`, the provider's variable is read when the client is made."""
    monkeypatch.setenv("ACME_API_KEY", "from-env")
    transport = FakeTransport(script(PAGE), FakeClock())
    made = cls(transport=transport if cls is Acme else AsyncFakeTransport(script(PAGE), AsyncFakeClock()), clock=None)
    sent = made._transport.requests
    result = made._send(lambda: LOOK, None)
    if cls is AsyncAcme:
        finish(result)

    assert "from-env" == sent[0].request.headers["x-key"]


def test_the_argument_takes_precedence_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`api_key` takes precedence over the variable."""
    monkeypatch.setenv("ACME_API_KEY", "from-env")
    world = World("sync", script(PAGE))

    world.client._send(lambda: LOOK, None)

    assert KEY == world.sent[0].request.headers["x-key"]


@pytest.mark.parametrize("cls", CLIENTS)
@pytest.mark.parametrize("value", [None, ""])
def test_no_key_is_an_error_that_names_the_variable(
    cls: Any, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the environment variable."""
    if value is None:
        monkeypatch.delenv("ACME_API_KEY", raising=False)
    else:
        monkeypatch.setenv("ACME_API_KEY", value)

    with pytest.raises(ConfigurationError, match=r"Acme needs an API key.*ACME_API_KEY"):
        cls()


def test_a_provider_without_keys_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some APIs need no key."""
    monkeypatch.delenv("ACME_API_KEY", raising=False)

    class Open(Acme):
        _provider = replace(PROVIDER, auth=())

    transport = FakeTransport(script(PAGE), FakeClock())
    Open(transport=transport)._send(lambda: LOOK, None)

    assert not {"x-key", "authorization"} & transport.requests[0].request.headers.keys()


@pytest.mark.parametrize("key", ["sk\n", " sk", "sk\r\nX-Other: 1", "sch\u00fcssel", "", "\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    """A key with a line break is refused when the client is made."""
    with pytest.raises(ConfigurationError) as caught:
        Acme(key)

    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": None},
        {"timeout": float("inf")},
        {"timeout": float("nan")},
        {"timeout": "30"},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": "3"},
        {"max_retries": None},
        {"max_retries": True},
        {"max_rate": 0},
        {"max_rate": -1.0},
        {"max_rate": float("inf")},
        {"max_rate": float("nan")},
        {"max_rate": "1"},
        {"max_rate": True},
        {"base_url": "api.acme.example"},
        {"base_url": "ftp://api.acme.example"},
        {"base_url": "https://"},
        {"base_url": "https://h:port"},
        {"base_url": "https://h:99999"},
        {"base_url": "http://[::1"},
        {"base_url": "https://user:pw@h"},
        {"base_url": "https://h?x=1"},
        {"base_url": "https://h#x"},
        {"base_url": "https://h\n"},
        {"base_url": "https://h x/"},
    ],
    ids=str,
)
@pytest.mark.parametrize("cls", CLIENTS)
def test_an_invalid_argument_is_refused(cls: Any, arguments: dict[str, Any]) -> None:
    """Errors are raised when the client is made, not at the first request."""
    with pytest.raises(InvalidArgument):
        cls(KEY, **arguments)


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:8080/base", "http://127.0.0.1:8080/base/", "http://127.0.0.1:8080/base//"]
)
def test_the_base_url_can_be_changed(world: Make, base: str) -> None:
    """With a path, and with or without a slash at its end."""
    w = world(script(RUNNING), base_url=base)

    w.do(w.job(PART).poll())

    assert "http://127.0.0.1:8080/base/jobs/j1" == w.sent[0].request.url


def test_the_repr_is_short_and_without_secrets(world: Make) -> None:
    """It has the class and the address only."""
    w = world(script(PAGE))

    assert f"<{type(w.client).__name__} https://api.acme.example/v2>" == repr(w.client)


@pytest.mark.parametrize("mode", MODES)
def test_a_transport_of_the_users_is_not_closed(mode: Mode) -> None:
    """The user's transport stays open."""
    world = World(mode, script(PAGE))

    world.do(world.client.close())
    world.do(world.client.close())

    assert not world.transport.is_closed


@pytest.mark.parametrize("mode", MODES)
def test_the_default_transport_is_closed(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default transport is closed with the client; if it was not made yet, it is not made for that."""
    world = World(mode, script(PAGE))
    module: Any = client if mode == "sync" else async_client
    monkeypatch.setattr(module, f"default_{'' if mode == 'sync' else 'async_'}transport", lambda: world.transport)
    cls: Any = Acme if mode == "sync" else AsyncAcme

    unused = cls(KEY)
    world.do(unused.close())
    assert not world.transport.is_closed
    used = cls(KEY)
    world.do(used._send(lambda: LOOK, None))
    world.do(used.close())

    assert world.transport.is_closed


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "call",
    [
        lambda w: w.client._send(lambda: LOOK, None),
        lambda w: w.jobs(PART).submit(url="u"),
        lambda w: w.job(PART).poll(),
        lambda w: w.job(PART).wait(),
    ],
)
def test_a_closed_client_sends_nothing(mode: Mode, call: Any) -> None:
    """Every call after `close` raises `ClientClosed`."""
    world = World(mode, served(polls=[DONE], submit=[TICKET]))
    job = world.job(PART)
    world.do(world.client.close())

    with pytest.raises(ClientClosed):
        world.do(call(world))

    assert [] == world.sent
    assert "j1" == job.id


def test_a_closed_client_names_the_job() -> None:
    """The error of a wait on a closed client has the job."""
    world = World("sync", served(polls=[DONE]))
    world.client.close()

    with pytest.raises(ClientClosed) as caught:
        world.job(PART).wait()

    assert "j1" == caught.value.job_id


def test_a_with_block_closes_the_client() -> None:
    """Also if the block raises."""
    world = World("sync", script(PAGE))
    with pytest.raises(LookupError), world.client:
        raise LookupError
    with pytest.raises(ClientClosed):
        world.client._send(lambda: LOOK, None)


def test_an_async_with_block_closes_the_client() -> None:
    """The same for asyncio."""
    world = World("async", script(PAGE))

    async def main() -> None:
        async with world.client as entered:
            assert entered is world.client
        with pytest.raises(ClientClosed):
            await world.client._send(lambda: LOOK, None)

    asyncio.run(main())


def test_making_a_client_sends_nothing_and_starts_nothing() -> None:
    """Making a client opens no connection and starts no thread."""
    assert all(repr(cls(KEY)) for cls in CLIENTS)


def test_an_update_may_be_awaited() -> None:
    """`on_update` of an asyncio wait may be a function or a coroutine function."""
    seen: list[str] = []

    async def slow(update: Update[Any]) -> None:
        seen.append(update.state)

    world = World("async", served(polls=[RUNNING, DONE]))
    world.do(world.job(PART).wait(on_update=slow))
    world = World("async", served(polls=[RUNNING, DONE]))
    world.do(world.job(PART).wait(on_update=lambda update: seen.append(update.state)))

    assert ["running", "succeeded"] * 2 == seen


def test_an_observer_sees_every_request(mode: Mode) -> None:
    """Each attempt with its outcome and duration, without key, query and body."""
    seen: list[Exchange] = []
    world = World(
        mode,
        served(submit=[error(429), TICKET], polls=[Reply(takes=2, status=503), cut_off(), DONE]),
        observer=seen.append,
    )

    world.do(world.jobs(PART).run(url="u"))

    assert ["POST", "POST", "GET", "GET", "GET"] == [one.method for one in seen]
    assert [429, 202, 503, None, 200] == [one.status for one in seen]
    assert [1, 2, 1, 2, 3] == [one.attempt for one in seen]
    assert [None, None, None, "ConnectionFailed", None] == [one.error for one in seen]
    assert 2 == pytest.approx(seen[2].seconds)
    assert "/v2/jobs/j1" == seen[2].path
    assert KEY not in repr(seen)


def test_an_error_of_an_observer_is_logged(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    """An exception of an observer is logged, and the call continues."""

    def broken(send_with_retries: Exchange) -> None:
        raise LookupError("metrics are down")

    world = World(mode, served(submit=[TICKET], polls=[RUNNING, DONE]), observer=broken)

    assert "hello" == world.do(world.jobs(PART).run(url="u")).text
    assert any("observer" in record.getMessage() for record in caplog.records)


def test_threads_may_share_a_client() -> None:
    """W16: many threads can wait through one client at once, each for its own job."""
    clock = SystemClock(speed=100)

    def server(sent: Any) -> Reply:
        return DONE if sent.at > 2 else RUNNING

    class Real(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            return self.take(request, timeout).response()

    transport = Real(server, clock)
    shared = Acme(KEY, transport=transport, clock=clock)
    with ThreadPoolExecutor(8) as threads:
        waits = [threads.submit(shared.jobs(PART).attach(f"j{number}").wait, policy=Fixed(1.5)) for number in range(16)]
        assert ["hello"] * 16 == [wait.result().text for wait in waits]


@pytest.mark.parametrize(("late", "sent"), [(-0.5, 1), (0.0, 0), (0.5, 0)])
def test_nothing_is_sent_after_the_deadline(late: float, sent: int, mode: Mode) -> None:
    """W1: a request of a batch that waited for a thread until its deadline is not sent."""
    world = World(mode, script(PAGE))
    request = world.client._session.account.request(LOOK)

    seen = world.do(world.client._sent(Send(request, 10.0, before=world.clock.now() - late)))

    assert sent == len(world.sent)
    assert (seen.reply.status == 200) if sent else not seen.reply.may_have_arrived


def test_the_attempts_of_one_poll_are_numbered(mode: Mode) -> None:
    """An observer can distinguish first attempts from retries."""
    seen: list[Exchange] = []
    world = World(mode, served(polls=[error(503), error(503), RUNNING]), observer=seen.append)

    world.do(world.job(PART).poll())

    assert [1, 2, 3] == [one.attempt for one in seen]
