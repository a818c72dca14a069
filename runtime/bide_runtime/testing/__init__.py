"""Fakes, faults and checks for tests of a client; not for production code. A package's `testing` module has them."""

from __future__ import annotations

from .build import build
from .fake.clock import AsyncFakeClock, FakeClock, VirtualTime
from .fake.keys import KEY
from .fake.plans import FakeJob, Plan
from .fake.promises import Trace, broken_promises
from .fake.provider import FakeProvider
from .fake.transport import AsyncFakeTransport, FakeTransport, Reply, Sent, Server, script
from .faults import (
    Fault,
    FaultKind,
    cut_short,
    error,
    lost,
    nulls,
    rate_limit,
    slow,
    unknown_status,
    unreachable,
    web_page,
    wrong_shape,
)
from .timeline import Timeline

__all__ = [
    "KEY",
    "AsyncFakeClock",
    "AsyncFakeTransport",
    "FakeClock",
    "FakeJob",
    "FakeProvider",
    "FakeTransport",
    "Fault",
    "FaultKind",
    "Plan",
    "Reply",
    "Sent",
    "Server",
    "Timeline",
    "Trace",
    "VirtualTime",
    "broken_promises",
    "build",
    "cut_short",
    "error",
    "lost",
    "nulls",
    "rate_limit",
    "script",
    "slow",
    "unknown_status",
    "unreachable",
    "web_page",
    "wrong_shape",
]
