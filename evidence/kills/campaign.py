"""One way of killing: how many processes, which provider, and what is left of the disk."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bide_runtime import EntryState, Ledger

from evidence.kills.worker import GENERATED, Work, generate, run
from evidence.simulated import jobs_at, simulator

SPECS = {
    "scrapio": Path(__file__).resolve().parents[2] / "specs" / "scrapio.yaml",
    "anakin": Path(__file__).resolve().parents[2] / "specs" / "anakin.yaml",
    "ferry": Path(__file__).with_name("ferry.yaml"),
}
"""Ferry is made up: it has no keys, but its jobs can be found by a reference."""
SPEED = 40.0
"""The seconds of provider and clients in one real second."""

QUICK = "- scenario: succeed; duration=4\n"
HARSH = """\
- match: {share: 0.1}
  scenario: succeed; duration=20; submit=lost
- match: {share: 0.1}
  scenario: fail; duration=5; poll=502,lost,429:2
- match: {share: 0.1}
  scenario: succeed; duration=10; submit=429:1,502_after; poll=lost,cut_short
- match: {share: 0.1}
  scenario: succeed; duration=10; submit=503; poll=502*3
- scenario: succeed; duration=8; poll=ok,429:1
"""
"""Scenarios of the simulator: replies that are lost, errors, jobs that fail."""

_MORE = 5
"""How many batches may follow after the kills."""

_PASSES = 20
"""How often the loops are started again at the end, for inputs that the last ones left."""

FINAL = frozenset({"ok", "JobFailed"})
"""Outcomes after which an input is over. After others, such as a 503 to the submit, the next batch tries it again."""


@dataclass(frozen=True)
class Campaign:
    """One way of killing."""

    provider: str
    processes: int
    is_harsh: bool = False
    is_async: bool = False
    cuts_power: bool = False
    """Whether all processes end at once, and what was not synced to disk is gone."""

    @property
    def has_keys(self) -> bool:
        """Whether the provider has idempotency keys."""
        return self.provider == "scrapio"

    @property
    def may_be_unsure(self) -> bool:
        """Whether a submit under way at a kill may be unsure: it is neither sent again nor found."""
        return self.provider == "anakin"

    @property
    def name(self) -> str:
        keys = "keys" if self.has_keys else "no keys" if self.may_be_unsure else "a reference"
        provider = "harsh" if self.is_harsh else "quick"
        end = "power cut" if self.cuts_power else "SIGKILL"
        return f"{end}, {self.processes} {'asyncio' if self.is_async else 'blocking'}, {provider} provider, {keys}"


@dataclass
class Counted:
    """What came of it."""

    kills: int = 0
    inputs: int = 0
    jobs: int = 0
    unsure: int = 0
    paid_twice: int = 0
    lost: int = 0
    handed_twice: int = 0
    early_polls: int = 0
    notes: list[str] = field(default_factory=list)
    """What is wrong, for a person."""

    @property
    def is_good(self) -> bool:
        return not (self.paid_twice or self.lost or self.handed_twice or self.early_polls or self.notes)

    def add(self, other: Counted) -> None:
        for name in ("kills", "inputs", "jobs", "unsure", "paid_twice", "lost", "handed_twice", "early_polls"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.notes += other.notes


def fight(campaign: Campaign, folder: Path, *, kills: int, jitter: Random, inputs: int = 40) -> Counted:
    """Kill until there were so many kills; returns what came of it."""
    if campaign.provider not in GENERATED:
        generate(SPECS[campaign.provider], folder / "package")
    counted = Counted()
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(HARSH if campaign.is_harsh else QUICK, encoding="utf-8")
    number = 0
    with simulator(SPECS[campaign.provider], scenarios, speed=SPEED) as base_url:
        run(_work(campaign, folder / "first", base_url, inputs=1))  # imports what the processes need
        while counted.kills < kills:
            number += 1
            work = _work(campaign, folder / f"{number}", base_url, inputs)
            counted.add(_round(campaign, work, base_url, min(kills - counted.kills, 15), jitter))
    return counted


def _work(campaign: Campaign, place: Path, base_url: str, inputs: int) -> Work:
    """Inputs for a ledger in a new folder."""
    place.mkdir()
    return Work(
        provider=campaign.provider,
        base_url=base_url,
        speed=SPEED,
        ledger=place / "crawl.db",
        told=place / "told.txt",
        urls=[f"https://example.com/{place.name}/{number}" for number in range(inputs)],
        is_async=campaign.is_async,
    )


def _round(campaign: Campaign, work: Work, base_url: str, kills: int, jitter: Random) -> Counted:
    """One ledger, killed again and again, and then left to end."""
    alive: list[int] = []
    killed = 0
    while True:
        alive += [_forked(work) for _ in range(campaign.processes - len(alive))]
        if killed >= kills:
            break
        time.sleep(jitter.uniform(0.02, 0.5))
        if campaign.cuts_power:
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            ended = [_waited(pid) for pid in alive]
            alive = []
            _drop_unsynced(work)
        else:
            victim = alive.pop(jitter.randrange(len(alive)))
            os.kill(victim, signal.SIGKILL)
            ended = [_waited(victim)]
        if all(code == 0 for code in ended):
            break  # all was done before
        killed += sum(code != 0 for code in ended)
    codes = [_waited(pid) for pid in alive]
    for _ in range(_PASSES):
        # A submit that got a 503 to every attempt is left to the next batch.
        with Ledger(work.ledger) as ledger:
            if not any(ledger.outcomes("new", "sending", "running")):
                break
        codes.append(_waited(_forked(work)))
    for _ in range(_MORE):
        if all(code == 0 for code in codes) and _has_open(work):
            codes.append(_waited(_forked(work)))
    counted = _judged(campaign, work, base_url)
    counted.kills = killed
    counted.notes += [f"{work.ledger}: a process ended with {code}" for code in codes if code]
    counted.lost += sum(code != 0 for code in codes)
    return counted


def _has_open(work: Work) -> bool:
    """Whether an input is left for the next batch, such as one whose submit got a 503."""
    with Ledger(work.ledger) as ledger:
        return any(True for _ in ledger.outcomes("new", "sending", "running"))


def _forked(work: Work) -> int:
    """Start a process at work; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        run(work)
        code = 0
    except BaseException as error:
        with work.told.with_suffix(".errors").open("a", encoding="utf-8") as file:
            file.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


def _waited(pid: int) -> int:
    """The exit code of a process."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _drop_unsynced(work: Work) -> None:
    """Leave of the write-ahead log what it had at its last sync, as a power cut may."""
    log = work.ledger.with_name(f"{work.ledger.name}-wal")
    if not log.exists():
        return
    synced = int(work.synced.read_text(encoding="utf-8")) if work.synced.exists() else 0
    with log.open("r+b") as file:
        file.truncate(min(synced, log.stat().st_size))
    work.ledger.with_name(f"{work.ledger.name}-shm").unlink(missing_ok=True)


def _judged(campaign: Campaign, work: Work, base_url: str) -> Counted:
    """Compare what the provider saw with the ledger and with what the loops were given."""
    seen = [job for job in jobs_at(base_url) if job["arguments"].get("url") in set(work.urls)]
    jobs = Counter(job["arguments"]["url"] for job in seen)
    counted = Counted(inputs=len(work.urls), jobs=len(seen))
    counted.early_polls = sum(job["early_polls"] for job in seen)
    twice = {url for url, number in jobs.items() if number > 1}
    counted.paid_twice = len(twice)
    with Ledger(work.ledger) as ledger:
        tally = ledger.tally()
        counted.unsure = tally[EntryState.UNSURE]
        open_entries = [outcome.input["url"] for outcome in ledger.outcomes("new", "sending", "running")]
        counted.lost = len(work.urls) - sum(tally.values()) + len(open_entries)
        made = {outcome.input["url"] for outcome in ledger.outcomes("done", "failed")}
    given, again = _given(work.told, FINAL | {"SubmitUncertain"} if campaign.may_be_unsure else FINAL)
    if counted.unsure and not campaign.may_be_unsure:
        counted.notes.append(f"{counted.unsure} unsure")
    if campaign.cuts_power:
        again = set()  # that an outcome was handed out need not outlast a power cut
    missing = made - given
    counted.lost += len(missing) + len(made - jobs.keys())
    wrong = {"paid twice": twice, "not handed out": missing, "handed out twice": again, "open": open_entries}
    counted.notes += [f"{word}: {url}" for word, urls in wrong.items() for url in sorted(urls)]
    return counted


def _given(told: Path, final: frozenset[str]) -> tuple[set[str], set[str]]:
    """The URLs whose outcome a loop was given, and those that were given again although the loop had gone on."""
    given: set[str] = set()
    done: set[str] = set()
    again: set[str] = set()
    asked: dict[str, str] = {}
    for line in told.read_text(encoding="utf-8").splitlines() if told.exists() else []:
        pid, word, url, how = line.split()
        if (before := asked.pop(pid, None)) is not None:
            done.add(before)
        if word == "got":
            if url in done:
                again.add(url)
            given.add(url)
        elif how in final:
            asked[pid] = url
    return given, again
