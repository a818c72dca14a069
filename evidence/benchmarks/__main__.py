"""The command line of the benchmarks: measures each subject in a process of its own and writes `docs/benchmarks.md`.

The exit code is 1 if something could not be measured. A missed aim is only reported.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from evidence.benchmarks.environment import REPOSITORY, SHELF, Environment, InstallError, environment
from evidence.benchmarks.line import Line
from evidence.benchmarks.page import Subject, kept, page
from evidence.benchmarks.subjects import TITLES

_PAGE = REPOSITORY / "docs" / "benchmarks.md"
_SHOWN = ("openapi-python-client", "datamodel-code-generator", "anakin-sdk", "openai", "pydantic")
_ENGINES = ("msgspec", "urllib3", "aiohttp", "httpx2", "black")


def main() -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="How fast Bide is, beside others.")
    parser.add_argument("--only", choices=TITLES, help="measure this anew and keep the rest")
    parser.add_argument("--minutes", type=float, default=10.0, help="the most that all of it may take")
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.minutes * 60
    try:
        peers = environment()
    except InstallError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    failed = [
        name
        for name in ([arguments.only] if arguments.only else TITLES)
        if not _measured(peers, name, end - time.monotonic(), *(["alone"] if arguments.only else []))
    ]
    before = _PAGE.read_text(encoding="utf-8") if _PAGE.exists() else ""
    subjects = [
        each for name in TITLES if (each := _subject(name) if _kept(name).exists() else kept(before, TITLES[name]))
    ]
    _PAGE.write_text(page(subjects, _facts(peers)), encoding="utf-8")
    failed += [] if _drawn(peers) else ["plots"]
    for subject in subjects:
        if isinstance(subject, Subject):
            print(subject.text(), end="\n\n")
    print(f"written to docs/{_PAGE.name}")
    for name in failed:
        print(f"FAILED: {name}")
    return 1 if failed else 0


def _measured(peers: Environment, name: str, bound: float, *how: str) -> bool:
    """Measure one subject and keep the results."""
    print(f"--- {name}", flush=True)
    try:
        _kept(name).write_text(
            peers.run("evidence.benchmarks.child", name, *how, bound=max(bound, 1.0)), encoding="utf-8"
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False
    return True


def _drawn(peers: Environment) -> bool:
    """Draw the pictures of the page."""
    try:
        print(peers.run("evidence.benchmarks.plots"), end="")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False
    return True


def _kept(name: str) -> Path:
    return SHELF / f"{name}.json"


def _subject(name: str) -> Subject:
    texts = _texts(Path(__file__).with_name(f"{name}.py"))
    return Subject(
        name=name,
        title=TITLES[name],
        about=texts["ABOUT"],
        why=texts.get("WHY", ""),
        date=datetime.date.fromtimestamp(_kept(name).stat().st_mtime).isoformat(),
        lines=[Line(**each) for each in json.loads(_kept(name).read_text(encoding="utf-8"))],
    )


def _texts(module: Path) -> dict[str, str]:
    """The texts of a subject, read without importing it: the other libraries are not installed here."""
    found: dict[str, str] = {}
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Constant(str(text))):
                found[name] = text
    return found


def _facts(peers: Environment) -> dict[str, str]:
    lacks = [name for name in _SHOWN if not peers.has(name)]
    return {
        "date": datetime.date.today().isoformat(),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "versions": ", ".join(f"{name} {peers.versions[name]}" for name in (*_SHOWN, *_ENGINES) if peers.has(name)),
        "lacks": f" Not to be had from the registry, and so left out: {', '.join(lacks)}." if lacks else "",
    }


if __name__ == "__main__":
    sys.exit(main())
