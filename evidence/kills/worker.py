"""The process that is killed: the loop that a user would write, with a ledger. It tells a file what it was given."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

from bide_runtime import AsyncSystemClock, SystemClock
from bide_runtime.ledger.file.store import Store

from bide.emit.render import render
from bide.lint.pipeline import read_spec

KINDS = {"scrapio": "fetch", "anakin": "url_scraper", "ferry": "crossing"}
"""A kind of job of each provider: Scrapio has idempotency keys, and Anakin has none. Those of Ferry can be found."""

GENERATED = ("scrapio", "anakin")
"""The providers whose packages are in this repository."""

for _name in GENERATED:
    sys.path.insert(0, str(Path(__file__).parents[2] / "generated" / _name))


def generate(spec: Path, folder: Path) -> None:
    """Write the package of a spec into a folder, from which it can be imported."""
    for name, text in render(read_spec(spec.name, spec.read_text(encoding="utf-8"))).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    invalidate_caches()


@dataclass(frozen=True)
class Work:
    """What one process does."""

    provider: str
    base_url: str
    speed: float
    """Of the provider and of the clock."""
    ledger: Path
    told: Path
    """Gets a line for each outcome, and one when the loop asks for the next."""
    urls: list[str]
    is_async: bool

    @property
    def synced(self) -> Path:
        """Gets the length of the write-ahead log at its last sync."""
        return self.ledger.with_suffix(".synced")


def run(work: Work) -> None:
    """Work until all is done."""
    package, kind = import_module(f"{work.provider}_client"), KINDS[work.provider]
    blocking, asynchronous = getattr(package, work.provider.title()), getattr(package, f"Async{work.provider.title()}")
    out = os.open(work.told, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def tell(word: str, outcome: Any) -> None:
        how = "ok" if outcome.is_ok else type(outcome.error).__name__
        os.write(out, f"{os.getpid()} {word} {outcome.input['url']} {how}\n".encode())

    def batch(client: Any) -> Any:
        inputs = ({"url": url} for url in work.urls)
        return getattr(client, kind).run_many(inputs, ledger=work.ledger, max_in_flight=20, timeout=7200)

    def loop() -> None:
        with blocking("key", base_url=work.base_url, clock=SystemClock(work.speed)) as client:
            for outcome in batch(client):
                tell("got", outcome)
                tell("next", outcome)

    async def async_loop() -> None:
        async with asynchronous("key", base_url=work.base_url, clock=AsyncSystemClock(work.speed)) as client:
            async for outcome in batch(client):
                tell("got", outcome)
                tell("next", outcome)

    with noting_syncs(work.synced):
        if work.is_async:
            asyncio.run(async_loop())
        else:
            loop()


@contextmanager
def noting_syncs(to: Path) -> Iterator[None]:
    """Note how much of the write-ahead log a power cut leaves: what it had at the last sync."""
    writing = Store.writing

    @contextmanager
    def noted(store: Store, *, must_last: bool = False) -> Iterator[Any]:
        with writing(store, must_last=must_last) as database:
            yield database
        if must_last:
            log = store.path.with_name(f"{store.path.name}-wal")
            part = to.with_name(f"{to.name}.{os.getpid()}")
            part.write_text(str(log.stat().st_size), encoding="utf-8")
            part.replace(to)

    Store.writing = noted  # type: ignore[method-assign,assignment]  # in the process that is killed
    try:
        yield
    finally:
        Store.writing = writing  # type: ignore[method-assign]
