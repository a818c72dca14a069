"""Brook's server over raw sockets: creates jobs, records requests, and injects planned faults."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Self
from urllib.parse import parse_qs

from tests.runtime.engines.server import Answer, Peer, Received, Server, head, play, reply


@dataclass(eq=False)
class Made:
    """One job of the server."""

    id: str
    name: str
    made: float
    key: str | None = None
    polls: list[float] = field(default_factory=list)
    """The times of the polls."""
    fetches: int = 0
    cancelled: bool = False

    @property
    def closest(self) -> float:
        """The shortest time between two polls, in seconds."""
        return min((later - earlier for earlier, later in pairwise(self.polls)), default=float("inf"))


class BrookServer(Server):
    """Its jobs take *lasts* seconds. Those whose name begins with "bad" fail.

    Plans are the faults of consecutive requests of a kind; `None` is no fault. `refusals` are of submits that create no
    job, `submits` of submits that have created one, `groups` of polls of many jobs.
    """

    def __init__(
        self,
        *,
        refusals: Iterable[Answer | None] = (),
        submits: Iterable[Answer | None] = (),
        polls: Iterable[Answer | None] = (),
        results: Iterable[Answer | None] = (),
        groups: Iterable[Answer | None] = (),
        lasts: float = 0.0,
        accepted: str = "waiting",
    ) -> None:
        super().__init__(self._answered)
        plans = {"refusals": refusals, "submits": submits, "polls": polls, "results": results, "groups": groups}
        self._plans = {name: iter(plan) for name, plan in plans.items()}
        self._planning = threading.Lock()
        self.jobs: dict[str, Made] = {}
        self.lasts = lasts
        self.submits: list[Received] = []
        self.groups: list[list[str]] = []
        """The ids of each poll of many jobs."""
        self._accepted = accepted
        self._waiting: list[threading.Timer] = []

    @property
    def job(self) -> Made:
        """The only job there is."""
        (only,) = self.jobs.values()
        return only

    @property
    def fetches(self) -> int:
        return sum(job.fetches for job in self.jobs.values())

    def plan(self, kind: str, answers: Iterable[Answer | None]) -> None:
        """Set the faults of the next requests of a kind."""
        with self._planning:
            self._plans[kind] = iter(answers)

    def refuse_for(self, seconds: float) -> None:
        """Refuse all connections for *seconds*."""
        self._shut()
        timer = threading.Timer(seconds, self._reopen)
        timer.daemon = True
        self._waiting.append(timer)
        timer.start()

    def hang_up(self) -> None:
        """Close all connections from the server's side."""
        with self._lock:
            for peer in list(self._open):
                peer.close()

    def _shut(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def _reopen(self) -> None:
        if not self._stopping.is_set():
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
            self._start(self._accept)

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for timer in self._waiting:
            timer.cancel()
            timer.join()
        super().__exit__(*exc_info)

    def _answered(self, peer: Peer, request: Received) -> None:
        came = time.monotonic()
        place, _, parameters = request.target.partition("?")
        match place.strip("/").split("/"):
            case ["flocks"] if request.method == "GET":
                self._poll_many(peer, request, parse_qs(parameters)["ids"][0].split(","), came)
            case ["tasks" | "errands" | "keyed" | "parcels" | "rations" | "flocks"]:
                self._submit(peer, request, parameters, came)
            case [("jobs" | "parcels" | "rations" | "flocks"), id]:
                self._poll(peer, request, self.jobs.get(id), came)
            case ["parcels", id, "result"]:
                self._result(peer, request, self.jobs[id])
            case ["parcels", id, "cancel"]:
                self.jobs[id].cancelled = True
                peer.send(said(status="off"))
            case _:
                peer.send(said("404 Not Found", code="lost", message="there is no such place"))

    def _submit(self, peer: Peer, request: Received, parameters: str, came: float) -> None:
        self.submits.append(request)
        if self._goes_wrong("refusals", peer, request):
            return
        key = request.headers.get("idempotency-key")
        name = parse_qs(parameters)["name"][0] if parameters else json.loads(request.body)["name"]
        with self._planning:
            job = next((job for job in self.jobs.values() if key is not None and job.key == key), None)
            if job is None:
                job = Made(f"j{len(self.jobs) + 1}", name, came, key)
                self.jobs[job.id] = job
        if not self._goes_wrong("submits", peer, request):
            peer.send(said("201 Created", id=job.id, status=self._accepted))

    def _poll(self, peer: Peer, request: Received, job: Made | None, came: float) -> None:
        if job is None:
            peer.send(said("404 Not Found", code="lost", message="there is no such job"))
            return
        job.polls.append(came)
        if not self._goes_wrong("polls", peer, request):
            peer.send(said(**self._shown(job, came)))

    def _poll_many(self, peer: Peer, request: Received, ids: list[str], came: float) -> None:
        self.groups.append(ids)
        for job in (self.jobs[id] for id in ids):
            job.polls.append(came)
        if not self._goes_wrong("groups", peer, request):
            peer.send(said(jobs=[self._shown(self.jobs[id], came) for id in ids]))

    def _shown(self, job: Made, now: float) -> dict[str, Any]:
        if job.cancelled:
            return {"id": job.id, "status": "off"}
        if now < job.made + self.lasts:
            return {"id": job.id, "status": "working"}
        if job.name.startswith("bad"):
            return {"id": job.id, "status": "broken", "why": "it is bad"}
        return {"id": job.id, "status": "done", "text": job.name}

    def _result(self, peer: Peer, request: Received, job: Made) -> None:
        job.fetches += 1
        if not self._goes_wrong("results", peer, request):
            peer.send(said(text=job.name))

    def _goes_wrong(self, kind: str, peer: Peer, request: Received) -> bool:
        with self._planning:
            planned = next(self._plans[kind], None)
        if planned is not None:
            planned(peer, request)
        return planned is not None


# --- replies and faults of the server


def said(line: str = "200 OK", /, **body: Any) -> bytes:
    """A JSON reply."""
    return reply(json.dumps(body).encode(), status=line, content_type="application/json")


def refuses(status: int, **headers: str) -> Answer:
    """An error reply."""
    body = json.dumps({"code": "oh_no", "message": f"no {status}"}).encode()
    return play(reply(body, status=f"{status} Not Now", content_type="application/json", **headers))


def says(**body: Any) -> Answer:
    return play(said(**body))


def works(**headers: str) -> Answer:
    """A running job, with extra headers."""
    return play(reply(b'{"status": "working"}', content_type="application/json", **headers))


def gzipped(body: bytes) -> Answer:
    return play(reply(gzip.compress(body), content_encoding="gzip", content_type="application/json"))


def also(do: Callable[[], object], answer: Answer | None = None) -> Answer:
    """Do something before the answer; without an answer, close the connection."""

    def answered(peer: Peer, request: Received) -> None:
        do()
        (answer or DROP)(peer, request)

    return answered


HTML = play(reply(b"<!doctype html><title>Just a moment</title>", content_type="text/html"))
CUT = play(head(content_length="200") + b'{"status": "done", "te', Peer.close)
RESET = play(head(content_length="200") + b'{"status": "done", "te', Peer.reset)
DROP = play(Peer.close)
HANG = play(Peer.wait_until_gone)
CUT_GZIP = play(reply(gzip.compress(b'{"status": "done", "text": "never whole"}')[:-9], content_encoding="gzip"))
