"""Keys that change: functions that return them are called before the first request, and once after each 401."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads, reads_nothing
from bide_runtime.calls.events import EventReader, StreamCall
from bide_runtime.errors.client import ClientError, ConfigurationError, InvalidArgument
from bide_runtime.http.auth import Secret
from bide_runtime.http.errors import AuthenticationError
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.jobs.requests.poll_many import PollMany
from bide_runtime.testing import FakeClock as VirtualClock
from msgspec.structs import replace

from tests.runtime.acme import APART, KEY, PART, PROVIDER, Acme, AsyncAcme, Page, kind
from tests.runtime.fakes import AsyncFakeTransport, FakeTransport, LoopClock, Reply, Sent, unreachable
from tests.runtime.world import DONE, MODES, PAGE, RUNNING, TICKET, Mode, World, error

Make = Callable[..., World]

SEARCH: Call[Page] = Call(method="GET", path="/search", read=reads(Page), idempotent=True)


class Vault:
    """Keeps a key; `turn` replaces it."""

    def __init__(self) -> None:
        self.number = 1
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return f"key-of-vault-{self.number}"


class Gate:
    """A server that takes only the newest key of a vault, and turns the vault at some requests."""

    def __init__(self, vault: Vault, *replies: Reply, turns: tuple[int, ...] = ()) -> None:
        self.vault = vault
        self._replies = list(replies)
        self._turns = turns
        self._taken = 0
        self.keys: list[str] = []

    def __call__(self, sent: Sent) -> Reply:
        if self._taken in self._turns:
            self.vault.number += 1
            self._turns = tuple(turn for turn in self._turns if turn != self._taken)
        self.keys.append(sent.request.headers.get("x-key", ""))
        if self.keys[-1] != f"key-of-vault-{self.vault.number}":
            return Reply({"error": {"code": "key", "message": f"unknown key {self.keys[-1]}"}}, 401)
        self._taken += 1
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


def asynchronous(vault: Vault) -> Callable[[], Any]:
    async def read() -> str:
        await asyncio.sleep(0)
        return vault()

    return read


def test_a_function_is_called_once_before_the_first_request(world: Make) -> None:
    """Its answer is kept: the constructor and later requests do not call it."""
    vault = Vault()
    gate = Gate(vault, PAGE)
    w = world(gate, api_key=vault)
    assert 0 == vault.asked

    w.do(w.client._send(lambda: SEARCH, None))
    w.do(w.client._send(lambda: SEARCH, None))

    assert 1 == vault.asked
    assert ["key-of-vault-1"] * 2 == gate.keys


def test_a_poll_that_gets_a_401_is_sent_again_with_a_new_key(world: Make) -> None:
    """In the middle of a long wait; W3 holds for the two polls."""
    vault = Vault()
    gate = Gate(vault, TICKET, RUNNING, RUNNING, DONE, turns=(2,))
    w = world(gate, api_key=vault)

    result = w.do(w.jobs(PART).run(url="u"))

    assert "hello" == result.text
    assert 2 == vault.asked
    assert ["1", "1", "1", "2", "2"] == [key[-1] for key in gate.keys]
    assert w.polls[2] - w.polls[1] >= PART.polling.min_interval


def test_a_submit_that_gets_a_401_is_sent_again(world: Make) -> None:
    """It made no job, so this is safe without an idempotency key."""
    vault = Vault()
    gate = Gate(vault, PAGE, TICKET, DONE, turns=(1,))
    w = world(gate, api_key=vault)
    w.do(w.client._send(lambda: SEARCH, None))

    assert "hello" == w.do(w.jobs(PART).run(url="u")).text
    assert 2 == sum(sent.request.method == "POST" for sent in w.sent)


def test_a_result_and_a_cancellation_get_new_keys(world: Make) -> None:
    """Each request of a job."""
    vault = Vault()
    done = Reply({"status": "done", "ready": True})
    gate = Gate(vault, TICKET, done, PAGE, turns=(2,))
    w = world(gate, api_key=vault)

    assert "hello" == w.do(w.jobs(APART).run(url="u")).text
    vault.number += 1
    w.do(w.job(APART, "j2").cancel())

    assert ["1", "1", "1", "2", "2", "3"] == [key[-1] for key in gate.keys]


def test_a_new_key_that_is_refused_too_is_an_error_at_once(world: Make) -> None:
    """One refresh for each 401: the second one ends the wait, with its job."""
    vault = Vault()
    keys = iter(["key-of-vault-1", "key-wrong-11", "key-wrong-22"])
    w = world(Gate(vault, TICKET, RUNNING, turns=(1,)), api_key=lambda: next(keys))

    with pytest.raises(AuthenticationError) as caught:
        w.do(w.jobs(PART).run(url="u"))

    assert "j1" == caught.value.job_id
    assert ["POST", "GET", "GET"] == [sent.request.method for sent in w.sent]
    assert "key-wrong-22" == next(keys)


def test_a_key_that_stays_the_same_is_not_sent_again(world: Make) -> None:
    """It would be refused again."""
    vault = Vault()
    w = world(lambda sent: error(401), api_key=vault)

    with pytest.raises(AuthenticationError):
        w.do(w.client._send(lambda: SEARCH, None))

    assert 2 == vault.asked
    assert 1 == len(w.sent)


def test_a_key_that_is_text_is_sent_once(world: Make) -> None:
    """Nothing changes without a function."""
    w = world(lambda sent: error(401))

    with pytest.raises(AuthenticationError):
        w.do(w.client._send(lambda: SEARCH, None))

    assert 1 == len(w.sent)


def test_the_deadline_holds_for_the_repeated_poll(world: Make) -> None:
    """W1: a 401 just before the deadline ends in `JobTimeout`, with the token."""
    vault = Vault()
    w = world(Gate(vault, RUNNING, RUNNING, turns=(1,)), api_key=vault)
    job = w.job(PART)

    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=4.0))

    assert w.elapsed <= 4.0


def test_every_key_that_was_used_stays_masked(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """In errors, `repr` and logs: also the first one, after it was replaced."""
    caplog.set_level(logging.DEBUG)
    vault = Vault()
    quoting = Reply({"error": {"message": "not key-of-vault-1, nor key-of-vault-2"}}, 403)
    w = world(Gate(vault, PAGE, quoting, turns=(1,)), api_key=vault)
    w.do(w.client._send(lambda: SEARCH, None))

    with pytest.raises(ClientError) as caught:
        w.do(w.client._send(lambda: SEARCH, None))

    assert "Acme answered 403: not ***, nor ***" == str(caught.value)
    said = "\n".join([caplog.text, repr(w.client), repr(w.client._session.account), w.job(PART).token])
    assert "key-of-vault" not in said


@pytest.mark.parametrize("fails_at", [1, 2])
def test_an_exception_of_the_function_is_the_cause_of_a_configuration_error(world: Make, fails_at: int) -> None:
    """Without the exception's text in the message, because that may have the key; the next request asks again."""
    vault = Vault()

    def read() -> str:
        key = vault()
        if vault.asked == fails_at:
            raise OSError(f"the vault does not like {key}")
        return key

    gate = Gate(vault, PAGE, turns=() if fails_at == 1 else (1,))
    w = world(gate, api_key=read)
    if fails_at == 2:
        w.do(w.client._send(lambda: SEARCH, None))

    with pytest.raises(ConfigurationError, match="the function passed as api_key raised OSError") as caught:
        w.do(w.client._send(lambda: SEARCH, None))

    assert isinstance(caught.value.__cause__, OSError)
    assert "key-of-vault" not in str(caught.value)
    assert "hello" == w.do(w.client._send(lambda: SEARCH, None)).text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "api_key must be text, not NoneType"),
        (b"key-of-bytes", "api_key must be text, not bytes"),
        ("", "the API key is empty"),
        ("key\nof two lines", "the API key has a character that cannot be sent"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_refused(world: Make, answer: Any, said: str) -> None:
    """Before anything is sent."""
    w = world(lambda sent: PAGE, api_key=lambda: answer)

    with pytest.raises(ConfigurationError, match=said):
        w.do(w.client._send(lambda: SEARCH, None))

    assert not w.sent


class _Async:
    async def __call__(self) -> str:
        return KEY


def test_an_async_function_in_a_blocking_client_is_refused_by_the_constructor() -> None:
    """In a sentence that says what to do; one that hides it is refused when it is called."""

    async def read() -> str:
        return KEY

    for function in (read, partial(read), _Async()):
        with pytest.raises(InvalidArgument, match="api_key is an async function, and this client is blocking: pass"):
            Acme(function)  # type: ignore[arg-type]  # the point

    hidden: Any = lambda: read()  # noqa: E731
    client = Acme(hidden, transport=FakeTransport(lambda sent: PAGE, World("sync", lambda sent: PAGE).clock))
    with pytest.raises(ConfigurationError, match="is async, and this client is blocking"):
        client._send(lambda: SEARCH, None)


@pytest.mark.parametrize("make", [asynchronous, lambda vault: vault], ids=["async", "plain"])
def test_an_asyncio_client_takes_both_kinds_of_function(make: Callable[[Vault], Any]) -> None:
    """A function that is async, or not."""
    vault = Vault()
    gate = Gate(vault, PAGE, turns=(1,))
    clock = LoopClock()

    async def twice() -> None:
        client = AsyncAcme(make(vault), clock=clock, transport=AsyncFakeTransport(gate, clock))
        await client._send(lambda: SEARCH, None)
        await client._send(lambda: SEARCH, None)

    clock.run(twice())
    assert 2 == vault.asked


def test_a_stampede_of_tasks_asks_once() -> None:
    """Twenty requests that get a 401 at the same time share one new key."""
    vault = Vault()
    clock = LoopClock()

    async def slowly() -> str:
        await asyncio.sleep(1.0)
        return vault()

    def server(sent: Sent) -> Reply:
        is_new = sent.request.headers["x-key"] == "key-of-vault-2"
        return Reply({"text": "hello"}, takes=0.5) if is_new else Reply({}, 401, takes=0.5)

    async def crowd() -> None:
        client = AsyncAcme(slowly, clock=clock, transport=AsyncFakeTransport(server, clock), max_rate=None)

        async def one() -> None:
            assert "hello" == (await client._send(lambda: SEARCH, None)).text

        async def turn() -> None:
            await asyncio.sleep(1.2)
            vault.number = 2

        await asyncio.gather(turn(), *(one() for _ in range(20)))

    clock.run(crowd())

    assert 2 == vault.asked


@pytest.mark.parametrize("fails", [False, True])
def test_a_stampede_of_threads_asks_once(fails: bool) -> None:
    """The same with threads that share a blocking client; also if the function fails, which all of them are told."""
    vault = Vault()
    barrier = threading.Barrier(8)
    errors: list[ConfigurationError] = []

    def read() -> str:
        key = vault()
        if fails and vault.number > 1:
            raise OSError("sealed")
        return key

    class Engine:
        def send(self, request: Any, timeout: float) -> Any:
            if request.headers["x-key"] != f"key-of-vault-{vault.number}":
                barrier.wait(10)
                return Reply({}, 401).response()
            return PAGE.response()

        def close(self) -> None: ...

    client = Acme(read, transport=Engine())  # type: ignore[arg-type]  # it opens no streams
    client._send(lambda: SEARCH, None)
    vault.number = 2

    def one() -> None:
        try:
            client._send(lambda: SEARCH, None)
        except ConfigurationError as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 2 == vault.asked
    assert (8 if fails else 0) == len(errors)
    assert all(isinstance(error.__cause__, OSError) for error in errors)


MANY = PollMany(path="/jobs", ids="ids", max_ids=10, list=("jobs",), job_id=("id",))


@pytest.mark.parametrize("of", [PART, kind("crew", Page, result=("page",), poll_many=MANY)], ids=["alone", "coalesced"])
@pytest.mark.parametrize("mode", MODES)
def test_a_batch_asks_once(mode: Mode, of: Any) -> None:
    """Its jobs share the new key, with coalesced polls and without."""
    vault, numbers, polls = Vault(), count(), count()

    def server(sent: Sent) -> Reply:
        polled = next(polls) if sent.request.method == "GET" else 0
        if polled == 3:
            vault.number = 2
        if sent.request.headers["x-key"] != f"key-of-vault-{vault.number}":
            return Reply({}, 401, takes=0.1)
        if sent.request.method == "POST":
            return Reply({"id": f"j{next(numbers)}", "status": "queued"}, takes=0.1)
        told = {"status": "done" if polled > 12 else "running", "page": {"text": "hello"}}
        ids = dict(sent.query).get("ids", "").split(",")
        return Reply({"jobs": [{"id": each, **told} for each in ids]} if ids != [""] else told, takes=0.1)

    inputs = [{"url": str(number)} for number in range(5)]
    if mode == "async":
        clock = LoopClock()

        async def run() -> list[Any]:
            client = AsyncAcme(asynchronous(vault), clock=clock, transport=AsyncFakeTransport(server, clock))
            return [each async for each in client.jobs(of).run_many(inputs)]

        outcomes = clock.run(run())
    else:
        virtual = VirtualClock()
        client = Acme(vault, clock=virtual, transport=FakeTransport(server, virtual))
        outcomes = list(client.jobs(of).run_many(inputs))

    assert ["hello"] * 5 == [outcome.result.text for outcome in outcomes]
    assert 2 == vault.asked


@pytest.mark.parametrize("mode", MODES)
def test_a_stream_gets_a_new_key(mode: Mode) -> None:
    """Its request is sent again after a 401, once."""
    vault = Vault()
    reader: EventReader[Any] = EventReader({"message": Page}, last=frozenset(), other=lambda name, data: data)
    call = StreamCall(call=Call(method="GET", path="/events", read=reads_nothing), reader=reader)
    events = Reply(parts=(b'data: {"text": "hello"}\n\n',))
    w = World(mode, Gate(vault, events, turns=(1,)), api_key=vault)

    for _ in range(2):
        assert ["hello"] == [page.text for page in w.all(w.client._open(lambda: call, None))]

    assert 2 == vault.asked
    assert 3 == len(w.sent)


def test_views_share_the_key(world: Make) -> None:
    """`with_options` asks for no key of its own, and what one view learns, the other knows."""
    vault = Vault()
    w = world(Gate(vault, PAGE, turns=(1,)), api_key=vault)
    view = w.client.with_options(timeout=5.0)

    w.do(w.client._send(lambda: SEARCH, None))
    w.do(view._send(lambda: SEARCH, None))
    w.do(w.client._send(lambda: SEARCH, None))

    assert 2 == vault.asked


def test_several_secrets_may_be_functions() -> None:
    """Those that are functions are asked together; the others stay, in a header or in the query."""
    provider = replace(
        PROVIDER,
        auth=(
            Secret(at="header", name="X-App", env="A", argument="app"),
            Secret(at="query", name="key", env="K", argument="key"),
        ),
    )
    turns = iter([1, 2])

    def server(sent: Sent) -> Reply:
        assert "an-app" == sent.request.headers["x-app"]
        return PAGE if dict(sent.query)["key"] == "key-of-vault-2" else Reply({}, 401)

    secrets = {"app": "an-app", "key": lambda: f"key-of-vault-{next(turns)}"}
    w = World("sync", server, provider, None, secrets=secrets)

    assert "hello" == w.client._send(lambda: SEARCH, None).text


def test_a_request_to_another_origin_needs_no_key(world: Make) -> None:
    """It is sent without one, and its 401 asks for none."""
    vault = Vault()
    moved = Reply(None, 302, {"location": "https://files.acme.example/r"})
    gate = Gate(vault, TICKET, Reply({"status": "done", "ready": True}), moved)

    def server(sent: Sent) -> Reply:
        if "files." in sent.request.url:
            assert "x-key" not in sent.request.headers
            return Reply({}, 401)
        return gate(sent)

    w = world(server, provider=replace(PROVIDER, hosts=("files.acme.example",)), api_key=vault)
    with pytest.raises(AuthenticationError):
        w.do(w.jobs(APART).run(url="u"))

    assert 1 == vault.asked


def test_a_lost_request_is_retried_with_the_same_key(world: Make) -> None:
    """Only a 401 asks for a new one."""
    vault = Vault()
    replies: Iterator[Reply] = iter([unreachable(), error(503), PAGE])
    w = world(lambda sent: next(replies), api_key=vault)

    assert "hello" == w.do(w.client._send(lambda: SEARCH, None)).text
    assert 1 == vault.asked
