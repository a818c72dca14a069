"""The options of one wait, and of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from ..waiting.policy import Policy
from .progress import ProgressDisplay


class WaitOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to wait for one job."""

    timeout: float | Literal["default"] | None = "default"
    """Overall deadline in seconds; `None` waits without limit."""
    on_update: Callable[[Any], Any] | None = None
    policy: Policy | None = None
    progress: bool | ProgressDisplay = False
    cancel_on_timeout: bool = False


class BatchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to run a batch."""

    max_in_flight: int
    timeout: float | Literal["default"] | None = "default"
    """Deadline of each job in seconds; `None` waits without limit."""
    in_order: bool = False
    on_update: Callable[[Any], Any] | None = None
    progress: bool | ProgressDisplay = False
    policy: Policy | None = None
    tag: Callable[[Any], str] | None = None
    """Makes the tag of a job from its input."""
    cancel_on_timeout: bool = False
