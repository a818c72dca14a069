"""Starts pages on Procrastinate, and waits for them. Runs beside `procrastinate_pages.py`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import psycopg
from procrastinate_pages import POSTGRES, TABLE, app, start

NAMES = Path("names.json")


async def start_all(urls: list[str]) -> None:
    with psycopg.connect(POSTGRES) as database:
        database.execute(TABLE.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
    async with app.open_async():
        NAMES.write_text(json.dumps({url: await start(url) for url in urls}), encoding="utf-8")


def wait(seconds: float) -> dict[str, str]:
    names, end = json.loads(NAMES.read_text(encoding="utf-8")), time.monotonic() + seconds
    while True:
        with psycopg.connect(POSTGRES) as database:
            rows = {
                job: (result, error) for job, result, error in database.execute("SELECT job, result, error FROM pages")
            }
        ends = {url: _end(*rows.get(job, (None, None))) for url, job in names.items()}
        if "" not in ends.values() or time.monotonic() > end:
            return ends
        time.sleep(0.2)


def _end(result: str | None, error: str | None) -> str:
    if error is not None:
        return str(json.loads(error)["error"]["class"][0])
    return "" if result is None else "ok"


if __name__ == "__main__":
    if sys.argv[1] == "start":
        asyncio.run(start_all(sys.argv[2:]))
    else:
        print(json.dumps(wait(float(sys.argv[2]))))
