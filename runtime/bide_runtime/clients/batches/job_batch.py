"""A batch of jobs of a blocking client. The asyncio twin differs only by `await`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ...batch.batch import Batch, Dispatch, Ended, Entry, Idle, Requester, Write
from ...batch.coalesce import Coalescer
from ...batch.counts import Counts
from ...batch.intake import Intake
from ...batch.outcome import Outcome
from ...errors.client import ClientClosed, ConfigurationError, InvalidArgument
from ...errors.ledger import LedgerFileError
from ...jobs.errors import SubmitUncertain
from ...jobs.record import Record
from ...process import OfOneProcess, fork_count
from ...waiting.flow import Flow, Log, Notify, Sleep
from ..options import BatchOptions
from ..progress import Bar
from .senders import Senders

if TYPE_CHECKING:
    from ...ledger.batch.intake import LedgerIntake
    from ...ledger.batch.opening import OpenLedger
    from ..client import Client

P = TypeVar("P")
R = TypeVar("R")
J = TypeVar("J")


class JobBatch(OfOneProcess, Generic[P, R, J]):
    """Jobs that run side by side. Iterate it for their outcomes.

    Between two steps of the iteration, only requests in flight make progress. To leave early, call `close` or use a
    `with` block; `running` then has the jobs whose outcome was not returned.
    """

    def __init__(
        self,
        client: Client,
        inputs: Iterable[P],
        start: Callable[[int, P], Flow[R]],
        options: BatchOptions,
        handle: Callable[[Record[Any, R]], J],
        bar: Bar | None,
        ledger: OpenLedger[P, R] | None = None,
    ) -> None:
        if not isinstance(inputs, Iterable):
            raise InvalidArgument(f"a batch takes an iterable of inputs, not {inputs!r}")
        wakeup = client._new_wakeup()
        self._client = client
        self._started_in = fork_count()
        """A child process has not the threads and connections that the batch was started with."""
        given: Intake[P] = Intake(inputs)
        self._intake: Intake[P] | LedgerIntake[P, R] = given
        self._start = start
        if ledger is not None:
            self._intake = intake = ledger.intake(given)
            self._start = intake.start
        self._handle = handle
        self._on_update = options.on_update
        self._tag = options.tag
        self._bar = bar
        self._batch: Batch[P, R] = Batch(
            options.max_in_flight,
            total=self._intake.total,
            in_order=options.in_order,
            coalescer=Coalescer(client._session if ledger is None else ledger.session),
            wants_updates=options.on_update is not None or bar is not None,
            logs_at=client._logs_at,
            inbox=client._session.inbox,
            now=client._clock.now(),
        )
        self._senders: Senders[Requester[P, R]] = client._new_senders(wakeup)
        self._is_closed = False
        if bar is not None:
            bar.start()
        self._left: list[J] = []
        self._uncertain: list[Outcome[P, R, J]] = []
        self._unclaimed: Ended[P, R] | None = None
        """The next outcome, kept in case a callback raises before it is returned."""
        self._given: int | None = None
        """The index of the last outcome that was returned, until the next is asked for."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome[P, R, J]:
        clock, root = self._client._clock, self._client._root
        while not self._is_closed:
            if self._started_in != fork_count():
                raise self._started_by_parent()
            if self._given is not None:
                self._intake.hand(self._given)
                self._given = None
                self._write(must_last=False)
            if self._unclaimed is not None:
                outcome = self._outcome(self._unclaimed)  # may raise an error of `tag`
                self._unclaimed, self._given = None, outcome.index
                return outcome
            if root._closed:
                self.close()
                raise self._closed_by_client()
            while self._batch.room and (taken := self._intake.next(self._batch.room)) is not None:
                self._batch.add(Entry(*taken, self._start(*taken)))
            for requester, seen in self._senders.arrived():
                self._batch.receive(requester, seen)
            match self._batch.next(clock.now()):
                case Dispatch(requester=requester, send=send):
                    self._senders.dispatch(requester, send)
                case Sleep(until):
                    self._senders.wait(min(until - clock.now(), self._intake.patience))
                case Write(must_last):
                    self._write(must_last=must_last)
                    self._batch.note_written(clock.now())
                case Log() as note:
                    self._client._noted(note)
                case Notify():
                    self._show()
                case Ended() as ended:
                    self._unclaimed = ended
                    self._show()
                case Idle() if self._senders.are_busy or not self._intake.is_exhausted:
                    self._senders.wait(inf if self._senders.are_busy else self._intake.patience)
                case Idle():
                    self.close()
        raise StopIteration

    @property
    def running(self) -> list[J]:
        """The handles of the jobs whose outcome was not returned yet."""
        return self._left if self._is_closed else self._handles(self._batch.records)

    @property
    def uncertain(self) -> list[Outcome[P, R, J]]:
        """After leaving early: outcomes of submits whose reply was lost. Their jobs may exist."""
        return self._uncertain

    @property
    def counts(self) -> Counts:
        """The number of jobs by state, and more."""
        return self._batch.counts(self._client._clock.now())

    def close(self) -> None:
        """Stop submitting and polling. Waits for pending replies, so that every job has a handle."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._started_in != fork_count():
            self._left = self._handles(self._batch.records)
            return
        try:
            for requester, seen in self._senders.rest():
                self._batch.receive(requester, seen)
        finally:
            self._left = self._handles(self._batch.settle(self._client._clock.now()))
            try:
                self._intake.close()
            finally:
                if self._bar is not None:
                    self._bar.stop()
                self._uncertain = [self._outcome(ended) for ended in self._batch.uncertain]
                if self._unclaimed is not None and isinstance(self._unclaimed.error, SubmitUncertain):
                    self._uncertain.append(self._outcome(self._unclaimed))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _write(self, *, must_last: bool) -> None:
        """Write down what was noted. If that fails, the batch ends; what exists is written if there is any room."""
        try:
            self._intake.commit(must_last=must_last)
        except LedgerFileError:
            self.close()
            raise

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.show_counts(self.counts)
        if self._on_update is not None:
            self._on_update(self.counts)

    def _started_by_parent(self) -> ConfigurationError:
        said = (
            "this batch was started before the process forked, and goes on in the parent process only; to wait for its "
            "jobs here too, pass its `running` to wait_many"
        )
        return self._client._provider.own_errors.of(ConfigurationError(said))

    def _closed_by_client(self) -> ClientClosed:
        number = len(self._uncertain)
        lost = f", and `uncertain` {number} submit{'s' * (number > 1)} that may have made a job" if number else ""
        said = f"the client was closed while its jobs ran; `running` has their handles{lost}"
        return self._client._provider.own_errors.of(ClientClosed(said, may_have_arrived=bool(number)))

    def _handles(self, records: Iterable[Record[Any, R]]) -> list[J]:
        unclaimed = self._unclaimed.entry.record if self._unclaimed is not None else None
        return [self._handle(record) for record in [unclaimed, *records] if record is not None]

    def _outcome(self, ended: Ended[P, R]) -> Outcome[P, R, J]:
        entry = ended.entry
        return Outcome(
            index=entry.index,
            input=entry.input,
            tag=None if self._tag is None else self._tag(entry.input),
            job=None if entry.record is None else self._handle(entry.record),
            error=None if ended.error is None else self._client._provider.own_errors.of(ended.error),
            value=ended.result,
        )
