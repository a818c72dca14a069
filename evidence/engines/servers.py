"""The servers of the engines: Redis, PostgreSQL and Restate, each in a folder of its own, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidence.engines.environment import postgres_program, restate_program
from evidence.temporal.servers import free_port, stop

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    ports: dict[str, int]
    """Its ports, by those that the pages have."""
    written: Callable[[], int]
    """How many bytes it has written to its log or database so far."""


@contextmanager
def redis(folder: Path) -> Iterator[Server]:
    """Redis that syncs each command to its log before it answers."""
    port, log = free_port(), folder / "redis"
    log.mkdir()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(log), "--save", ""]
    command += ["--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"]
    with _running(command, port):
        yield Server({"6379": port}, lambda: sum(path.stat().st_size for path in log.rglob("*.aof")))


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A cluster of PostgreSQL. It does not run as root."""
    port, data = free_port(), folder / "postgres"
    data.mkdir(mode=0o700)
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(data, user, user)
    initdb = [str(postgres_program("initdb")), "--pgdata", str(data), "--username=postgres", "--auth=trust"]
    made = subprocess.run(
        initdb,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
    )
    if made.returncode:
        raise RuntimeError(f"initdb ended with {made.returncode}: {made.stderr}")
    command = [str(postgres_program("postgres")), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
    psql = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-Atc", "SELECT pg_current_wal_lsn() - '0/0'"]

    def written() -> int:
        return int(subprocess.run(psql, check=True, capture_output=True, text=True).stdout)

    with _running([*command, "-c", "max_connections=300"], port, user=user) as process:
        yield Server({"5432": port}, written)
        process.send_signal(signal.SIGINT)  # which ends connections too


@contextmanager
def restate(folder: Path) -> Iterator[Server]:
    """The Restate server, with its defaults but for addresses."""
    ports = {name: free_port() for name in ("8080", "9070", "5122", "9080")}
    data = folder / "restate"
    env = {
        "RESTATE_BASE_DIR": str(data),
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_LOG_FILTER": "error",
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{ports['5122']}",
        "RESTATE_ADVERTISED_ADDRESS": f"http://127.0.0.1:{ports['5122']}",
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ports['8080']}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{ports['9070']}",
    }
    with _running([str(restate_program())], ports["8080"], env=env) as process:
        _until(lambda: _is_healthy(ports["9070"]))

        def written() -> int:
            counted = Path(f"/proc/{process.pid}/io").read_text(encoding="utf-8")
            return int(counted.split("write_bytes: ")[1].split()[0])

        yield Server(ports, written)


@contextmanager
def _running(
    command: list[str], port: int, *, user: str | None = None, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd="/",
        env={**os.environ, **(env or {})},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    try:
        _until(lambda: _listens(port))
        yield process
    finally:
        stop(process)


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError("a server did not start within 60 s")
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _is_healthy(port: int) -> bool:
    try:
        with OPENER.open(f"http://127.0.0.1:{port}/health", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False
