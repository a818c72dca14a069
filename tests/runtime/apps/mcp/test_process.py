"""The process of a server: what it writes, how it ends, and what it says if it cannot work."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.brook import brook, written
from tests.runtime.apps.mcp.host import KEY, command, environment, mill

SCENARIOS = """
- {match: {job: crack}, scenario: fail; duration=0.1}
- {match: {operation: weigh}, scenario: call=401}
- scenario: duration=0.1
"""


@contextmanager
def started(args: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server, with pipes."""
    pipe = subprocess.PIPE
    with subprocess.Popen(args, env=env, stdin=pipe, stdout=pipe, stderr=pipe) as server:
        try:
            yield server
        finally:
            server.kill()


def sent(server: subprocess.Popen[bytes], number: int, method: str, **params: Any) -> dict[str, Any]:
    """The reply to a request, and what was said before it."""
    assert server.stdin is not None
    assert server.stdout is not None
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    server.stdin.write(json.dumps(message).encode() + b"\n")
    server.stdin.flush()
    while True:
        found: dict[str, Any] = json.loads(server.stdout.readline())
        if found.get("id") == number:
            return found


def initialized(server: subprocess.Popen[bytes]) -> None:
    """The handshake, with an older version of the protocol."""
    me = {"name": "test", "version": "1"}
    found = sent(server, 0, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=me)
    assert found["result"]["protocolVersion"] == "2025-06-18"
    assert server.stdin is not None
    server.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')


def test_the_key_is_never_told(folder: Path, tmp_path: Path) -> None:
    """In nothing that a server writes: each tool is called, and the provider repeats the key in its results."""
    said = []
    with Simulator(mill(), key=KEY, scenarios=SCENARIOS) as simulator:
        args = [*command("--base-url", simulator.url, "--ledger", str(tmp_path / "jobs.db")), "--wait", "5"]
        with started(args, environment(folder)) as server:
            initialized(server)
            said.append(listed := sent(server, 1, "tools/list"))
            for number, tool in enumerate(listed["result"]["tools"], 2):
                arguments = {"name": f"The key is {KEY}."} if "name" in tool["inputSchema"]["properties"] else {}
                if tool["name"] != "turn":
                    said.append(sent(server, number, "tools/call", name=tool["name"], arguments=arguments))
            said.append(sent(server, 99, "resources/list"))
            assert server.stdin is not None
            server.stdin.close()
            assert server.stdout is not None
            assert server.stderr is not None
            rest, log = server.stdout.read(), server.stderr.read()
            assert server.wait(10) == 0
    whole = json.dumps(said).encode() + rest + log

    assert rest == b""
    assert b"The key is [secret]." in whole
    assert KEY.encode() not in whole
    assert base64.b64encode(KEY.encode()) not in whole
    assert [each["result"]["isError"] for each in said if "isError" in each["result"]].count(True) >= 2


@pytest.mark.parametrize("how", ["closed", signal.SIGINT, signal.SIGTERM])
def test_a_server_ends(how: Any, folder: Path) -> None:
    """When the host closes its input, or on a signal, also while it waits for a job, which goes on."""
    with Simulator(mill(), key=KEY, scenarios="- scenario: stall") as simulator:
        with started(command("--base-url", simulator.url), environment(folder)) as server:
            initialized(server)
            assert server.stdin is not None
            call = {"name": "grind", "arguments": {"name": "x"}}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            server.stdin.write(json.dumps(message).encode() + b"\n")
            server.stdin.flush()
            while not simulator.state()["jobs"]:
                time.sleep(0.05)
            if how == "closed":
                server.stdin.close()
            else:
                server.send_signal(how)
            assert server.wait(10) == (0 if how == "closed" else 128 + how)
            assert server.stderr is not None
            assert server.stderr.read() == b""
        [job] = simulator.state()["jobs"]
    assert (job["cancels"], job["state"] in ("pending", "running")) == (0, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_server_on_http(number: int, folder: Path) -> None:
    """Without a traceback."""
    with started(command("--http", "0"), environment(folder)) as server:
        assert server.stderr is not None
        assert b"Mill on http://127.0.0.1:" in server.stderr.readline()
        server.send_signal(number)
        assert server.wait(10) == 128 + number
        assert server.stderr.read() == b""


def failed(args: list[str], env: dict[str, str]) -> str:
    """What a server says that does not start."""
    done = subprocess.run(args, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_what_does_not_work_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    """A port in use, a ledger of another provider, a package that is none, a library that is missing."""
    env = environment(folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert failed(command("--http", port), env).startswith(f"error: port {port} of 127.0.0.1 cannot be used")
    (tmp_path / "no.db").write_text("this is no ledger, but some text")
    assert failed(command("--ledger", str(tmp_path / "no.db")), env).startswith("error: ")
    wrong = failed(command(), {**env, "BIDE_SPEED": "fast"})
    assert wrong == "error: BIDE_SPEED must be a number, not 'fast'\n"
    assert failed([*command()[:-1], "no_client"], env).startswith("error: no_client is not a package")
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError(name='mcp')")
    missing = failed(command(), {**env, "PYTHONPATH": f"{tmp_path}{os.pathsep}{folder}"})
    assert missing == "error: the MCP server needs mcp, which is not installed: pip install 'mill-client[mcp]'\n"


def test_a_package_with_its_own_runtime(tmp_path: Path) -> None:
    """The server is part of it, and needs no other."""
    written(brook(), tmp_path, vendor=True)
    args = [sys.executable, "-m", "brook_client._runtime.apps.mcp", "brook_client"]
    block = "import sys; sys.modules['bide_runtime'] = None"
    (tmp_path / "sitecustomize.py").write_text(block)
    with started(args, {**os.environ, "PYTHONPATH": str(tmp_path), "BROOK_API_KEY": KEY}) as server:
        initialized(server)
        assert sent(server, 1, "tools/list")["result"]["tools"][0]["name"] == "task"
