"""What the state of a task keeps of its job, and what the next attempt does with it. Imports nothing of Airflow."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from ...errors.client import InvalidArgument
from ...http.request import Json
from ...models.prepared import prepared

KEY = "bide_job"
"""The key in the task's state store."""

VERSION = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the state of a task keeps of its job. The first attempt has none."""

    bide: int = VERSION
    """The version of this format."""
    submission: str | None = None
    """The submission as JSON text, from just before it is sent until there is a token."""
    sent_at: float | None = None
    """When the submission was first sent, in seconds since 1970."""
    token: str | None = None
    error: str | None = None
    """How the job ended, if that is without a result."""
    max_tries: int = 0
    """Airflow's number when the job ended. It grows when someone clears the task, and not with retries."""


class Step(Enum):
    """What an attempt does."""

    SUBMIT = "submit a new job"
    SEND_AGAIN = "send the same submission with the same key"
    FIND = "search for the job, and submit it if there is none"
    UNSURE = "fail: the job may exist"
    WAIT = "wait for the job"
    FAIL = "fail as the last attempt did"


def next_step(
    entry: Entry | None,
    *,
    max_tries: int,
    has_key: bool,
    key_is_good_for: float,
    has_reference: bool,
    now: float,
) -> Step:
    """What an attempt does that finds *entry*.

    Args:
        entry: What the attempts before have left.
        max_tries: Airflow's number at this attempt.
        has_key: Whether the stored submission has an idempotency key that the provider knows.
        key_is_good_for: How many seconds after the first submit that key may be sent again.
        has_reference: Whether the provider's list of jobs shows if the submission made one.
        now: In seconds since 1970.
    """
    if entry is None:
        return Step.SUBMIT
    if entry.error is not None:
        # Only a person who has seen how it ended asks for another job.
        return Step.SUBMIT if max_tries > entry.max_tries else Step.FAIL
    if entry.token is not None:
        return Step.WAIT
    if entry.submission is None or entry.sent_at is None:
        return Step.UNSURE
    if has_key and now - entry.sent_at <= key_is_good_for:
        return Step.SEND_AGAIN
    return Step.FIND if has_reference else Step.UNSURE


def write_entry(entry: Entry) -> dict[str, Json]:
    """An entry as plain JSON, for the task's state store."""
    found: dict[str, Json] = msgspec.to_builtins(entry)
    return found


def read_entry(value: Any) -> Entry | None:
    """The entry that `write_entry` wrote; `None` stands for none. Raises `InvalidArgument`."""
    if value is None:
        return None
    try:
        entry: Entry = msgspec.convert(value, prepared(Entry))
    except msgspec.ValidationError as error:
        raise InvalidArgument(f"{KEY} in the task's state is not what an attempt left there: {error}") from error
    if entry.bide > VERSION:
        raise InvalidArgument(
            f"{KEY} in the task's state was written by a newer version of bide-runtime (format {entry.bide}, this one"
            f" reads {VERSION})"
        )
    return entry
