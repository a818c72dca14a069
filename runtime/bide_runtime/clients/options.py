"""The options of one wait, and of a batch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from os import PathLike
from typing import Any, Literal, TypeAlias

import msgspec

from ..errors.client import InvalidArgument
from ..jobs.polling import Polling
from ..waiting.policies.policy import Adaptive, Policy
from .progress import ProgressDisplay

Key: TypeAlias = str | Callable[[], str]
"""A secret, or a function that returns it: it is called before the first request, and again after a 401."""

AsyncKey: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""The same for an asyncio client; the function may be async."""


Hook: TypeAlias = Callable[[], object]
"""A function that is told of a submit."""

AsyncHook: TypeAlias = Callable[[], object | Awaitable[object]]
"""The same for an asyncio client; the function may be async."""


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
    ledger: str | PathLike[str] | None = None
    """The file from which the batch goes on after its process has ended."""
    key: Callable[[Any], str] | None = None
    """Tells inputs apart, in the ledger."""
    max_submitting: int | None = None
    """How many submits may be under way at the same time, with a ledger."""


def policy_of(policy: Policy | None, polling: Polling) -> Policy:
    """*policy*, or else that of the spec. Raises `InvalidArgument`."""
    if policy is None:
        return Adaptive(polling)
    if not callable(getattr(policy, "delay", None)):
        raise InvalidArgument(f"policy must be a Policy, such as Fixed(5), not {policy!r}")
    return policy


def check_functions(**given: object) -> None:
    """Raise `InvalidArgument` if one of these optional arguments is no function."""
    for name, value in given.items():
        if value is not None and not callable(value):
            raise InvalidArgument(f"{name} must be a function, not {value!r}")


def check_mappings(**given: object) -> None:
    """Raise `InvalidArgument` if one of these optional arguments is no mapping with text as keys."""
    for name, value in given.items():
        if value is not None and not (isinstance(value, Mapping) and all(isinstance(key, str) for key in value)):
            raise InvalidArgument(f"{name} must be a mapping from names to values, such as {{'name': 'value'}}")


def check_methods(name: str, value: object, *methods: str) -> None:
    """Raise `InvalidArgument` if an optional argument is an object without these methods."""
    missing = [] if value is None else [method for method in methods if not callable(getattr(value, method, None))]
    if missing:
        raise InvalidArgument(f"{name} must be an object with a method {missing[0]}, not {value!r}")
