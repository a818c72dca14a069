"""A batch on a ledger beside the same batch without one: CPU and memory per job, commits and the size of the file."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any

from anakin_client.testing import FakeAnakin
from bide_runtime.errors.own import OwnErrors
from bide_runtime.ledger.batch.claims import Claims, stored_input
from bide_runtime.ledger.batch.journal import Journal
from bide_runtime.ledger.file.store import Store
from bide_runtime.ledger.file.worker import Worker

from evidence.benchmarks.environment import SHELF
from evidence.benchmarks.line import Line, compared

ABOUT = """
`run_many` of Anakin's URL scraper at 100 in flight, on the fake that comes with the package, with `ledger=` and
without, in turn. The inputs are all different. Each job is a submit and a poll, so that the ledger weighs most; a job
that is polled ten times costs more, and its ledger the same. A commit is one transaction, and a sync one that must
outlast a power cut.

Submits written down are those of the file alone, one worker and no requests: an input read and claimed, the intent to
send it, synced in groups, and the token of the job that came of it. The time is that of the clock on the wall.
"""

WHY = """
A ledger adds nine statements per job: the key, the row of the input, the intent with what is sent, the audit row, the
token, the outcome, the mark that it was handed out. And it writes input, submission and result as JSON. With one, the
job of this measurement costs about 0.2 ms more, however often it is polled.
"""

JOBS = 1_000
ROUNDS = 5
_FEW, _MANY = 10_000, 100_000


def measure(jobs: int = _MANY) -> Iterator[Line]:
    """CPU, then what one long run of *jobs* leaves."""
    for name, is_async in ("blocking", False), ("asyncio", True):
        with_one: list[float] = []
        without: list[float] = []
        for number in range(ROUNDS + 1):
            ours = _cpu(JOBS, has_ledger=True, is_async=is_async)
            theirs = _cpu(JOBS, has_ledger=False, is_async=is_async)
            if number:
                with_one.append(ours / JOBS)
                without.append(theirs / JOBS)
        yield compared(f"CPU per job, {name}", with_one, "without a ledger", without, unit="µs", scale=1e6, reach=1.5)
    peak, size, commits, syncs = _in_a_process(jobs, has_ledger=True)
    bare = _in_a_process(jobs, has_ledger=False)[0]
    few = _in_a_process(_FEW, has_ledger=True)[0]
    yield Line(
        measure=f"most memory held, {jobs:,} jobs",
        ours=f"{peak / 2**20:.1f} MiB",
        against="without a ledger",
        theirs=f"{bare / 2**20:.1f} MiB",
        ratio=peak / bare,
    )
    yield Line(
        measure="the same",
        ours=f"{peak / 2**20:.1f} MiB",
        against=f"ours, {_FEW:,} jobs",
        theirs=f"{few / 2**20:.1f} MiB",
        ratio=peak / few,
        reach="≤ 1.1",
        met=peak <= 1.1 * few,
    )
    yield Line(measure="size of the file, per job", ours=f"{size / jobs / 1000:.2f} kB")
    yield Line(measure="commits per thousand jobs", ours=f"{commits * 1000 / jobs:,.0f}")
    yield Line(measure="syncs per thousand jobs", ours=f"{syncs * 1000 / jobs:,.0f}")
    yield from _written()


def _written() -> Iterator[Line]:
    """How many submits the file takes in a second."""
    for group in 100, 1000:
        rate = median(_written_once(group) for _ in range(ROUNDS))
        yield Line(
            measure=f"submits written down in a second, {group:,} in a group",
            ours=f"{rate:,.0f}",
            reach="≥ 10,000",
            met=rate >= 10_000,
        )


def _written_once(group: int) -> float:
    submission = FakeAnakin().client().url_scraper.prepare(url="https://example.com")
    kind = submission.kind
    with tempfile.TemporaryDirectory(dir=SHELF) as folder:  # not in memory, as /tmp may be
        store = Store(Path(folder, "batch.db"), provider=kind.provider)
        worker = Worker(store)
        claims, journal = Claims(store, worker, kind.name), Journal(store, kind, OwnErrors())
        given = _inputs(_FEW)
        began = time.perf_counter()
        while inputs := [(None, stored_input(each)) for each in islice(given, group)]:
            numbers = [entry.number for entry in claims.claim(inputs) if entry is not None]
            for number in numbers:
                journal.note_sending(number, submission, time.time())
            journal.commit(must_last=True)
            for number in numbers:
                journal.note_running(number, f"job-{number}", f"token of job-{number}")
            journal.commit()
        seconds = time.perf_counter() - began
        worker.leave()
        store.close()
    return _FEW / seconds


def _cpu(jobs: int, *, has_ledger: bool, is_async: bool) -> float:
    """The CPU time of one batch."""
    with tempfile.TemporaryDirectory() as folder:
        fake = FakeAnakin()
        gc.collect()
        began = time.process_time()
        run = _run_async if is_async else _run
        run(fake, jobs, Path(folder, "batch.db") if has_ledger else None)
        return time.process_time() - began


def _inputs(jobs: int) -> Iterator[Any]:
    return ({"url": f"https://example.com/{number}"} for number, _ in zip(count(), range(jobs), strict=False))


def _run(fake: FakeAnakin, jobs: int, ledger: Path | None) -> None:
    with fake.client() as client:
        outcomes = client.url_scraper.run_many(_inputs(jobs), max_in_flight=100, max_submitting=100, ledger=ledger)
        for number, outcome in enumerate(outcomes, 1):
            assert outcome.is_ok
            if number % 1000 == 0 and jobs > JOBS:
                fake.forget()


def _run_async(fake: FakeAnakin, jobs: int, ledger: Path | None) -> None:
    async def running() -> None:
        async with fake.async_client() as client:
            batch = client.url_scraper.run_many(_inputs(jobs), max_in_flight=100, max_submitting=100, ledger=ledger)
            async for outcome in batch:
                assert outcome.is_ok

    asyncio.run(running())


def _in_a_process(jobs: int, *, has_ledger: bool) -> tuple[int, int, int, int]:
    """Peak memory and size of the file in bytes, commits and syncs of a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (jobs, has_ledger))


def _measured(jobs: int, has_ledger: bool) -> tuple[int, int, int, int]:
    counted = {False: 0, True: 0}
    writing = Store.writing

    def counting(store: Store, *, must_last: bool = False) -> Any:
        counted[must_last] += 1
        return writing(store, must_last=must_last)

    Store.writing = counting  # type: ignore[method-assign,assignment]  # in a process of its own
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "batch.db")
        _run(FakeAnakin(), jobs, path if has_ledger else None)
        size = sum(each.stat().st_size for each in Path(folder).iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return peak, size, sum(counted.values()), counted[True]
