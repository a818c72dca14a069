"""Starts pages on Celery, and waits for them. Runs beside `celery_pages.py`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import celery_pages

NAMES = Path("names.json")


def start(urls: list[str]) -> None:
    NAMES.write_text(json.dumps({url: celery_pages.start(url) for url in urls}), encoding="utf-8")


def wait(seconds: float) -> dict[str, str]:
    names, end = json.loads(NAMES.read_text(encoding="utf-8")), time.monotonic() + seconds
    while True:
        ends = {url: _end(celery_pages.store.hgetall(name)) for url, name in names.items()}
        if "" not in ends.values() or time.monotonic() > end:
            return ends
        time.sleep(0.2)


def _end(page: dict[str, str]) -> str:
    if "error" in page:
        return str(json.loads(page["error"])["error"]["class"][0])
    return "ok" if "result" in page else ""


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(sys.argv[2:])
    else:
        print(json.dumps(wait(float(sys.argv[2]))))
