"""W16: threads may share a blocking client, which needs no thread of its own to wait."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

from tests.live.brook_server import DROP, HTML, BrookServer, refuses, said
from tests.runtime.engines.server import Peer, Received
from tests.threads import left_behind, running

MIN_INTERVAL = 0.03
"""Brook's min_interval is 40 ms; threads wake up some milliseconds late."""


def test_eight_threads_share_a_client(package: ModuleType) -> None:
    """Each gets the results of its own jobs, with faults, and min_interval holds."""
    faults = [None, None, refuses(503), None, DROP, None, HTML, None]
    with BrookServer(polls=faults * 4, lasts=0.1) as server, package.Brook("key", base_url=server.url) as client:
        together = threading.Barrier(8)

        def work(number: int) -> list[str]:
            together.wait()
            names = [f"{number}.{turn}" for turn in range(3)]
            return [client.task.run(name=name, timeout=20).text for name in names]

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(work, range(8)))
        assert [[f"{number}.{turn}" for turn in range(3)] for number in range(8)] == results
        assert 24 == len(server.jobs)
        assert min(job.closest for job in server.jobs.values()) > MIN_INTERVAL
    server.settle(0)


def test_threads_share_a_handle(package: ModuleType) -> None:
    """Two waits, a poll and two handles of one job share its min_interval, and all get its final state."""
    with BrookServer(lasts=0.5) as server, package.Brook("key", base_url=server.url) as client:
        job = client.parcel.submit(name="x")
        same = client.parcel.resume(job.token)

        def by_updates() -> object:
            for _ in job.updates():
                pass
            return job.result()

        calls = [job.wait, job.wait, same.wait, lambda: job.poll() and job.wait(), by_updates]
        with ThreadPoolExecutor(len(calls)) as pool:
            results = [future.result(10) for future in [pool.submit(call) for call in calls]]
        assert ["x"] * len(calls) == [result.text for result in results]
        assert server.job.closest > MIN_INTERVAL
        assert len(server.job.polls) < 0.6 / MIN_INTERVAL


def test_a_result_is_fetched_once_for_all_waits(package: ModuleType) -> None:
    """W14: waits that share a handle share its result, however long the fetch takes."""

    def slow(peer: Peer, _request: Received) -> None:
        peer.stopping.wait(0.3)
        peer.send(said(text="x"))

    with BrookServer(lasts=0.2, results=[slow] * 9) as server, package.Brook("key", base_url=server.url) as client:
        job = client.parcel.submit(name="x")
        with ThreadPoolExecutor(4) as pool:
            results = [future.result(10) for future in [pool.submit(job.wait) for _ in range(4)]]
        assert 1 == len({id(result) for result in results})
        assert 1 == server.fetches


def test_batches_in_eight_threads_share_a_client(package: ModuleType) -> None:
    """They share its rate limits: no job is created twice, and min_interval holds."""
    before = running()
    with BrookServer(lasts=0.1) as server, package.Brook("key", base_url=server.url) as client:

        def work(number: int) -> list[str]:
            inputs = [{"name": f"{number}.{turn}"} for turn in range(6)]
            return [outcome.result.text for outcome in client.task.run_many(inputs, in_order=True)]

        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(work, range(4)))
        assert [[f"{number}.{turn}" for turn in range(6)] for number in range(4)] == results
        assert 24 == len(server.jobs)
        assert min(job.closest for job in server.jobs.values()) > MIN_INTERVAL
    assert [] == left_behind(before)


def test_a_wait_needs_no_thread(package: ModuleType) -> None:
    """A blocking wait runs in the calling thread."""
    before = running()
    with BrookServer(lasts=0.2) as server, package.Brook("key", base_url=server.url) as client:
        names: set[str] = set()
        client.task.run(name="x", on_update=lambda _: names.update(thread.name for thread in running() - before))
        assert not [name for name in names if name.startswith("bide") or "look-up" in name]


FIRST_USE = """
import sys, threading
sys.setswitchinterval(1e-6)
sys.path.insert(0, sys.argv[1])
from brook_client import Brook
clients = [Brook("key", base_url=sys.argv[2]) for _ in range(2)]
together = threading.Barrier(12)
texts = []
def work(number):
    together.wait()
    client = clients[number % 2]
    kind = (client.task, client.keyed, client.parcel, client.ration)[number % 4]
    texts.append(kind.run(name=str(number)).text)
threads = [threading.Thread(target=work, args=[number]) for number in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*sorted(texts, key=int))
"""


def test_the_first_use_may_be_in_many_threads_at_once(package: ModuleType) -> None:
    """Objects made on first use are made once, in a new process."""
    folder = str(Path(str(package.__file__)).parents[1])
    with BrookServer() as server:
        runs = [
            subprocess.Popen(
                [sys.executable, "-c", FIRST_USE, folder, server.url],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        for run in runs:
            out, err = run.communicate(timeout=30)
            assert (0, " ".join(map(str, range(12)))) == (run.returncode, out.strip()), err[-2000:]
        assert 36 == len(server.jobs)


def test_polls_of_one_handle_are_min_interval_apart(package: ModuleType) -> None:
    """Also from 16 threads at the same time."""
    with BrookServer(lasts=60) as server, package.Brook("key", base_url=server.url) as client:
        job = client.task.submit(name="x")
        with ThreadPoolExecutor(16) as pool:
            polls = [pool.submit(job.poll) for _ in range(16)]
            assert ["working"] * 16 == [poll.result(10).status for poll in polls]
        assert server.job.closest > MIN_INTERVAL
