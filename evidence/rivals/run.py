"""Run the official SDKs, the loops of the pages and our own clients on the same scripts. Writes `docs/rivals.md`.

The exit code is 0 if each of our own clients did its duty. The results of others are only reported.
"""

from __future__ import annotations

import datetime
import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from clients import CLIENTS, Client
from environment import Environment, InstallError, environment
from judgement import Judgement, Seen, judge
from page import Page
from scripts import SCRIPTS, Script
from stage import Stage

_DOCS = Path(__file__).resolve().parents[2] / "docs" / "rivals.md"

_AT_ONCE = 8
"""The number of concurrent processes. Each mostly sleeps."""

_SHOWN = ("anakin-sdk", "scrapio-py", "knowledgesdk", "requests", "httpx", "pydantic", "Python")

Play = tuple[Script, Client, str]


def main() -> int:
    """Run everything; returns the exit code."""
    began = time.monotonic()
    try:
        rivals = environment()
    except InstallError as error:
        print(f"rivals: {error}", file=sys.stderr)
        return 1
    plays = list(_plays(rivals))
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as threads:
        stage = Stage.of(rivals.python)
        seen = dict(
            zip(plays, threads.map(lambda play: stage.play(play[1], play[0], mode=play[2]), plays), strict=True)
        )
    page = Page(
        results=_judged(seen),
        date=datetime.date.today().isoformat(),
        versions=_versions(rivals),
        lacks=tuple(rivals.lacks()),
    )
    print(page.details(), page.glance(), sep="\n\n")
    _DOCS.write_text(page.text(), encoding="utf-8")
    wrong = _wrong(page)
    print(f"\n{len(plays)} runs in {time.monotonic() - began:.0f} s; written to docs/{_DOCS.name}")
    for line in wrong:
        print(f"WRONG, ours: {line}")
    return 1 if wrong else 0


def _plays(rivals: Environment) -> list[Play]:
    """All runs, the longest first, so that they do not delay the end."""
    plays = [
        (script, client, mode)
        for script, client in itertools.product(SCRIPTS, CLIENTS)
        if client.takes(script) and (not client.needs or client.needs in rivals.versions)
        for mode in (("sync", "async") if client.is_ours else ("sync",))
    ]
    return sorted(plays, key=lambda play: "*" not in play[0].scenario)


def _judged(seen: dict[Play, Seen]) -> dict[str, dict[str, dict[str, Judgement]]]:
    happy = {(client.name, mode): what for (script, client, mode), what in seen.items() if script is SCRIPTS[0]}
    results: dict[str, dict[str, dict[str, Judgement]]] = {script.name: {} for script in SCRIPTS}
    for (script, client, mode), what in seen.items():
        usual = None if script is SCRIPTS[0] else happy.get((client.name, mode))
        found = results[script.name].setdefault(client.name, {})
        found[mode] = judge(script, what, reason=client.reason, usual=usual)
    return results


def _wrong(page: Page) -> list[str]:
    ours = {client.name for client in CLIENTS if client.is_ours}
    return [
        f"{script}, {name}, {mode}: {judgement.happened}"
        for script, clients in page.results.items()
        for name, modes in clients.items()
        for mode, judgement in modes.items()
        if name in ours and not judgement.is_right
    ]


def _versions(rivals: Environment) -> dict[str, str]:
    theirs = {name: rivals.versions[name] for name in _SHOWN if name in rivals.versions}
    return {**theirs, "bide": version("bide")}


if __name__ == "__main__":
    sys.exit(main())
