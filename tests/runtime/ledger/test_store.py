"""The file of a ledger: every failure is one sentence, and nothing is lost by it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from bide_runtime.clients.clock import SystemClock
from bide_runtime.errors.client import InvalidArgument, InvalidToken
from bide_runtime.errors.ledger import LedgerFileError
from bide_runtime.http.rate_limit import MaxRate, Rate, RateLimiter
from bide_runtime.ledger.__main__ import main
from bide_runtime.ledger.file import place, rates
from bide_runtime.ledger.file.rates import SharedRateLimiter, shared
from bide_runtime.ledger.file.store import Store
from bide_runtime.ledger.file.worker import Worker
from bide_runtime.ledger.ledger import Ledger

from tests.runtime.acme import KEY, PART, Acme
from tests.runtime.fakes import cut_off
from tests.runtime.ledger.shop import Run, Shop, inputs, states
from tests.runtime.world import BROKEN, DONE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crawl.db"


def test_a_ledger_belongs_to_one_provider(path: Path) -> None:
    """Another one is told whose it is."""
    Store(path, provider="acme").close()
    with pytest.raises(LedgerFileError, match="has jobs of 'acme', and this client is for 'other'"):
        Store(path, provider="other")


def test_a_newer_format_is_refused(path: Path) -> None:
    """With what to do."""
    Store(path, provider="acme").close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerFileError, match=r"format 99, this one reads 1.*--upgrade"):
        Ledger(path)


@pytest.mark.parametrize("content", [b"no database at all", b"", b"sqlite"])
def test_another_file_is_left_alone(path: Path, content: bytes) -> None:
    """Its bytes are as before."""
    path.write_bytes(content)
    with pytest.raises(LedgerFileError, match="is not a ledger"):
        Ledger(path)
    assert content == path.read_bytes()


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    """Also by a client."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")
    with pytest.raises(LedgerFileError, match="is not a ledger"):
        Store(path, provider="acme")


def test_a_missing_ledger_is_not_made_by_looking_at_it(path: Path) -> None:
    """The folder stays empty."""
    with pytest.raises(LedgerFileError, match="there is no ledger"):
        Ledger(path)
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """It is not made."""
    with pytest.raises(LedgerFileError, match="does its folder exist"):
        Store(tmp_path / "missing" / "crawl.db", provider="acme")


def test_a_read_only_ledger_is_named(path: Path) -> None:
    """Nothing is sent."""
    Store(path, provider="acme").close()
    shop = Shop()
    with Store(path, provider="acme").writing() as database:
        database.execute("PRAGMA query_only = 1")
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(LedgerFileError, match="read-only"):
            Run("sync", shop, path).all(inputs())
    finally:
        path.parent.chmod(0o700)
    assert [] == shop.jobs


def test_a_full_disk_loses_no_job(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written down is not sent; with some space the same lines go on."""
    shop, limit = Shop(), Store._opened
    opened: list[sqlite3.Connection] = []

    def small(store: Store, provider: str | None) -> sqlite3.Connection:
        database = limit(store, provider)
        database.execute("PRAGMA max_page_count = 20")
        opened.append(database)
        return database

    def freed(worker: Worker) -> None:
        opened[0].execute("PRAGMA max_page_count = 100000")

    monkeypatch.setattr(Store, "_opened", small)
    monkeypatch.setattr(Worker, "free_reserve", freed)
    with pytest.raises(LedgerFileError, match="the disk is full"):
        Run("sync", shop, path).all({"url": "x" * 400 + str(number)} for number in range(200))
    made = len(shop.jobs)
    monkeypatch.undo()
    outcomes = Run("sync", shop, path).all({"url": "x" * 400 + str(number)} for number in range(200))

    assert 200 == len(shop.jobs) == len(set(shop.jobs))
    assert 0 < made < 200
    assert all(outcome.is_ok for outcome in outcomes)


def test_a_network_share_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its locks and syncs do not keep what a ledger promises."""
    monkeypatch.setattr(place, "network_of", lambda path: "nfs4")
    monkeypatch.setattr("bide_runtime.ledger.file.store.network_of", lambda path: "nfs4")
    with pytest.raises(LedgerFileError, match=r"network share \(nfs4\)"):
        Store(path, provider="acme")


def test_a_dead_worker_is_seen_at_once(path: Path) -> None:
    """The kernel has released its lock."""
    store = Store(path, provider="acme")
    worker = Worker(store)
    code = (
        "import sys, os\n"
        "from bide_runtime.ledger.file.store import Store\n"
        "from bide_runtime.ledger.file.worker import Worker\n"
        f"worker = Worker(Store({str(path)!r}, provider='acme'))\n"
        "print(worker.number, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        number = int(other.stdout.readline())
        assert worker.is_alive(number)
        assert worker.is_alive(worker.number)
        other.kill()
        other.wait()
        assert not worker.is_alive(number)
    worker.leave()
    assert not worker.is_alive(worker.number)
    assert [] == list(path.parent.glob("*-worker-*"))
    store.close()


def test_processes_share_a_rate_limit(path: Path) -> None:
    """Slots of one are not free for the other, and a restart of the machine frees them."""
    limiters = [SharedRateLimiter(RateLimiter({"POST /jobs": Rate(2, 10.0)}), path) for _ in range(2)]
    slots = [limiters[number % 2].claim("POST /jobs", 100.0) for number in range(6)]

    assert [100.0, 100.0, 110.1, 110.1, 120.2, 120.2] == pytest.approx(slots)
    assert 130.3 == pytest.approx(limiters[0].free_at("POST /jobs", 100.0))
    assert limiters[1].claim("POST /jobs", 100.0, before=120.0) is None
    assert 100.0 == limiters[0].claim("GET /jobs", 100.0)


def test_processes_share_the_rate_of_all_requests(path: Path) -> None:
    """`max_rate` counts over all of them."""
    limiters = [SharedRateLimiter(RateLimiter({}, total=MaxRate(2.0)), path) for _ in range(2)]

    assert [0.0, 0.5, 1.0] == pytest.approx([limiters[number % 2].claim("GET /a", 0.0) for number in range(3)], abs=0.2)


def test_a_limiter_without_rates_needs_no_file(path: Path) -> None:
    """Nothing is shared."""
    assert shared(RateLimiter({}), path) is None


def test_a_start_of_the_machine_frees_all_slots(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock begins anew, so those of before could be hours ahead."""
    limiter = RateLimiter({"POST /jobs": Rate(1, 60.0)})
    before = SharedRateLimiter(limiter, path)
    assert 5000.0 == before.claim("POST /jobs", 5000.0)
    before.close_file()
    monkeypatch.setattr(rates, "_boot", lambda: "another")
    after = SharedRateLimiter(RateLimiter({"POST /jobs": Rate(1, 60.0)}), path)

    assert 30.0 == after.claim("POST /jobs", 30.0)


def test_a_clock_of_another_speed_frees_all_slots(path: Path) -> None:
    """Such as that of a simulator: 20 times as fast, it is weeks ahead of the real one."""
    fast = SharedRateLimiter(RateLimiter({"POST /jobs": Rate(1, 60.0)}), path, 20.0)
    assert 100_000.0 == fast.claim("POST /jobs", 100_000.0)
    fast.close_file()
    real = SharedRateLimiter(RateLimiter({"POST /jobs": Rate(1, 60.0)}), path)

    assert 5000.0 == real.claim("POST /jobs", 5000.0)


def test_a_batch_says_how_fast_its_clock_is(path: Path) -> None:
    """To the file of the rate limits."""
    client = Acme(KEY, clock=SystemClock(20), max_rate=100)
    list(client.jobs(PART).run_many([], ledger=path))
    with sqlite3.connect(f"{path}-rates") as database:
        [(name,)] = database.execute("SELECT name FROM boot").fetchall()

    assert name.endswith(" 20")


@pytest.fixture
def filled(path: Path) -> Path:
    """A ledger with a result, a failed job and an uncertain submit."""
    shop = Shop()
    shop.submit = lambda url: cut_off() if url == "u2" else None
    shop.poll = lambda url: BROKEN if url == "u1" else DONE
    Run("sync", shop, path, max_retries=0).all(inputs())
    assert ["done", "failed", "unsure"] == states(path)
    return path


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_export(filled: Path, suffix: str) -> None:
    """A row for each input that is over."""
    to = filled.with_suffix(f".{suffix}")
    with Ledger(filled) as ledger:
        assert 3 == ledger.export(to)
        with pytest.raises(InvalidArgument, match="suffix"):
            ledger.export("x.txt")
        with pytest.raises(LedgerFileError, match="cannot be written"):
            ledger.export(filled.parent / "missing" / "x.csv")
    lines = to.read_text(encoding="utf-8").splitlines()
    assert 3 + (suffix == "csv") == len(lines)
    assert "JobFailed" in lines[-2]
    assert "the disk is full" in lines[-2]


def test_the_command_line(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status, retry, settle and export; an error is one line."""
    assert 0 == main(["status", str(filled)])
    told = capsys.readouterr().out
    assert ["part", "0", "0", "0", "1", "1", "0", "1"] == told.splitlines()[1].split()
    assert "3 submits that may have cost money" in told
    assert 'unsure: 3 part {"url":"u2"}' in told

    assert 2 == main(["retry", str(filled)])
    assert "say which inputs: --failed, --refused, --unsure, --running" in capsys.readouterr().err
    assert 0 == main(["settle", str(filled), "3", "--nothing-made"])
    assert "the next batch submits this input again" in capsys.readouterr().out
    assert 0 == main(["retry", str(filled), "--failed"])
    assert "1 inputs" in capsys.readouterr().out
    assert ["done", "new", "new"] == states(filled)

    assert 0 == main(["export", str(filled), "--to", str(filled.with_suffix(".csv"))])
    assert "1 outcomes" in capsys.readouterr().out
    assert 1 == main(["status", str(filled.with_name("none.db"))])
    assert "error: there is no ledger" in capsys.readouterr().err


@pytest.mark.parametrize(
    "token",
    [
        "x",
        '{"bide":1,"provider":"other","job":"part","id":"j1"}',
        '{"bide":1,"provider":"acme","job":"whole","id":"j1"}',
    ],
    ids=["no token", "another provider", "another kind"],
)
def test_a_token_that_no_batch_could_resume_settles_nothing(token: str, filled: Path) -> None:
    """It is refused now, and not in each later run."""
    with Ledger(filled) as ledger, pytest.raises(InvalidToken):
        ledger.settle(3, token=token)
    assert "unsure" == states(filled)[2]


def test_a_number_that_no_ledger_has_settles_nothing(filled: Path) -> None:
    """However large it is."""
    with Ledger(filled) as ledger, pytest.raises(InvalidArgument, match="neither unsure nor running"):
        ledger.settle(10**30, nothing_made=True)


@pytest.mark.parametrize("beside", ["rates", "worker-1"])
def test_a_file_beside_the_ledger_that_cannot_be_opened(beside: str, path: Path) -> None:
    """Each failure is a `LedgerFileError`."""
    path.with_name(f"{path.name}-{beside}").mkdir()
    with pytest.raises(LedgerFileError, match="cannot be"):
        Run("sync", Shop(), path, max_rate=100).all(inputs(1))


def test_states_are_checked(filled: Path) -> None:
    """A wrong word gets the list of the right ones."""
    with Ledger(filled) as ledger, pytest.raises(InvalidArgument, match="new, sending, running"):
        list(ledger.outcomes("finished"))


def test_an_outcome_has_its_job(filled: Path) -> None:
    """Input, token, id, result or error."""
    with Ledger(filled) as ledger:
        done, failed, unsure = ledger.outcomes()
    assert ({"url": "u0"}, "j0", {"text": "hello"}) == (done.input, done.job_id, done.result)
    assert ("E7", "j1") == (getattr(failed.error, "code", None), failed.job_id)
    assert (None, None) == (unsure.job_id, unsure.token)


def test_processes_that_start_together_make_one_ledger(path: Path) -> None:
    """None of them takes the half-made file of another for something else."""
    code = f"from bide_runtime.ledger.file.store import Store\nStore({str(path)!r}, provider='acme').close()\n"
    for number in range(5):
        together = [
            subprocess.Popen(
                [sys.executable, "-c", code.replace("crawl.db", f"crawl{number}.db")], stderr=subprocess.PIPE
            )
            for _ in range(4)
        ]
        assert [(0, b"")] * 4 == [(each.wait(), each.communicate()[1]) for each in together]
