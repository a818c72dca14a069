"""The simulator over real sockets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bide.simulator import ScenarioError, Simulator, SimulatorError, serve
from tests.simulator.simulated_acme import PICTURE, PROVIDER
from tests.threads import running

HEADERS = {"X-Key": "k", "X-Version": "7", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(PROVIDER, speed=20) as running:
        yield running


class Caller:
    """One connection to a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        parts = urlsplit(simulator.url)
        self.prefix = parts.path
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        content = None if body is None else json.dumps(body)
        self.connection.request(method, self.prefix + path, body=content, headers={**HEADERS, **named})
        return self.connection.getresponse()

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return json.load(self.send(method, path, body, **headers))

    def submit(self, scenario: str = "duration=1") -> str:
        return str(self.json("POST", "/shots", PICTURE, x_bide_scenario=scenario)["ticket"])


@pytest.fixture
def caller(simulator: Simulator) -> Iterator[Caller]:
    one = Caller(simulator)
    yield one
    one.connection.close()


def test_a_job_from_submit_to_result(caller: Caller) -> None:
    """A job runs to its end over HTTP, faster than real time, on one connection."""
    id = caller.submit("duration=4")
    first = caller.json("GET", f"/shots/{id}")
    time.sleep(0.25)
    second = caller.json("GET", f"/shots/{id}")

    assert (first["status"], second["status"]) == ("queued", "done")
    assert caller.json("GET", f"/shots/{id}/picture")["id"] == id


def test_a_reply_that_is_cut(caller: Caller) -> None:
    """A truncated reply declares more bytes than it sends, and closes the connection."""
    reply = caller.send("GET", f"/shots/{caller.submit('poll=cut_short')}")

    with pytest.raises(http.client.IncompleteRead) as error:
        reply.read()
    assert len(error.value.partial) < int(reply.headers["Content-Length"])


def test_a_reply_that_is_dropped(caller: Caller) -> None:
    """A dropped request gets no reply, and the server continues."""
    id = caller.submit("poll=lost")

    with pytest.raises(http.client.RemoteDisconnected):
        caller.send("GET", f"/shots/{id}")
    time.sleep(0.1)
    assert caller.send("GET", f"/shots/{id}").status == 200


def test_a_reply_that_is_slow(caller: Caller) -> None:
    """A slow reply takes as many seconds of real time as the scenario says."""
    id, begin = caller.submit("poll=slow:0.3"), time.monotonic()

    assert caller.send("GET", f"/shots/{id}").status == 200
    assert 0.3 <= time.monotonic() - begin < 3


def test_a_page_instead_of_json(caller: Caller) -> None:
    """A web page has status 200, as from a proxy."""
    reply = caller.send("GET", f"/shots/{caller.submit('poll=web_page')}")

    assert (reply.status, reply.headers.get_content_type()) == (200, "text/html")


def test_retry_after_as_a_date(caller: Caller) -> None:
    """The date in Retry-After is as far ahead as the scenario says."""
    reply = caller.send("GET", f"/shots/{caller.submit('poll=429:date30')}")
    ahead = parsedate_to_datetime(reply.headers["Retry-After"]).timestamp() - time.time()

    assert reply.status == 429
    assert 25 < ahead <= 30


def test_a_stream(caller: Caller) -> None:
    """Events are sent in order, and the stream ends."""
    reply = caller.send("POST", "/listen", {"words": "abc"}, x_bide_scenario="duration=2")
    lines = reply.read().decode().splitlines()

    assert reply.headers.get_content_type() == "text/event-stream"
    assert [line for line in lines if line.startswith("event:")] == ["event: begin", "event: line", "event: end"]


def test_a_stream_that_is_cut(caller: Caller) -> None:
    """A truncated stream ends in the middle, without the end of a chunked body."""
    reply = caller.send("POST", "/listen", {"words": "abc"}, x_bide_scenario="call=cut_short; duration=0")

    with pytest.raises(http.client.IncompleteRead):
        reply.read()


def test_a_stream_that_hangs(simulator: Simulator) -> None:
    """A stalled stream sends nothing more, and ends when the client disconnects."""
    caller = Caller(simulator)
    reply = caller.send("POST", "/listen", {"words": "abc"}, x_bide_scenario="stall; duration=0")
    caller.connection.sock.settimeout(0.2)

    assert reply.readline() == b": open\n"
    with pytest.raises(TimeoutError):
        reply.read()
    caller.connection.close()


def test_ids_are_decoded(caller: Caller) -> None:
    """A percent-encoded id is one segment of the path."""
    reply = caller.send("GET", "/shots/a%2Fb%20c")

    assert reply.status == 404
    assert json.load(reply)["error"]["message"] == "there is no job 'a/b c'"


def test_state() -> None:
    """The state can be requested without a key."""
    with Simulator(PROVIDER, seed=3) as simulator:
        caller = Caller(simulator)
        id = caller.submit()
        caller.json("GET", f"/shots/{id}")
        caller.json("GET", f"/shots/{id}")
        state = simulator.state()
        caller.connection.close()

    assert state["requests"] == 3
    assert [(job["id"], job["polls"], job["early_polls"]) for job in state["jobs"]] == [(id, 2, 1)]


def test_many_callers_at_once(simulator: Simulator) -> None:
    """Concurrent callers get jobs of their own, and each is counted."""
    before = simulator.state()["requests"]

    def one(_: int) -> str:
        caller = Caller(simulator)
        id = caller.submit()
        caller.connection.close()
        return id

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(one, range(64)))

    assert len(set(ids)) == 64
    assert simulator.state()["requests"] == before + 64


def test_the_end_of_a_simulator() -> None:
    """After its block a simulator accepts no requests, and its thread has ended, even with a stream open."""
    before = running()
    with Simulator(PROVIDER) as simulator:
        caller = Caller(simulator)
        caller.send("POST", "/listen", {"words": "abc"}, x_bide_scenario="stall; duration=0")
        begin = time.monotonic()
    caller.connection.close()

    assert time.monotonic() - begin < 4
    assert running() <= before
    with pytest.raises(ConnectionRefusedError):
        Caller(simulator).submit()


def test_a_simulator_ends_at_once() -> None:
    """A test does not pay for it: uvicorn's own stop takes up to 0.2 s with a connection open."""
    begin = time.monotonic()
    for _ in range(30):
        with Simulator(PROVIDER) as simulator:
            caller = Caller(simulator)
            caller.submit()
        caller.connection.close()

    assert time.monotonic() - begin < 3


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com", "::", ""])
def test_only_this_machine(host: str) -> None:
    """A simulator listens on loopback only."""
    with pytest.raises(SimulatorError, match="loopback only"):
        Simulator(PROVIDER, host=host)


def test_a_port_that_is_taken() -> None:
    """The error is one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SimulatorError, match=f"cannot listen on 127.0.0.1:{port}: "):
            serve(PROVIDER, port=port)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_an_invalid_speed(speed: float) -> None:
    """The speed must be positive."""
    with pytest.raises(SimulatorError, match="speed is"):
        Simulator(PROVIDER, speed=speed)


def test_an_invalid_scenario_file() -> None:
    """The server does not start."""
    with pytest.raises(ScenarioError, match="entry 1"):
        Simulator(PROVIDER, scenarios="- outcome: fial")


def test_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without starlette or uvicorn the error names the extra to install."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    with pytest.raises(SimulatorError, match=r"uvicorn is missing: install Bide with its extra `simulator`"):
        Simulator(PROVIDER)


SERVE = """\
import sys
from tests.simulator.simulated_acme import PROVIDER
from bide.simulator import serve
serve(PROVIDER, ready=lambda url: print(url, flush=True))
print("ended")
"""


def test_serving_until_interrupted() -> None:
    """`serve` prints its address, answers, and returns silently after an interrupt."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=Path(__file__).parents[2],
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = urlsplit(process.stdout.readline().strip())
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=10)
    connection.request("GET", url.path + "/shots/x", headers=HEADERS)
    status = connection.getresponse().status
    connection.close()
    process.send_signal(signal.SIGINT)

    assert (url.path, status) == ("/v2", 404)
    assert process.communicate(timeout=10) == ("ended\n", "")
    assert process.returncode == 0
