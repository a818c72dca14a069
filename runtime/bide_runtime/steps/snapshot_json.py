"""The snapshot of an error as plain JSON values, and back: its raw reply, from which the typed body is read again."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors.own import OwnErrors
from ..http.request import Json, Response
from ..jobs.kind import JobKind
from ..jobs.lifecycle import Lifecycle
from ..jobs.snapshot import Snapshot
from ..jobs.state import State
from ..models.codec import json_in
from ..models.part import named
from .text import refuse, typed

_UNKNOWN = Lifecycle(poll="")


class _Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is stored of a snapshot."""

    job_id: str
    status: str | None
    state: State
    reply: Response
    means_nothing: bool = False
    """Whether the body of the reply means nothing."""
    error: tuple[str | None, str | None] | None = None
    """Code and message of an error, if they are not in the fields that the spec names."""


def write_snapshot(snapshot: Snapshot[Any]) -> Json:
    """A snapshot as plain JSON."""
    return msgspec.to_builtins(
        _Stored(
            job_id=snapshot.job_id,
            status=snapshot.status,
            state=snapshot.state,
            reply=snapshot.reply,
            means_nothing=snapshot._facts is None,
            error=snapshot._error,
        )
    )


def read_snapshot(kind: JobKind[Any, Any] | None, own_errors: OwnErrors, value: Json, at: str) -> Snapshot[Any]:
    """The snapshot that `write_snapshot` wrote. Without a kind, its body is plain JSON. Raises `InvalidArgument`."""
    stored: _Stored = typed(_Stored, value, at)
    wanted = Any if kind is None else kind.snapshot
    try:
        facts = None if stored.means_nothing else named(wanted, json_in(stored.reply))
    except RecursionError:
        refuse(f"the reply is nested too deeply at ${at}")
    lifecycle = _UNKNOWN if kind is None else kind.lifecycle
    return Snapshot(
        stored.job_id, stored.status, stored.state, stored.reply, wanted, lifecycle, facts, stored.error, own_errors
    )
