"""Fetch 1,000 pages in a process that is killed every few seconds: `make crawl`.

The provider is a simulator on this machine. The ledger `crawl.db` in a temporary folder remembers what was submitted
and what is done, so each new process goes on where the last one was killed. At the end the simulator is asked how many
jobs it made.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bide_runtime import EntryState, Ledger
from scrapio_client import Scrapio, SystemClock

SPEC = Path(__file__).parents[1] / "specs" / "scrapio.yaml"
PAGES = 1000
SPEED = 20
"""Time passes 20 times as fast for the provider and for the client."""


def work(base_url: str, ledger: str) -> None:
    """The lines of a user: they do not know whether they run for the first time."""
    with Scrapio(api_key="simulated", base_url=base_url, clock=SystemClock(SPEED)) as client:
        pages = ({"url": f"https://example.com/{number}"} for number in range(PAGES))
        for outcome in client.fetch.run_many(pages, ledger=ledger, max_in_flight=50):
            assert outcome.is_ok, outcome.error
            print(outcome.input["url"])


def main() -> int:
    """Kill processes until all pages are there; returns the exit code."""
    scenarios = "- scenario: succeed; duration=6\n"
    with tempfile.TemporaryDirectory() as folder:
        path, pages = Path(folder, "crawl.db"), Path(folder, "pages.txt")
        Path(folder, "scenarios.yaml").write_text(scenarios, encoding="utf-8")
        command = [sys.executable, "-m", "bide", "serve", str(SPEC), "--port", "0", "--speed", str(SPEED)]
        command += ["--scenarios", str(Path(folder, "scenarios.yaml"))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
            try:
                assert simulator.stdout is not None
                base_url = simulator.stdout.readline().split()[1]
                kills, resumed = crawl(base_url, path, pages)
                made = jobs_at(base_url)
            finally:
                simulator.terminate()
        given = len(set(pages.read_text(encoding="utf-8").splitlines()))
    print(f"\n{PAGES:,} pages, {given:,} outcomes, {made:,} jobs at the provider")
    print(f"{kills} kills, {resumed:,} jobs resumed")
    return 0 if given == made == PAGES else 1


def crawl(base_url: str, path: Path, pages: Path) -> tuple[int, int]:
    """Start a process, kill it, start the next, until one ends by itself; returns the kills and the resumed jobs."""
    kills = resumed = 0
    while True:
        with pages.open("a", encoding="utf-8") as out:
            command = [sys.executable, "-u", __file__, base_url, str(path)]
            with subprocess.Popen(command, stdout=out) as worker:
                alive_until = time.monotonic() + random.uniform(1.0, 3.0)
                while worker.poll() is None and time.monotonic() < alive_until:
                    time.sleep(0.1)
                    show(path, kills, resumed)
                if worker.poll() is None:
                    worker.kill()
        if worker.returncode >= 0:
            if worker.returncode:
                sys.exit(f"the process ended with {worker.returncode}")
            return kills, resumed
        kills += 1
        if path.exists():
            with Ledger(path) as ledger:
                resumed += ledger.tally()[EntryState.RUNNING]


def show(path: Path, kills: int, resumed: int) -> None:
    """The line of progress."""
    if not path.exists():
        return
    with Ledger(path) as ledger:
        tally = ledger.tally()
    known = ", ".join(f"{number:,} {state}" for state, number in tally.items() if number or state in ("done", "unsure"))
    print(f"\r{kills} kills, {resumed:,} resumed: {known}".ljust(100), end="", flush=True)


def jobs_at(base_url: str) -> int:
    """How many jobs the simulator made."""
    root = base_url.partition("/v1")[0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{root}/_bide/state") as reply:
        return len(json.load(reply)["jobs"])


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(*sys.argv[1:])
    else:
        sys.exit(main())
