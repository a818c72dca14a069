"""A job with its arguments, ready to be submitted."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, Generic, TypeVar

import msgspec

from ...calls.call import Call
from ...http.request import Json
from ...jobs.kind import JobKind
from .job_id import IdAt

S = TypeVar("S")
R = TypeVar("R")


class Submission(msgspec.Struct, Generic[S, R], frozen=True, kw_only=True):
    """A job with its arguments, ready to be submitted."""

    kind: JobKind[S, R]
    call: Call[None]
    """The submit request."""
    reply: Any = NoneType
    """The type of the reply."""
    job_id: IdAt = ()
    """Where the id is in the reply; empty: the id is the address where the job is polled."""
    idempotency_header: str | None = None
    """The header for idempotency keys. Only with one is a submit whose reply was lost sent again."""
    idempotency_key: str | None = None
    """The caller's own key, if any."""
    values: Mapping[str, Json] = {}
    """The arguments that paths, headers or bodies of later requests need, by name."""
    tag: str | None = None
    """The caller's tag, for the token."""
