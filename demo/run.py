"""The main job, end to end: every job and operation of each provider, through its generated package.

Generates the packages, installs them in an environment without Bide, simulates each provider, runs everything that the
specs describe, and prints a table. The exit code is 0 if each line is right.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import packages
import table
from commands import Command, catalog_in, commands
from packages import REPOSITORY, InstallError
from plan import MODES, PlanError, lines
from simulators import SimulatorError, simulators
from verdict import Verdict, judge, surplus
from visitors import Host, VisitError, Visitors

from bide.lint.pipeline import read_spec

SPEED = 20.0
"""The speed of simulators and clients: their seconds per second of real time."""


def main() -> int:
    """Run the demo and return the exit code of the process."""
    # Ending this process also ends the simulators.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _demo()
    except (InstallError, PlanError, SimulatorError, VisitError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _demo() -> int:
    specs = sorted((REPOSITORY / "specs").glob("*.yaml"))
    providers = [read_spec(spec.name, spec.read_text(encoding="utf-8")) for spec in specs]
    plans = [lines(provider) for provider in providers]
    with tempfile.TemporaryDirectory(prefix="bide-demo-") as out:
        with _timed(f"generated {len(specs)} packages"):
            folders = packages.generate(specs, Path(out))
            catalogs = [catalog_in(*each) for each in zip(folders, providers, strict=True)]
        with _timed("installed them where Bide is not"):
            python = packages.environment(folders)
    print(f"\n{table.heading(speed=SPEED)}", flush=True)
    verdicts: list[Verdict] = []
    with simulators(specs, speed=SPEED) as simulated, _timed(f"\nran {sum(map(len, plans))} lines"):
        visitors = Visitors(python=python, speed=SPEED)
        for mode in MODES:
            hosts = [
                Host(provider=provider, url=at.url, lines=[line for line in plan if line.mode == mode])
                for provider, at, plan in zip(providers, simulated, plans, strict=True)
            ]
            for host, at, seen in zip(hosts, simulated, visitors.visit(hosts, mode=mode), strict=True):
                judged = judge(host.lines, seen, at.jobs(), speed=SPEED)
                print(*table.rows(judged), sep="\n", flush=True)
                verdicts += judged
        surpluses = [
            each
            for provider, at, plan in zip(providers, simulated, plans, strict=True)
            for each in surplus(provider.name, plan, at.jobs())
        ]
        print("\nThe same packages as commands, in real seconds:\n", flush=True)
        typed: list[Command] = []
        with _timed("ran them"):
            for catalog, provider, at in zip(catalogs, providers, simulated, strict=True):
                for command in commands(catalog, python.parent, provider, at.url, speed=SPEED):
                    print(command.line, flush=True)
                    typed.append(command)
    print(table.summary(verdicts, surpluses))
    wrong = sum(bool(command.complaint) for command in typed)
    print(f"WRONG: {wrong} of {len(typed)} commands" if wrong else f"all {len(typed)} commands are as they should be")
    return 0 if all(verdict.is_right for verdict in verdicts) and not surpluses and not wrong else 1


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{what} in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
