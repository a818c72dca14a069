"""The page about the engines of Rust."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

from evidence.rust_engines.conformance import Result, counts
from evidence.rust_engines.environment import ROOT
from evidence.rust_engines.reasons import REASONS, RESOLVER, reason
from evidence.rust_engines.runs import Run
from evidence.rust_engines.short import CLASSES, ENDINGS, PAIRS
from evidence.rust_engines.tried import Tried

PAGE = ROOT / "docs" / "rust-engines.md"

_RUST = ("pyreqwest", "async-pyreqwest", "pyqwest", "async-pyqwest")
_TITLES = {
    "pyreqwest": "pyreqwest",
    "async-pyreqwest": "pyreqwest, asyncio",
    "pyqwest": "pyqwest",
    "async-pyqwest": "pyqwest, asyncio",
    "urllib3": "urllib3, our default",
    "aiohttp": "aiohttp, our default for asyncio",
}

_HEAD = """\
# The HTTP engines of Rust

pyreqwest and pyqwest put reqwest, the HTTP client of Rust, behind a Python interface. They would be an [engine of
ours](transports.md) on three terms: no short program that uses one ends with an abort, it passes the tests that our
engines pass, and it is faster. Written by `make rust-engines` on {date}, with transports over both in
`evidence/rust_engines/adapters`.

{verdict}

## Short programs

{number} new processes for each engine and version of Python. Each sends some requests to a server on loopback and
ends, in one of {endings} ways in turn: with the client closed or not; with requests in flight in threads or tasks; with
an open stream; with cancelled requests; by `sys.exit` in a coroutine; after its event loop was closed; after a fork. In
*bare*, the program uses the engine as its own page shows it, without Bide. *Aborted* is an end by SIGABRT, SIGSEGV or
another signal; *hung* is no end within 20 s.

| Python | engine | fine | aborted | hung | failed | of {forks} forks, the child process failed or hung |
|---|---|---|---|---|---|---|
"""

_ABORTS = """
The programs that aborted:

| what the program did | {names} |
|---|{lines}|
"""

_FORKS = """
Of the programs without asyncio, {blocking} aborted.

After a fork, a new client in the child process raises `RuntimeError` with pyreqwest, which says so, and waits for ever
with pyqwest. Our engines make new connections there.

## The tests of our engines

The tests in `tests/runtime/engines`, which all our engines pass, are run with these two as they are: real sockets, and
servers that cut, delay and damage their replies.

| Python | engine | passed | failed | aborted or hung | left out |
|---|---|---|---|---|---|
"""

_WHY = """
*Left out*: the tests of an engine that the user passes. Why tests fail, with Python {python}:

| why | {names} |
|---|{lines}|
"""

_FIRST = """
The first of these alone rules an engine out. If the timeout of a submit passes before there is a connection, nothing
was sent, and our engines say so: the submit is [sent again](errors.md#what-is-sent-again). These two raise the same
error as for a reply that does not come; they have a timeout for connecting alone, but one for a client, not for a
request. A transport has to assume that the submit was sent, so the call ends with `SubmitUncertain` for a job that
nobody has made.

## One poll

A wait polls a job over loopback, with each engine in turn, 20 polls each time. *Ratio*: to our default engine in the
same round, the median of the rounds; below 1 is faster. The CPU time is that of all threads.

| Python | engine | µs per poll | ratio | ratio of CPU time |
|---|---|---|---|---|
"""

_ABOUT = """
Versions: {versions}.
"""


def text(found: Sequence[Tried], date: str) -> str:
    """The page."""
    short = [run for tried in found for run in tried.short]
    number = sum(run.engine == short[0].engine for run in short) // len(found)
    forks = number // len(ENDINGS) + (list(ENDINGS).index("fork") < number % len(ENDINGS))
    names = list(PAIRS)
    parts = [_HEAD.format(date=date, verdict=verdict(found), number=number, endings=len(ENDINGS), forks=forks)]
    parts += [_short_row(tried, engine) for tried in found for engine in names]
    parts.append(_ABORTS.format(names=" | ".join(map(_pair, names)), lines="---|" * (len(names) - 1) + "---"))
    parts += [_abort_row(short, ending, names) for ending in ENDINGS]
    blocking = [run for run in short if run.outcome == "aborted" and not is_async(run.ending)]
    parts.append(_FORKS.format(blocking=len(blocking) or "none"))
    parts += [_test_row(tried.versions["python"], *each) for tried in found for each in _tests(tried)]
    last = found[-1]
    titles = " | ".join(_TITLES[name] for name in _RUST)
    parts.append(_WHY.format(python=last.versions["python"], names=titles, lines="---|" * 3 + "---"))
    parts += [_reason_row(last.rust, why) for why in REASONS if any(_failures(last.rust, name)[why] for name in _RUST)]
    parts.append(_FIRST)
    parts += [_time_row(tried, engine) for tried in found for engine in CLASSES]
    versions = ", ".join(f"{name} {number}" for name, number in last.versions.items() if name != "python")
    parts.append(_ABOUT.format(versions=versions))
    return "".join(parts)


def is_async(ending: str) -> bool:
    """Whether a program that ends so uses asyncio."""
    return ending.startswith("async_") or ending in ("loop_closed", "exit_in_a_task")


def verdict(found: Iterable[Tried]) -> str:
    """What follows from the results, by the three terms."""
    found = list(found)
    refused = []
    for engine, awaited in PAIRS.items():
        if engine not in _RUST:
            continue
        aborts = sum(
            run.engine == engine and run.outcome in ("aborted", "hung") for tried in found for run in tried.short
        )
        runs = sum(run.engine == engine for tried in found for run in tried.short)
        failed = {
            result.test
            for tried in found
            for result in tried.rust
            if result.engine in (engine, awaited)
            and result.outcome not in ("passed", "skipped")
            and reason(result.test) != RESOLVER
        }
        if aborts or failed:
            refused.append(
                f"{engine} aborted or hung in {aborts} of {runs} short programs and fails {len(failed)} tests"
            )
    if not refused:
        return "Both keep to the terms."
    what = "Neither is offered" if len(refused) == 2 else "Only one keeps to the terms"
    return textwrap.fill(f"{what}: {'; '.join(refused)}.", 120)


def _short_row(tried: Tried, engine: str) -> str:
    runs = [run for run in tried.short if run.engine == engine]
    count = Counter(run.outcome for run in runs)
    cells = (count["fine"], count["aborted"], count["hung"], count["failed"], count["forked"])
    return _line(tried.versions["python"], _pair(engine), *cells)


def _pair(engine: str) -> str:
    """The name of a pair of engines, blocking and asyncio."""
    return f"{engine} and {PAIRS[engine]}" if engine == "urllib3" else engine


def _abort_row(short: Iterable[Run], ending: str, names: Iterable[str]) -> str:
    doc = (ENDINGS[ending].__doc__ or "").partition("\n")[0].rstrip(".")
    title = f"bare: {doc[0].lower()}{doc[1:]}" if ending == "async_bare" else doc
    counted = Counter((run.engine, run.outcome) for run in short if run.ending == ending)
    runs = {name: sum(number for (engine, _), number in counted.items() if engine == name) for name in names}
    return _line(title, *(f"{counted[name, 'aborted']} of {runs[name]}" for name in names))


def _tests(tried: Tried) -> list[tuple[str, Counter[str]]]:
    rust = counts(tried.rust)
    ours: Counter[str] = Counter()
    for count in counts(tried.ours).values():
        ours += count
    return [*((_TITLES[name], rust[name]) for name in _RUST), ("our four engines together", ours)]


def _test_row(python: str, title: str, count: Counter[str]) -> str:
    cells = (count["passed"], count["failed"], count["aborted"] + count["hung"], count["skipped"])
    return _line(python, title, *cells)


def _failures(found: Iterable[Result], engine: str) -> Counter[str]:
    failed = (result for result in found if result.engine == engine and result.outcome not in ("passed", "skipped"))
    return Counter(reason(result.test) for result in failed)


def _reason_row(found: Sequence[Result], why: str) -> str:
    return _line(why, *(_failures(found, name)[why] for name in _RUST))


def _time_row(tried: Tried, engine: str) -> str:
    time = tried.times[engine]
    cells = (f"{time.seconds * 1e6:.0f}", f"{time.ratio:.2f}", f"{time.cpu:.2f}")
    return _line(tried.versions["python"], _TITLES[engine], *cells)


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"
