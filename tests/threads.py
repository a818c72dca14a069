"""The threads that a test leaves behind. Those of an earlier test may still be ending."""

from __future__ import annotations

import threading

PATIENCE = 5.0
"""Seconds that a thread on a busy machine may take to end."""


def running() -> set[threading.Thread]:
    """The threads that run now."""
    return set(threading.enumerate())


def of_bide(before: set[threading.Thread]) -> list[threading.Thread]:
    """The threads of the runtime that were started since."""
    return [thread for thread in running() - before if thread.name.startswith("bide")]


def left_behind(before: set[threading.Thread]) -> list[threading.Thread]:
    """Those of them that do not end."""
    for thread in (since := of_bide(before)):
        thread.join(PATIENCE)
    return [thread for thread in since if thread.is_alive()]
