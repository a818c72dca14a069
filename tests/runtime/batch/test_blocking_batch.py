"""Blocking batches: a few threads send, and the loop sleeps."""

from __future__ import annotations

import threading
import time
from itertools import count
from typing import Any

from bide_runtime.clients.clock import SystemClock
from bide_runtime.testing import FakeClock as VirtualClock
from bide_runtime.waiting.policies.policy import Fixed

from tests.runtime.acme import KEY, PART, Acme
from tests.runtime.batch.factory import Factory, urls
from tests.runtime.fakes import FakeTransport, Reply, Sent, TimedTransport
from tests.runtime.world import BROKEN, DONE, TICKET, World, report, served
from tests.threads import left_behind, of_bide, running


def test_a_blocking_batch_returns_every_outcome() -> None:
    """The blocking form iterates with `for`; with `in_order`, in the order of the inputs."""
    world = World("sync", Factory(lambda number: 5.0 - number, lambda number: BROKEN if number == 1 else DONE))
    world.clock.grace = 0.02

    outcomes = list(world.jobs(PART).run_many(urls(4), max_in_flight=4, in_order=True))

    assert [0, 1, 2, 3] == [outcome.index for outcome in outcomes]
    assert 3 == sum(outcome.is_ok for outcome in outcomes)


def test_blocking_jobs_run_side_by_side_on_a_few_threads() -> None:
    """W16: slow requests overlap on at most 8 threads, however many jobs there are."""
    factory = Factory(lambda number: 2.0)
    clock = SystemClock(speed=20)
    most = 0
    lock = threading.Lock()
    before = running()

    class Slow(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            nonlocal most
            time.sleep(0.005)
            with lock:
                most = max(most, len(of_bide(before)))
                return self.take(request, timeout).response()

    client = Acme(KEY, transport=Slow(factory, clock), clock=clock)
    outcomes = list(client.jobs(PART).run_many(urls(40), max_in_flight=40))

    assert 40 == sum(outcome.is_ok for outcome in outcomes)
    assert 2 <= most <= 8
    assert [] == left_behind(before)


def test_a_blocking_batch_with_slow_requests_keeps_each_deadline() -> None:
    """W1: time spent waiting for a thread counts, and no request is sent after its deadline."""
    clock = SystemClock(speed=20)

    class Slow(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            reply = self.take(request, timeout)
            time.sleep(min(reply.takes, timeout) / 20)
            if reply.lost is not None:
                raise reply.lost
            return reply.response()

    def server(sent: Sent) -> Reply:
        return (
            Reply({"id": f"j{next(numbers)}"}, takes=4) if sent.request.method == "POST" else report("running", takes=4)
        )

    numbers = count()
    transport = Slow(server, clock)
    client = Acme(KEY, transport=transport, clock=clock)
    began = clock.now()
    outcomes = list(client.jobs(PART).run_many(urls(30), max_in_flight=30, timeout=10))

    assert 30 == len(outcomes)
    # Real time on a busy machine: without the rule it is 23 s.
    assert max(sent.at + sent.timeout for sent in transport.requests) <= 10 + 6
    assert clock.now() - began <= 10 + 8


def test_a_blocking_batch_does_not_spin_while_it_waits_for_replies() -> None:
    """A batch that waits for replies uses no processor time."""
    asked = count()

    class Counting(SystemClock):
        def now(self) -> float:
            next(asked)
            return super().now()

    class Slow(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            time.sleep(0.02)
            return self.take(request, timeout).response()

    clock = Counting()
    transport = Slow(served(submit=[Reply({"id": "j1"})], polls=[DONE]), clock)
    client = Acme(KEY, transport=transport, clock=clock)
    assert list(client.jobs(PART).run_many(urls(1), policy=Fixed(0.01)))

    assert next(asked) < 200


def test_a_clock_may_send_the_requests_of_a_batch() -> None:
    """That of virtual time sends them without threads."""

    class Alone(FakeTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            assert threading.current_thread() is threading.main_thread()
            return super().send(request, timeout=timeout)

    clock = VirtualClock()
    client = Acme(KEY, transport=Alone(served(submit=[TICKET], polls=[DONE]), clock), clock=clock)

    assert ["hello"] * 3 == [outcome.value.text for outcome in client.jobs(PART).run_many(urls(3)) if outcome.value]
