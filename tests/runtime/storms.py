"""Hypothesis strategies for waits: any sequence of replies, any clock, any policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bide_runtime.errors.client import ClientError
from bide_runtime.jobs.polling import Polling
from bide_runtime.waiting.policies.policy import Policy
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.runtime.acme import APART, PART, SHY, kind
from tests.runtime.fakes import Reply, Sent, Server, cut_off, unreachable
from tests.runtime.world import Mode, World

rule = settings(deadline=None, max_examples=50)
"""The settings of each rule: all of them together take some seconds."""

FAULTS = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 598, 599)
NOT_PROCESSED = (429, 521, 523, 525, 526, 530, 599)
"""HTTP statuses with which the provider did not process the request."""
REFUSALS = (400, 401, 402, 403, 404, 409, 410, 422, 418)
RETRY_AFTER = (
    "0",
    "-3",
    "2",
    "7",
    "1e9",
    "nan",
    "inf",
    "soon",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
)
STATUSES = ("queued", "running", "done", "half", "broken", "stopped", "lost", "brand-new", None)


@dataclass(frozen=True)
class Steady:
    """A policy with a constant delay, which need not be sensible."""

    seconds: float

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        return self.seconds


@dataclass
class Storm:
    """One job, its server, its clock and its waiter."""

    of: Any
    replies: list[Reply]
    timeout: float
    min_interval: float
    policy: Policy | None
    share: float
    _left: list[Reply] = field(default_factory=list, repr=False)
    _submitted: bool = field(default=False, repr=False)

    def server(self, sent: Sent) -> Reply:
        if sent.request.method == "POST" and not sent.path.endswith("cancel") and not self._submitted:
            self._submitted = True
            return Reply({"id": "j1", "status": "queued"}, 202, takes=min(self.replies[0].takes, 5.0))
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]

    def begin(self) -> Server:
        """The server, at its first reply."""
        self._left = list(self.replies)
        self._submitted = False
        return self.server

    def world(self, mode: Mode) -> World:
        """A client of that server."""
        world = World(mode, self.begin())
        world.clock.time.drift = self.share
        return world

    def wait(self, mode: Any) -> tuple[World, object]:
        """Wait for an existing job; returns its result or its error."""
        world = self.world(mode)
        return world, outcome(world, lambda: world.job(self.of).wait(timeout=self.timeout, policy=self.policy))

    def run(self, mode: Any) -> tuple[World, object]:
        """Submit the job and wait for it."""
        world = self.world(mode)
        call = {"url": "u", "timeout": self.timeout, "policy": self.policy}
        return world, outcome(world, lambda: world.jobs(self.of).run(**call))

    def calls(self, mode: Any, names: list[str]) -> World:
        """Make several calls for the same job in sequence, each on its own handle."""
        world = self.world(mode)
        jobs = world.jobs(self.of)
        for name in names:
            match name:
                case "poll":
                    outcome(world, lambda: jobs.attach("j1").poll())
                case "get":
                    outcome(world, lambda: jobs.get("j1"))
                case "wait":
                    outcome(world, lambda: jobs.attach("j1").wait(timeout=self.timeout, policy=self.policy))
                case "soon":
                    outcome(world, lambda: jobs.attach("j1").wait(timeout=0.1, policy=self.policy))
        return world


def outcome(world: World, call: Any) -> object:
    """The result of a call, or the error that it raises."""
    try:
        return world.do(call())
    except ClientError as error:
        return error


def bodies() -> st.SearchStrategy[Any]:
    """Poll replies: complete, truncated, of another shape."""
    whole = st.fixed_dictionaries(
        {"status": st.sampled_from(STATUSES), "page": st.just({"text": "x"}), "text": st.just("x")},
        optional={"ready": st.booleans(), "retry_after_ms": st.sampled_from([0, -1, 900, 4000, 1e300])},
    )
    return st.one_of(
        whole,
        whole,
        whole,
        st.sampled_from([b"", b"{", b'{"status": "do', b"<html>", b"\xff", b"null", b"[]", b'{"status": 3}']),
    )


@st.composite
def replies(draw: st.DrawFn, statuses: tuple[int, ...] = (200, 200, 200, 202, *FAULTS, *FAULTS, *REFUSALS)) -> Reply:
    """Any reply of a server."""
    lost = draw(st.sampled_from([None] * 8 + ["cut off", "unreachable"]))
    takes = draw(st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 40)))
    if lost is not None:
        return Reply(takes=takes, lost=(cut_off() if lost == "cut off" else unreachable()).lost)
    retry_after = draw(st.one_of(st.none(), st.sampled_from(RETRY_AFTER)))
    return Reply(
        draw(bodies()),
        draw(st.sampled_from(statuses)),
        {} if retry_after is None else {"retry-after": retry_after},
        takes,
    )


@st.composite
def storms(
    draw: st.DrawFn,
    share: st.SearchStrategy[float] = st.one_of(st.just(1.0), st.floats(0.1, 1.0)),  # noqa: B008  # a value, not a call
    statuses: tuple[int, ...] = (200, 200, 200, 202, *FAULTS, *FAULTS, *REFUSALS),
) -> Storm:
    """A job with any replies, clock and policy."""
    of = draw(st.sampled_from([PART, APART, SHY, kind("long", PART.result, result=("page",))]))
    min_interval = draw(st.sampled_from([0.5, 1.0, 4.0]))
    polling = Polling(
        interval=(min_interval, 3 * min_interval),
        min_interval=min_interval,
        timeout=60.0,
        not_found_grace=draw(st.sampled_from([0.0, 10.0])),
    )
    of = replace(of, polling=polling)
    return Storm(
        of=of,
        replies=draw(st.lists(replies(statuses), min_size=1, max_size=12)),
        timeout=draw(st.floats(0.1, 90.0)),
        min_interval=min_interval,
        policy=draw(st.one_of(st.none(), st.sampled_from([Steady(0.0), Steady(1.0), Steady(20.0), Steady(1e12)]))),
        share=draw(share),
    )
