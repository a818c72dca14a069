"""Which files are mutated, and which tests are asked first about each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
RUNTIME = "generator/bide/runtime"

FIRST_ASKED = {
    "account": "errors request client exchange",
    "async_client": "client twins wait_deadline",
    "async_job": "endings client wait_deadline batch",
    "async_many": "batch gather",
    "async_senders": "batch gather",
    "async_stream": "events client",
    "batch": "batch gather",
    "budget": "budget batch",
    "client": "client twins wait_deadline",
    "clock": "client",
    "codec": "codec model errors",
    "conclude": "endings pages faults wait_deadline",
    "deadline": "wait_deadline endings",
    "desk": "floor budget gather wait_deadline",
    "errors": "errors endings",
    "events": "events client",
    "exchange": "exchange submit",
    "file": "form",
    "flow": "errors twins client endings",
    "form": "form",
    "gather": "gather",
    "handle": "floor token endings wait_deadline",
    "hint": "hint faults",
    "intake": "batch",
    "job": "endings client wait_deadline batch",
    "lifecycle": "lifecycle endings",
    "many": "batch gather",
    "model": "model codec",
    "observer": "client",
    "outcome": "batch",
    "plain": "plain",
    "prepared": "submit",
    "progress": "progress",
    "request": "request errors",
    "schedule": "schedule wait_deadline",
    "secret": "request client errors",
    "senders": "batch gather",
    "state": "lifecycle endings",
    "stream": "events client",
    "submit": "submit exchange budget",
    "token": "token errors",
    "wait": "endings wait_deadline faults errors",
    "watch": "wait_deadline faults codes schedule floor endings",
}
"""Files of the runtime, and files of tests/runtime, the likeliest first.

Left out are the engines, whose tests need sockets and real time, and what generated tests use.
"""

PACKAGE = "generated/knowledgesdk"
MODULES = ("_calls", "_jobs")
"""Files of one generated package; its own tests are asked."""


@dataclass(frozen=True)
class Target:
    """One file that is mutated."""

    path: str
    folder: str
    """Where pytest runs, under the repository."""
    first: tuple[str, ...]
    """Test files, from that folder."""
    rest: str
    """The folder of all its tests."""

    @property
    def name(self) -> str:
        return self.path.removeprefix(f"{RUNTIME}/").removeprefix(f"{PACKAGE}/")

    @cached_property
    def source(self) -> str:
        return (REPOSITORY / self.path).read_text(encoding="utf-8")


def targets() -> list[Target]:
    """All of them."""
    runtime = [
        Target(
            f"{RUNTIME}/{module}.py",
            ".",
            tuple(f"tests/runtime/test_{name}.py" for name in tests.split()),
            "tests/runtime",
        )
        for module, tests in FIRST_ASKED.items()
    ]
    package = PACKAGE.rpartition("/")[2]
    generated = [Target(f"{PACKAGE}/{package}_client/{module}.py", PACKAGE, (), "tests") for module in MODULES]
    return runtime + generated
