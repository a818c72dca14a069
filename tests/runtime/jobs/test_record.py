"""The record of a job: what replies on several threads make of it."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from bide_runtime.http.request import Response
from bide_runtime.jobs.reading import Reading
from bide_runtime.jobs.record import Record
from bide_runtime.jobs.snapshot import Snapshot
from bide_runtime.jobs.state import State

from tests.runtime.acme import WHOLE, Report

RUNNING = Response(status=200, headers={}, body=b'{"status": "running"}')
DONE = Response(status=200, headers={}, body=b'{"status": "done"}')


def done(record: Record[Any, Any]) -> None:
    """Note a final reply."""
    record.note_reading(Reading("done", State.SUCCEEDED), Report(), DONE)


class Meanwhile:
    """Notes a final reply on another thread: within 0.2 s, unless it has to wait for the record."""

    def __init__(self, record: Record[Any, Any]) -> None:
        self._other = Thread(target=done, args=(record,))

    def begin(self) -> None:
        """Let the other thread run."""
        self._other.start()
        self._other.join(0.2)

    def end(self) -> None:
        """Wait until it is done."""
        self._other.join()


def test_a_final_state_that_comes_while_another_reply_is_noted_stays() -> None:
    """W2: two waits on two threads; the one with the older reply does not bring the job back to life."""
    record: Record[Any, Any] = Record(WHOLE, "j1")
    meanwhile = Meanwhile(record)

    class Slow:
        """A reading in whose middle the other thread runs."""

        state, is_known = State.RUNNING, True

        @property
        def status(self) -> str:
            meanwhile.begin()
            return "running"

    reading: Any = Slow()
    record.note_reading(reading, Report(), RUNNING)
    meanwhile.end()

    assert (State.SUCCEEDED, "done", True) == (record.state, record.status, record.is_settled)
    assert record.snapshot is not None
    assert record.snapshot.reply is DONE


def test_a_final_state_that_comes_while_a_repeated_reply_is_noted_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for a reply that is not read again."""
    record: Record[Any, Any] = Record(WHOLE, "j1")
    record.note_reading(Reading("running", State.RUNNING), Report(), RUNNING)
    meanwhile, again = Meanwhile(record), Snapshot.again

    def slow(snapshot: Snapshot[Any], reply: Response) -> Snapshot[Any]:
        meanwhile.begin()
        return again(snapshot, reply)

    monkeypatch.setattr(Snapshot, "again", slow)
    assert record.note_repeated(RUNNING) is None  # so it has to be read
    meanwhile.end()

    assert record.state is State.SUCCEEDED
    assert record.snapshot is not None
    assert record.snapshot.reply is DONE
