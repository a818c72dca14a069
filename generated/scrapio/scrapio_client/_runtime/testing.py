"""What tests of a client need. Not for production code: the package's `testing` module has all of it and a fake of its
provider.
"""

from __future__ import annotations

from .testing_clock import AsyncFakeClock, FakeClock, VirtualTime
from .testing_mishaps import (
    Mishap,
    cut_short,
    error,
    lost,
    rate_limit,
    slow,
    unreachable,
    web_page,
    wrong_shape,
)
from .testing_plans import FakeJob, Plan
from .testing_promises import Trace, broken_promises
from .testing_provider import KEY, FakeProvider
from .testing_transport import AsyncFakeTransport, FakeTransport, Reply, Sent, Server, script

__all__ = [
    "KEY",
    "AsyncFakeClock",
    "AsyncFakeTransport",
    "FakeClock",
    "FakeJob",
    "FakeProvider",
    "FakeTransport",
    "Mishap",
    "Plan",
    "Reply",
    "Sent",
    "Server",
    "Trace",
    "VirtualTime",
    "broken_promises",
    "cut_short",
    "error",
    "lost",
    "rate_limit",
    "script",
    "slow",
    "unreachable",
    "web_page",
    "wrong_shape",
]
