"""Starts pages on DBOS, and waits for them. Runs beside `dbos_pages.py`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import dbos_pages
from dbos import DBOSClient

NAMES = Path("names.json")


def start(urls: list[str]) -> None:
    dbos_pages.start(*urls)
    NAMES.write_text(json.dumps(urls), encoding="utf-8")


def wait(seconds: float) -> dict[str, str]:
    client, end = DBOSClient(system_database_url=dbos_pages.POSTGRES), time.monotonic() + seconds
    urls = json.loads(NAMES.read_text(encoding="utf-8"))
    while True:
        ends = {each.workflow_id: _end(each) for each in client.list_workflows(workflow_ids=urls)}
        if "" not in ends.values() or time.monotonic() > end:
            return ends
        time.sleep(0.2)


def _end(found: object) -> str:
    if found.status == "SUCCESS":
        return "ok"
    return type(found.error).__name__ if found.status == "ERROR" else ""


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(sys.argv[2:])
    else:
        print(json.dumps(wait(float(sys.argv[2]))))
