"""Countable costs do not regress: modules that an import loads, function calls of a poll."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import urllib3
from bide_runtime.engines.aiohttp_transport import AiohttpTransport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.http.headers import sendable
from bide_runtime.http.request import Request
from bide_runtime.jobs.polling import Polling
from bide_runtime.waiting.policies.policy import Adaptive

from tests.runtime.engines.server import Server, play, reply

REPOSITORY = Path(__file__).parents[1]

PROVIDERS = ("anakin", "knowledgesdk", "scrapio")

ENGINES = {"asyncio", "ssl", "socket", "http.client", "urllib3", "aiohttp", "httpx2", "email", "rich"}
"""Modules that a program without requests does not need."""

A_POLL = """
import sys
from {package} import Adaptive, {client}, Response

class Engine:
    def send(self, request, *, timeout):
        return Response(status=200, headers={{"content-type": "application/json"}}, body={body!r})

class Jumping:
    time = 0.0
    def now(self): return self.time
    def wall(self): return self.time
    def sleep(self, seconds, bell): self.time += seconds

client = {client}(api_key="k", transport=Engine(), clock=Jumping())
job = client.{job}.attach("j1")
"""


def said(provider: str, code: str) -> list[str]:
    """The words that a new process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=REPOSITORY / "generated" / provider,
    )
    return done.stdout.split()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_import_loads_nothing(provider: str) -> None:
    """Not even `typing`: a package loads modules on first use."""
    code = f"import sys; before = set(sys.modules); import {provider}_client; print(*set(sys.modules) - before)"
    loaded = {name for name in said(provider, code) if not name.startswith("importlib")}

    assert {f"{provider}_client", "__future__", "bide_runtime", "bide_runtime.edition"} >= loaded - {"warnings"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_all_names_are_available_before_they_are_loaded(provider: str) -> None:
    """For `from ... import *`, `dir` and attribute access; and no others."""
    code = f"""
import {provider}_client as package
print(set(package.__all__) <= set(dir(package)))
from {provider}_client import *
print(all(globals()[name] is getattr(package, name) for name in package.__all__))
print(hasattr(package, "Nonsense"))
"""
    assert ["True", "True", "False"] == said(provider, code)


def anakin_polls(then: str) -> list[str]:
    """The output of a process with an Anakin job that is never done."""
    body = b'{"id": "j1", "status": "processing"}'
    begin = A_POLL.format(package="anakin_client", client="Anakin", job="url_scraper", body=body)
    return said("anakin", begin + then)


def test_a_poll_loads_few_modules() -> None:
    """No engine if one is passed, no asyncio, no dataclasses, nothing for batches and streams."""
    loaded = set(anakin_polls("job.poll(); print(*sys.modules)"))

    assert not loaded & (ENGINES | {"dataclasses", "anakin_client.params", "anakin_client.async_client"})
    others = {
        "batch": ("batch", "coalesce"),
        "clients": ("async_job", "batches", "stream"),
        "engines": ("reply",),
        "models": ("form",),
        "testing": ("fake", "checks"),
    }
    assert not loaded & {f"bide_runtime.{room}.{name}" for room, names in others.items() for name in names}


def test_a_program_that_polls_loads_few_modules() -> None:
    """227 with Python 3.11, including its own; a new dependency would exceed the limit."""
    assert 235 > len(anakin_polls("job.poll(); print(*sys.modules)"))


def test_a_poll_takes_few_calls() -> None:
    """58 Python functions, from one update of a wait to the next, including clock and engine."""
    [calls] = anakin_polls("""
updates = job.updates(None, policy=Adaptive(job._record.kind.polling))
for _ in range(10): next(updates)
calls = 0
def count(frame, event, argument):
    global calls
    calls += event == "call"
sys.setprofile(count)
for _ in range(10): next(updates)
sys.setprofile(None)
print(calls / 10)
""")

    assert 63 > float(calls)


@pytest.mark.parametrize("spec", ["knowledgesdk", "scrapio"])
def test_a_valid_spec_needs_neither_black_nor_jsonschema(spec: str, tmp_path: Path) -> None:
    """Both are slow: they are only for rare long statements and for invalid specs."""
    made = f"from bide.cli import app; app.main(['generate', 'specs/{spec}.yaml', '--out', {str(tmp_path)!r}])"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {made}; print(*sys.modules)"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )

    assert (tmp_path / spec).is_dir()
    assert not {"black", "jsonschema"}.intersection(done.stdout.split())


async def calls(action: Callable[[], Awaitable[object]]) -> float:
    """The number of Python functions that one *action* calls, including the event loop."""
    counted = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    await action()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for _ in range(10):
            await action()
    finally:
        sys.setprofile(before)
    return counted / 10


def asked(server: Server) -> Request:
    """A request as a client makes it, once for all polls of a wait."""
    return sendable(Request(method="GET", url=server.url, headers={"accept": "*/*"}))


def test_our_urllib3_transport_adds_few_calls() -> None:
    """For a request whose reply is read, with timeouts, checks and limits."""
    transport, pool = Urllib3Transport(), urllib3.PoolManager()

    async def main(request: Request) -> tuple[float, float]:
        async def ours() -> None:
            transport.send(request, timeout=30)

        async def theirs() -> None:
            assert pool.request(request.method, request.url, headers=dict(request.headers), retries=False).data

        return await calls(ours), await calls(theirs)

    with Server(play(reply(b"{}"))) as server:
        ours, theirs = asyncio.run(main(asked(server)))
        transport.close()

    assert ours <= 1.15 * theirs


def test_our_aiohttp_transport_adds_few_calls() -> None:
    """Less than 25 % more."""

    async def main(request: Request) -> tuple[float, float]:
        transport = AiohttpTransport()

        async def theirs() -> None:
            async with session.get(request.url, headers=request.headers) as answer:
                assert await answer.read()

        async with aiohttp.ClientSession() as session:
            counts = await calls(lambda: transport.send(request, timeout=30)), await calls(theirs)
        await transport.close()
        return counts

    with Server(play(reply(b"{}"))) as server:
        ours, theirs = asyncio.run(main(asked(server)))

    assert ours <= 1.25 * theirs


def test_waits_poll_seldom() -> None:
    """A job of typical duration has at most the planned number of polls."""
    policy = Adaptive(Polling(interval=(2.0, 5.0), min_interval=0.5, typical=(3.0, 15.0), timeout=300.0))
    age, polls = 0.0, 0
    while age < 6.7:
        age += policy.delay(polls=polls, age=age, jitter=0.5)
        polls += 1

    assert 3 >= polls
