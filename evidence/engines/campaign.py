"""One way of running jobs on an engine and killing its worker, and what came of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

from evidence.engines.environment import PYTHON, ROOT
from evidence.engines.servers import Server, postgres, redis, restate
from evidence.simulated import jobs_at, simulator
from evidence.temporal.servers import stop

BIN = PYTHON.parent

ANAKIN = {"scrapio_client": "anakin_client", "Scrapio": "Anakin", ").fetch": ").url_scraper"}
"""How the examples are changed for Anakin, which has no idempotency keys."""

LEFT = 60
"""Seconds."""

FINAL = frozenset({"succeeded", "failed", "partial", "cancelled", "expired"})


@dataclass(frozen=True)
class Engine:
    """An engine, with the commands of its worker."""

    title: str
    module: str
    server: Callable[[Path], AbstractContextManager[Server]]
    worker: tuple[str, ...]
    before: tuple[str, ...] = ()
    """A command that prepares its database."""
    has_names: bool = False
    """Whether a worker is started with its name."""


ENGINES = {
    "celery": Engine(
        "Celery",
        "celery_pages",
        redis,
        ("celery", "-A", "celery_pages", "worker", "--pool", "threads", "--concurrency", "20", "--loglevel", "ERROR"),
    ),
    "procrastinate": Engine(
        "Procrastinate",
        "procrastinate_pages",
        postgres,
        ("procrastinate", "--app", "procrastinate_pages.app", "worker", "--concurrency", "50"),
        before=("procrastinate", "--app", "procrastinate_pages.app", "schema", "--apply"),
    ),
    "dbos": Engine("DBOS", "dbos_pages", postgres, ("python", "dbos_pages.py"), has_names=True),
    "restate": Engine(
        "Restate", "restate_pages", restate, ("hypercorn", "restate_pages:app", "--bind", "127.0.0.1:9080")
    ),
}


@dataclass(frozen=True)
class Campaign:
    """One way of running jobs and killing."""

    engine: str
    where: str
    """`during submits`, `between polls`, or `nothing`: no kill."""
    provider: str = "scrapio"
    jobs: int = 20
    rounds: int = 2
    duration: int = 12
    """Seconds that a job takes."""
    is_naive: bool = False
    is_left: bool = False
    """Whether the dead worker is started again only after `LEFT` seconds, in which another one runs."""
    changes: Mapping[str, str] | None = None
    """Texts of the example to be replaced."""

    @property
    def scenario(self) -> str:
        slow = "; submit=slow:3" if self.where == "during submits" else ""
        return f"- scenario: succeed; duration={self.duration}{slow}\n"


@dataclass
class Counted:
    """What came of it."""

    kills: int = 0
    wanted: int = 0
    made: int = 0
    done: int = 0
    unsure: int = 0
    other: int = 0
    """Jobs with another end, or with none."""
    paid_twice: int = 0
    lost: int = 0
    early_polls: int = 0
    polls: int = 0
    takeovers: list[float] = field(default_factory=list)
    """Seconds from a kill to the next request, of each job of the dead worker that did not become unsure."""
    written: int = 0
    """Bytes."""

    @property
    def is_good(self) -> bool:
        return not (self.paid_twice or self.lost or self.early_polls or self.other)


def fight(campaign: Campaign, folder: Path, jitter: Random) -> Counted:
    """Run jobs, kill, wait for the jobs, and compare with what the provider saw."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    engine, counted = ENGINES[campaign.engine], Counted()
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(campaign.scenario, encoding="utf-8")
    with (
        engine.server(folder) as server,
        simulator(ROOT / "specs" / f"{campaign.provider}.yaml", scenarios) as base_url,
    ):
        stage = Stage(engine, folder, campaign.provider)
        stage.place(campaign, server, base_url)
        if engine.before:
            stage.run(*engine.before)
        before = 0
        with stage.worker("worker-1") as worker, ExitStack() as others:
            for number in range(campaign.rounds):
                if number == 0:
                    time.sleep(3)  # for what it writes when it starts
                    before = server.written()
                urls = [f"https://example.com/{number}/{each}" for each in range(campaign.jobs)]
                stage.drive("start", *urls)
                watch = None
                if campaign.where != "nothing":
                    counted.kills += 1
                    watch = _kill(campaign, stage, worker, others, base_url, urls, jitter)
                ends = json.loads(stage.drive("wait", "240"))
                if watch is not None:
                    watch.end()
                    held = [url for url in watch.held if ends.get(url) == "ok"]
                    counted.takeovers += [watch.taken_over.get(url, inf) for url in held]
                counted.wanted += len(urls)
                _count(counted, urls, ends, jobs_at(base_url))
            counted.written = server.written() - before
            if campaign.is_naive and campaign.engine == "celery":
                time.sleep(60)  # for what is delivered again
        seen = jobs_at(base_url)
        counted.made = len(seen)
        counted.early_polls = sum(job["early_polls"] for job in seen)
        counted.polls = sum(job["polls"] for job in seen)
    return counted


class Stage:
    """The folder in which worker and driver run."""

    def __init__(self, engine: Engine, folder: Path, provider: str) -> None:
        self.engine = engine
        self.folder = folder
        self._ports: dict[str, int] = {}
        self._env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "generated" / provider)])}

    def place(self, campaign: Campaign, server: Server, base_url: str) -> None:
        """Write the example and its driver, with the addresses of this run."""
        self._ports = server.ports
        home = ROOT / "evidence" / "engines" / "naive" if campaign.is_naive else ROOT / "examples" / "engines"
        sources = [
            home / f"{self.engine.module}.py",
            Path(__file__).parent / "drivers" / f"{campaign.engine}_driver.py",
        ]
        for source in sources:
            code = self._placed(source.read_text(encoding="utf-8")).replace("http://127.0.0.1:8700", base_url)
            for old, new in {**(ANAKIN if campaign.provider == "anakin" else {}), **(campaign.changes or {})}.items():
                code = code.replace(old, new)
            (self.folder / source.name).write_text(code, encoding="utf-8")
        self._driver = sources[1].name

    def _placed(self, text: str) -> str:
        for port, free in self._ports.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free}")
        return text

    def drive(self, *arguments: str) -> str:
        """Run the driver; returns what it prints."""
        return self.run("python", self._driver, *arguments)

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment of the engines."""
        done = subprocess.run(
            [str(BIN / program), *arguments],
            cwd=self.folder,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {arguments[:2]} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def worker(self, name: str) -> Iterator[Worker]:
        """A worker until the end of the block."""
        program, *others = map(self._placed, self.engine.worker)
        names = [name] if self.engine.has_names else []
        worker = Worker([str(BIN / program), *others, *names], self.folder, self._env)
        try:
            yield worker
        finally:
            worker.end()


class Worker:
    """A worker of an engine, as a process."""

    def __init__(self, command: list[str], folder: Path, env: dict[str, str]) -> None:
        self._command = command
        self._folder = folder
        self._env = env
        self.start()

    def start(self) -> None:
        self._process = self._started()

    def _started(self) -> subprocess.Popen[str]:
        with (self._folder / "worker.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._env,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def kill(self, *, restart: bool = True) -> None:
        """End it with SIGKILL, and start it again, as a supervisor does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if restart:
            self.start()

    def end(self) -> None:
        stop(self._process)


class Watch:
    """What the provider sees of jobs from a kill on, ten times a second."""

    def __init__(self, urls: list[str], base_url: str) -> None:
        self._urls = urls
        self._base_url = base_url
        self._killed = time.monotonic()
        self._ended = Event()
        self.taken_over: dict[str, float] = {}
        """Seconds until the next request of each job."""
        self._before = {url: _requests(job) for url, job in _of(urls, base_url).items() if not _is_over(job)}
        self._thread = Thread(target=self._watch)
        self._thread.start()

    @property
    def held(self) -> frozenset[str]:
        """The jobs that were not over at the kill."""
        return frozenset(self._before)

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            for url, job in _of(self._urls, self._base_url).items():
                if url in self._before and _requests(job) > self._before[url]:
                    self.taken_over.setdefault(url, time.monotonic() - self._killed)

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


def _kill(
    campaign: Campaign, stage: Stage, worker: Worker, others: ExitStack, base_url: str, urls: list[str], jitter: Random
) -> Watch:
    """Kill the worker at a random moment."""
    wanted, most = (1, 2.5) if campaign.where == "during submits" else (len(urls), 4.0)
    _until(lambda: len(_of(urls, base_url)) >= wanted, "the jobs do not start")
    time.sleep(jitter.uniform(0.2, most))
    if not campaign.is_left:
        worker.kill()
        return Watch(urls, base_url)
    others.enter_context(stage.worker("worker-2"))
    time.sleep(5)
    worker.kill(restart=False)
    watch = Watch(urls, base_url)
    time.sleep(LEFT)
    worker.start()
    return watch


def _until(is_so: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + 240
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError(otherwise)
        time.sleep(0.1)


def _of(urls: list[str], base_url: str) -> dict[str, dict[str, Any]]:
    """The jobs of these pages, by page."""
    return {job["arguments"]["url"]: job for job in jobs_at(base_url) if job["arguments"]["url"] in set(urls)}


def _requests(job: dict[str, Any]) -> int:
    return int(job["submits"] + job["polls"])


def _is_over(job: dict[str, Any]) -> bool:
    return job["state"] in FINAL


def _count(counted: Counted, urls: list[str], ends: dict[str, str], seen: list[dict[str, Any]]) -> None:
    made = Counter(job["arguments"]["url"] for job in seen)
    for url in urls:
        end = ends.get(url, "")
        counted.done += end == "ok"
        counted.unsure += end == "SubmitUncertain"
        counted.other += end not in ("ok", "SubmitUncertain")
        counted.paid_twice += made[url] > 1
        counted.lost += not end or (end == "ok" and not made[url])
