"""Airflow as processes of this machine: API server, scheduler with its workers, DAG processor and triggerer."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".airflow-venv" / "bin" / "airflow"

HEARTBEAT_TIMEOUT = 20
"""Seconds without a heartbeat after which Airflow gives a task up; its default is 300."""

ORPHANS_CHECK = 20
"""Seconds between two searches for the tasks of a scheduler that is gone; Airflow's default is 300."""

_COMMANDS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


class Airflow:
    """One Airflow with a database of its own."""

    def __init__(self, home: Path, dag_file: str, *, workers: int = 8) -> None:
        (home / "dags").mkdir(parents=True)
        (home / "dags" / "page.py").write_text(dag_file, encoding="utf-8")
        self.home = home
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        paths = [str(ROOT), *map(str, sorted((ROOT / "generated").iterdir()))]
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
            "PYTHONPATH": os.pathsep.join(paths),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": str(workers),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": str(ORPHANS_CHECK),
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(HEARTBEAT_TIMEOUT),
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Airflow:
        subprocess.run([PROGRAM, "db", "migrate"], env=self.env, check=True, capture_output=True, timeout=300)
        for part in _COMMANDS:
            self.start(part)
        self._until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(list(self._processes)):
            self.stop(part)

    def start(self, part: str) -> None:
        """Start a part of Airflow."""
        with (self.home / f"{part}.log").open("ab") as log:
            self._processes[part] = subprocess.Popen(
                [PROGRAM, *_COMMANDS[part]], env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self, part: str) -> None:
        """End a part of Airflow, and wait for it."""
        process = self._processes.pop(part)
        tree = [process.pid, *_below(process.pid)]
        process.terminate()
        end = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        _kill(tree)
        process.wait()

    def kill(self, part: str) -> None:
        """End a part of Airflow and all of its processes with SIGKILL."""
        process = self._processes.pop(part)
        _kill([process.pid, *_below(process.pid)])
        process.wait()

    def kill_tasks(self, *, with_workers: bool) -> int:
        """End the processes that run tasks with SIGKILL, perhaps with the workers above them; returns how many."""
        workers = [pid for pid in _below(self._processes["scheduler"].pid) if _below(pid)]
        tasks = [pid for worker in workers for pid in _below(worker)]
        _kill([*workers, *tasks] if with_workers else tasks)
        return len(tasks)

    def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """One request to the public API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v2/{path}", data, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for attempt in range(5):
            try:
                with opener.open(request, timeout=60) as reply:
                    text = reply.read()
                return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"{path}: {error.code} {error.read()[:500]!r}") from error
            except OSError:  # it was killed, and starts again
                if attempt == 4:
                    raise
                time.sleep(2)
        return None

    def connect(self, conn_id: str, base_url: str, key: str) -> None:
        """Add a connection."""
        body = {"connection_id": conn_id, "conn_type": "bide", "host": base_url, "password": key}
        self.ask("connections", body)

    def trigger(self, dag: str) -> str:
        """Start a DAG run; returns its id."""
        return str(self.ask(f"dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The task instances of a DAG run."""
        found: list[dict[str, Any]] = self.ask(f"dags/{dag}/dagRuns/{run}/taskInstances?limit=1000")["task_instances"]
        return found

    def _until_ready(self) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                health = self.ask("monitor/health")
                if all((health[part] or {}).get("status") == "healthy" for part in ("scheduler", "triggerer")):
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"Airflow does not start: see {self.home}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _below(pid: int) -> list[int]:
    """The processes below a process, by `/proc`."""
    parents = dict(_parents())
    found, todo = [], [pid]
    while todo:
        above = todo.pop()
        below = [child for child, parent in parents.items() if parent == above]
        found += below
        todo += below
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:  # it has ended
                continue
            yield int(folder.name), int(stat.rpartition(")")[2].split()[1])


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
