"""A poll reply that repeats the one before is not read again, and nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal
from unittest.mock import patch

import msgspec
import pytest
from bide_runtime.errors.client import ClientError
from bide_runtime.http.request import Response
from bide_runtime.jobs.reading import Reading
from bide_runtime.jobs.record import Record
from bide_runtime.jobs.snapshot import Update
from bide_runtime.jobs.state import State
from bide_runtime.models.model import Model
from bide_runtime.waiting import poll
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import PART, WHOLE, Report
from tests.runtime.fakes import Reply
from tests.runtime.world import DONE, MODES, World, report, served

Make = Callable[..., World]

RUNNING = Response(status=200, headers={"content-type": "application/json"}, body=b'{"status": "running"}')


def test_a_repeated_reply_is_not_decoded(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """One decoding for all replies that say the same, one for the last."""
    decoded: list[bytes] = []

    def counted(wanted: Any, reply: Response) -> Any:
        decoded.append(reply.body)
        return decode_reply(wanted, reply)

    decode_reply = poll.decode_reply
    monkeypatch.setattr(poll, "decode_reply", counted)
    w = world(served(polls=[*[report("running", done=3)] * 5, DONE]))

    assert "hello" == w.do(w.job(PART).wait()).text

    assert 6 == len(w.polls)
    assert 2 == len(decoded)


def test_the_snapshot_is_of_the_last_reply(world: Make) -> None:
    """Its headers are those of its own poll."""
    polls = [report("running", headers={"x-request-id": str(number)}) for number in range(3)]
    w = world(served(polls=polls))
    job = w.job(PART)

    snapshots = [w.do(job.poll()) for _ in polls]

    assert ["0", "1", "2"] == [snapshot.reply.headers["x-request-id"] for snapshot in snapshots]
    assert [Report(status="running")] * 3 == [snapshot.body for snapshot in snapshots]


class Console(Model):
    """A poll reply with a list."""

    status: str
    lines: list[str]


@pytest.mark.parametrize("size", [1, 5000])
def test_each_snapshot_has_a_body_of_its_own(world: Make, size: int) -> None:
    """A list that the caller has emptied is whole in the next snapshot."""
    lines = ["x" * size]
    w = world(served(polls=[report("running", lines=lines)]))
    job = w.job(msgspec.structs.replace(WHOLE, snapshot=Console))

    for _ in range(3):
        body = w.do(job.poll()).body
        assert lines == body.lines
        body.lines.clear()


@pytest.mark.parametrize(
    "reply",
    [
        msgspec.structs.replace(RUNNING, status=202),
        msgspec.structs.replace(RUNNING, body=b'{"status": "queued"}'),
        msgspec.structs.replace(RUNNING, headers={"content-type": "application/json; charset=utf-16"}),
        msgspec.structs.replace(RUNNING, headers={**RUNNING.headers, "retry-after": "5"}),
    ],
    ids=["status", "body", "charset", "retry-after"],
)
def test_another_reply_is_read(reply: Response) -> None:
    """Also one whose body is the same: all that a wait uses counts."""
    record: Record[Any, Any] = Record(PART, "j1")
    record.note_reading(Reading("running", State.RUNNING), Report(), RUNNING)

    assert record.note_repeated(RUNNING) is not None
    assert record.note_repeated(reply) is None


def test_a_reply_after_a_webhook_is_read() -> None:
    """The webhook told of another status, so the same reply is news again."""
    record: Record[Any, Any] = Record(PART, "j1")
    record.note_reading(Reading("running", State.RUNNING), Report(), RUNNING)
    record.note_reading(Reading("queued", State.PENDING), msgspec.UNSET, RUNNING)

    assert record.note_repeated(RUNNING) is None


def test_a_final_reply_is_read() -> None:
    """The first of these is the last word, so its snapshot stays."""
    record: Record[Any, Any] = Record(WHOLE, "j1")
    record.note_reading(Reading("done", State.SUCCEEDED), Report(), RUNNING)

    assert record.note_repeated(RUNNING) is None


REPLIES = st.sampled_from(
    [
        report("queued"),
        report("running"),
        report("running", done=2, total=4),
        report("running", retry_after_ms=7000),
        report("running", headers={"retry-after": "9"}),
        report("running", done="most of it"),
        report("paused"),
        Reply({"status": "running"}, status=503),
        Reply(b'{"status": "runn'),
    ]
)


@given(st.lists(REPLIES, max_size=8), st.sampled_from(MODES))
def test_nobody_can_tell(replies: list[Reply], mode: Literal["sync", "async"]) -> None:
    """A wait that reads each reply polls at the same times and tells the same."""
    always = patch.object(Record, "note_repeated", lambda record, reply: None)

    assert told(replies, mode, nullcontext()) == told(replies, mode, always)


def told(replies: list[Reply], mode: Literal["sync", "async"], way: AbstractContextManager[Any]) -> list[Any]:
    """The updates of a wait, and the times of its polls."""
    w = World(mode, jitter=lambda: 0.5, server=served(polls=[*replies, DONE]))
    updates: list[Update[Report]] = []
    with way:
        w.do(w.job(WHOLE).wait(timeout=600, on_update=updates.append))
    return [*map(plain, updates), w.polls]


def plain(update: Update[Report]) -> Any:
    """All that an update says, without the objects that say it."""
    snapshot = update.snapshot
    return (
        update.job_id,
        update.status,
        update.state,
        update.elapsed,
        update.polls,
        update.next_poll_in,
        message(update.transient_error),
        [warning.message for warning in update.warnings],
        update.progress,
        None if snapshot is None else (snapshot.status, snapshot.state, snapshot.reply.headers, snapshot.reply.body),
    )


def message(error: ClientError | None) -> str | None:
    return None if error is None else error.message
