"""The command line of each package: every job and operation once, as the help's example has it, side by side."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shlex import split

from bide_runtime.apps.catalog.catalog import Catalog, Entry
from bide_runtime.apps.cli.jobs import example_of

from bide.ir import Provider

_TOGETHER = 8
"""The number of commands at the same time. Each mostly sleeps."""
_PATIENCE = 120.0
"""The timeout of a command in real seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command line, and how it ended."""

    provider: str
    words: tuple[str, ...]
    seconds: float
    complaint: str
    """Empty if it is right."""

    @property
    def line(self) -> str:
        """What was typed, in one line of the report."""
        typed = " ".join((self.provider, *self.words))
        verdict = f"WRONG: {self.complaint}" if self.complaint else "ok"
        return f"{typed if len(typed) <= 95 else f'{typed[:92]}...':95}  {self.seconds:6.1f} s  {verdict}"


def catalog_in(folder: Path, provider: Provider) -> Catalog:
    """The catalog of a generated package, which is not imported."""
    package = f"{provider.name}_client"
    return Catalog(package, json.loads((folder / package / "catalog.json").read_bytes()))


def commands(catalog: Catalog, programs: Path, provider: Provider, url: str, *, speed: float) -> Iterator[Command]:
    """Run the commands of a provider; *programs* is the folder where they are installed."""
    env = {
        **os.environ,
        **{secret.env: "demo" for secret in provider.auth},
        f"{provider.name.upper()}_BASE_URL": url,
        "BIDE_SPEED": f"{speed:g}",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    typed = [(entry, _words(entry, "run")) for entry in catalog.jobs.values()]
    typed += [(entry, _words(entry)) for entry in catalog.operations.values()]
    program = programs / str(catalog.command)
    with ThreadPoolExecutor(_TOGETHER) as pool:
        yield from pool.map(lambda each: _ran(program, each[0], each[1], env), typed)


def _words(entry: Entry, *more: str) -> tuple[str, ...]:
    return (str(entry.command), *more, *split(example_of(entry)))


def _ran(program: Path, entry: Entry, words: tuple[str, ...], env: Mapping[str, str]) -> Command:
    began = time.monotonic()
    try:
        ended = subprocess.run(
            [program, *words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE
        )
        complaint = _complaint(entry, ended.returncode, ended.stdout, ended.stderr)
    except subprocess.TimeoutExpired:
        complaint = f"it took more than {_PATIENCE:g} s"
    return Command(provider=program.name, words=words, seconds=time.monotonic() - began, complaint=complaint)


def _complaint(entry: Entry, code: int, out: str, err: str) -> str:
    """What is wrong with the end of a command; empty if nothing is."""
    if code:
        return f"exit code {code}: {' '.join(err.split())}"
    if err:
        return f"it wrote to standard error: {err!r}"
    texts = out.splitlines() if entry.returns == "events" else [out]
    try:
        values = [json.loads(text) for text in texts]
    except ValueError:
        return f"it printed no JSON: {out[:80]!r}"
    return "" if values else "it printed nothing"
