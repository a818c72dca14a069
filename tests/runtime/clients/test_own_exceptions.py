"""Only the package's own exceptions leave a client, whatever is passed to it and whatever its engine raises."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.engines.aiohttp_transport import AiohttpTransport
from bide_runtime.engines.httpx_transport import AsyncHttpxTransport, HttpxTransport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.errors.client import ConfigurationError, InvalidArgument, InvalidToken
from bide_runtime.errors.own import OwnErrors
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.jobs.errors import SubmitUncertain
from msgspec.structs import replace

from tests.runtime.acme import KEY, PART, PROVIDER, Acme, AsyncAcme
from tests.runtime.engines.server import Server as RawServer
from tests.runtime.engines.server import play
from tests.runtime.engines.server import reply as raw_reply
from tests.runtime.world import DONE, MODES, TICKET, Mode, World, served


class Cassette(Exception):
    """The error of a library that plays recorded replies, and has none for a request."""


class Between:
    """An engine that raises an error of its own, or returns something else."""

    def __init__(self, outcome: object) -> None:
        self.outcome = outcome

    def send(self, request: Any, *, timeout: float) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def open(self, request: Any, *, timeout: float) -> Any:
        return self.send(request, timeout=timeout)

    def close(self) -> None:
        """Do nothing."""


class AsyncBetween(Between):
    async def send(self, request: Any, *, timeout: float) -> Any:  # type: ignore[override]  # of the other colour
        return super().send(request, timeout=timeout)


class OwnInvalidArgument(InvalidArgument):
    """The package's own."""


class OwnConfigurationError(ConfigurationError):
    """The package's own."""


class OwnSubmitUncertain(SubmitUncertain):
    """The package's own."""


OWN = replace(
    PROVIDER,
    own_errors=OwnErrors(
        {
            "InvalidArgument": OwnInvalidArgument,
            "ConfigurationError": OwnConfigurationError,
            "SubmitUncertain": OwnSubmitUncertain,
        }
    ),
)


def client_over(mode: Mode, outcome: object) -> tuple[Any, Callable[[Any], Any]]:
    """A client over such an engine, and what runs its calls."""
    cls, engine = (Acme, Between) if mode == "sync" else (AsyncAcme, AsyncBetween)
    client = type("Own", (cls,), {"_provider": OWN})(KEY, transport=engine(outcome))
    return client, (lambda call: call()) if mode == "sync" else (lambda call: asyncio.run(call()))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (
            Cassette(f"no reply for GET https://api.test/jobs?key={KEY}&sig=s3cret"),
            r"Cassette: no reply for GET .*\*\*\*",
        ),
        (RecursionError("too deep"), "RecursionError"),
        (None, "TypeError: it returned NoneType, not a Response"),
    ],
    ids=["cassette", "recursion", "nothing"],
)
def test_an_engine_that_raises_something_else(mode: Mode, outcome: object, said: str) -> None:
    """Its error is the cause of one of ours, which ends the wait at once, names the job, and shows no key."""
    client, run = client_over(mode, outcome)
    job = client.jobs(PART).attach("j1")
    with pytest.raises(OwnConfigurationError, match=f"the HTTP engine raised {said}") as caught:
        run(lambda: job.wait(timeout=5))

    assert "j1" == caught.value.job_id
    assert KEY not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, Exception)


@pytest.mark.parametrize("mode", MODES)
def test_a_submit_through_such_an_engine_is_uncertain(mode: Mode) -> None:
    """Nobody can say whether the request was sent."""
    client, run = client_over(mode, Cassette("none"))
    with pytest.raises(OwnSubmitUncertain, match="Cassette"):
        run(lambda: client.jobs(PART).submit(url="u"))


IDS = [7, None, b"j1", [], object(), "\ud800", "", "x" * 10**6]


@pytest.mark.parametrize("job_id", IDS, ids=lambda value: str(value)[:12].encode("ascii", "replace").decode())
def test_an_id_that_is_none(job_id: Any) -> None:
    """An id of another type, or one that no URL can hold."""
    jobs = World("sync", served()).jobs(PART)
    for call in (jobs.attach, jobs.get):
        with pytest.raises(InvalidArgument, match="cannot be the id of a job"):
            call(job_id)


@pytest.mark.parametrize("token", [5, None, b"{}", [], "\ud800", "[" * 10**6, "[" * 1000, '{"v":' + "9" * 999 + "}"])
def test_a_token_that_is_none(token: Any) -> None:
    """A token of another type, or any other text."""
    with pytest.raises(InvalidToken):
        World("sync", served()).jobs(PART).resume(token)


CLIENT_ARGUMENTS: list[dict[str, Any]] = [
    {"base_url": 5},
    {"base_url": b"http://a.test"},
    {"timeout": "5"},
    {"max_retries": "3"},
    {"max_rate": "9"},
    {"transport": 5},
    {"transport": [1]},
    {"clock": 5},
    {"observer": 5},
    {"jitter": 0.5},
    {"new_key": "key"},
]


@pytest.mark.parametrize("arguments", CLIENT_ARGUMENTS, ids=str)
@pytest.mark.parametrize("cls", [Acme, AsyncAcme])
def test_an_argument_of_a_client_of_another_type(cls: Any, arguments: dict[str, Any]) -> None:
    """The message names the argument."""
    with pytest.raises(InvalidArgument, match=f"^{next(iter(arguments))} must be "):
        cls(KEY, **arguments)


@pytest.mark.parametrize("key", [5, b"sk-acme-0123456789", ["sk-acme-0123456789"]], ids=["number", "bytes", "list"])
def test_a_key_of_another_type(key: Any) -> None:
    """The message does not quote it."""
    with pytest.raises(ConfigurationError, match="api_key must be text, not") as caught:
        Acme(key)

    assert "sk-acme" not in str(caught.value)


def endless() -> dict[str, Any]:
    """A mapping that holds itself."""
    found: dict[str, Any] = {}
    found["a"] = found
    return found


OPTIONS: list[dict[str, Any]] = [
    {"extra_headers": ["a"]},
    {"extra_headers": {5: "a"}},
    {"extra_query": 5},
    {"extra_body": "a"},
    {"on_reply": 5},
    {"timeout": "5"},
    {"extra_headers": {"a": endless()}},
    {"extra_query": {"a": endless()}},
    {"extra_query": {"a": object()}},
    {"extra_body": {"a": endless()}},
    {"extra_body": {"a": object()}},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options))
@pytest.mark.parametrize("mode", MODES)
def test_an_option_of_another_type(mode: Mode, options: dict[str, Any]) -> None:
    """It is refused before anything is sent."""
    world = World(mode, served(submit=[TICKET], polls=[DONE]))
    with pytest.raises(InvalidArgument):
        world.do(world.client.with_options(**options).jobs(PART).submit(url="u"))

    assert [] == world.sent


@pytest.mark.parametrize("options", [{"policy": 5}, {"progress": 5}, {"on_update": 5}, {"timeout": "5"}], ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_an_option_of_a_wait_of_another_type(mode: Mode, options: dict[str, Any]) -> None:
    """It is refused before the job is submitted or polled."""
    world = World(mode, served(submit=[TICKET], polls=[DONE]))
    for call in (lambda: world.jobs(PART).run(url="u", **options), lambda: world.job(PART).wait(**options)):
        with pytest.raises(InvalidArgument, match=f"{next(iter(options))} must be "):
            world.do(call())

    assert [] == world.sent


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_of_something_else(mode: Mode) -> None:
    """Inputs that are no iterable, handles that are none, and functions that are none."""
    world = World(mode, served(submit=[TICKET], polls=[DONE]))
    jobs = world.jobs(PART)
    with pytest.raises(InvalidArgument, match="an iterable"):
        jobs.run_many(5)
    with pytest.raises(InvalidArgument, match="an iterable"):
        jobs.wait_many(None)
    with pytest.raises(InvalidArgument, match="handles of jobs, not 5"):
        world.all(jobs.wait_many([5]))
    with pytest.raises(InvalidArgument, match="on_update must be a function"):
        jobs.run_many([], on_update=5)

    assert [] == world.sent


# TLS

ENGINES = {
    "urllib3": Urllib3Transport,
    "httpx": HttpxTransport,
    "aiohttp": AiohttpTransport,
    "async-httpx": AsyncHttpxTransport,
}


def asks_securely(engine: str) -> None:
    """Send one request over TLS with an engine."""

    async def ask(transport: Any) -> None:
        try:
            await AsyncAcme(KEY, base_url=server.url, transport=transport, max_retries=0).jobs(PART).get("j1")
        finally:
            await transport.close()

    with RawServer(play(raw_reply()), tls=True) as server:
        transport = ENGINES[engine]()
        if isinstance(transport, AiohttpTransport | AsyncHttpxTransport):
            asyncio.run(ask(transport))
        else:
            Acme(KEY, base_url=server.url, transport=transport, max_retries=0).jobs(PART).get("j1")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_log_that_cannot_be_written(engine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An error of ours names the variable."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "missing" / "keys.log"))
    with pytest.raises(
        ConfigurationError, match="TLS cannot be set up: no such file or directory; check SSLKEYLOGFILE"
    ):
        asks_securely(engine)


@pytest.mark.parametrize("kind", ["missing", "folder", "text"])
@pytest.mark.parametrize("engine", ENGINES)
def test_certificates_that_cannot_be_read(
    engine: str, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """OpenSSL ignores such a file; the error of the certificate that is then not trusted names the variable."""
    place = {"missing": tmp_path / "missing.pem", "folder": tmp_path, "text": tmp_path / "text.pem"}[kind]
    (tmp_path / "text.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(place))
    with pytest.raises(ConnectionFailed, match=r"certificate verify failed.*SSL_CERT_FILE names no file") as caught:
        asks_securely(engine)

    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_aiohttp_reads_the_key_log_when_it_is_imported(tmp_path: Path) -> None:
    """Names can be looked through all the same; using the engine says what is wrong."""
    code = """if True:
        import bide_runtime, inspect
        from bide_runtime import *
        inspect.getmembers(bide_runtime)
        assert hasattr(bide_runtime, "AiohttpTransport")
        for make in (bide_runtime.AiohttpTransport, __import__("bide_runtime.engines.default").engines.default
                     .default_async_transport):
            try:
                make()
            except bide_runtime.ConfigurationError as error:
                assert "SSLKEYLOGFILE" in str(error), error
            else:
                raise SystemExit("no error")
    """
    keys = str(tmp_path / "missing" / "keys.log")
    done = subprocess.run(
        [sys.executable, "-c", code], env={"SSLKEYLOGFILE": keys}, capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
