"""A job with its arguments, ready to be submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import msgspec

from ...calls.call import Call
from ...http.request import Json
from ...jobs.kind import JobKind

S = TypeVar("S")
R = TypeVar("R")


class Submission(msgspec.Struct, Generic[S, R], frozen=True, kw_only=True):
    """A job with its arguments, ready to be submitted."""

    kind: JobKind[S, R]
    call: Call[None]
    """The submit request."""
    idempotency_key: str | None = None
    """Sent with each try, if the provider has such keys; `None`: a new one is chosen."""
    values: Mapping[str, Json] = {}
    """The arguments that paths, headers or bodies of later requests need, by name."""
    tag: str | None = None
    """The caller's tag, for the token."""
