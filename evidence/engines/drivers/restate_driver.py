"""Starts pages on Restate, and waits for them. Runs beside `restate_pages.py`; needs its server alone."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

NAMES = Path("names.json")
INGRESS, ADMIN, SERVICE = "http://127.0.0.1:8080", "http://127.0.0.1:9070", "http://127.0.0.1:9080"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start(urls: list[str]) -> None:
    _post(f"{ADMIN}/deployments", {"uri": SERVICE})
    found = {url: _post(f"{INGRESS}/Pages/fetch/send", url)["invocationId"] for url in urls}
    NAMES.write_text(json.dumps(found), encoding="utf-8")


def wait(seconds: float) -> dict[str, str]:
    names, end = json.loads(NAMES.read_text(encoding="utf-8")), time.monotonic() + seconds
    while True:
        ends = {url: _end(invocation) for url, invocation in names.items()}
        if "" not in ends.values() or time.monotonic() > end:
            return ends
        time.sleep(0.5)


def _end(invocation: str) -> str:
    try:
        with OPENER.open(f"{INGRESS}/restate/invocation/{invocation}/output", timeout=30):
            return "ok"
    except urllib.error.HTTPError as error:
        said = error.read().decode()
        if error.code == 470:
            return ""
        try:
            return str(json.loads(json.loads(said)["message"])["error"]["class"][0])
        except (ValueError, KeyError):
            return f"{error.code} {said}"


def _post(url: str, body: object) -> dict[str, str]:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with OPENER.open(request, timeout=60) as reply:
        found: dict[str, str] = json.load(reply)
    return found


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(sys.argv[2:])
    else:
        print(json.dumps(wait(float(sys.argv[2]))))
