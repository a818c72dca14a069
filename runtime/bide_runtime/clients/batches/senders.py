"""Send the requests of a batch on a few threads, however many jobs there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Generic, Protocol, TypeVar
from weakref import finalize

from ...waiting.flow import NewKey, Received, Send, withdrawn
from ..clock import Clock

K = TypeVar("K")

THREADS = 8
"""The largest number of requests of a blocking batch in flight at a time."""


class Senders(Generic[K]):
    """Sends requests on up to `THREADS` threads, started as they are needed."""

    def __init__(self, send: Callable[[Send | NewKey], Received], clock: Clock, wakeup: Event) -> None:
        self._send = send
        self._clock = clock
        self._wakeup = wakeup
        """Set when a reply has arrived."""
        self._jobs: SimpleQueue[tuple[K, Send | NewKey] | None] = SimpleQueue()
        self._arrived: SimpleQueue[tuple[K, Received | BaseException]] = SimpleQueue()
        self._threads: list[Thread] = []
        self._under_way = 0
        # The threads refer only to the queues, so they end when this object is garbage-collected.
        finalize(self, _dismiss, self._jobs, self._threads)

    @property
    def are_busy(self) -> bool:
        """Whether a request is in flight."""
        return self._under_way > 0

    def dispatch(self, key: K, send: Send | NewKey) -> None:
        """Send a request without waiting for the reply."""
        self._under_way += 1
        self._jobs.put((key, send))
        if len(self._threads) < min(self._under_way, THREADS):
            work = (self._send, self._jobs, self._arrived, self._wakeup)
            thread = Thread(target=_work, args=work, name="bide-sender", daemon=True)
            self._threads.append(thread)
            thread.start()

    def arrived(self) -> Iterator[tuple[K, Received]]:
        """The replies since the last call."""
        if self._wakeup.is_set():  # its lock costs more
            self._wakeup.clear()
        while True:
            try:
                key, seen = self._arrived.get_nowait()
            except Empty:
                return
            self._under_way -= 1
            if isinstance(seen, BaseException):
                raise seen
            yield key, seen

    def wait(self, seconds: float) -> None:
        """Sleep until a reply arrives, at most for *seconds*."""
        self._clock.sleep(seconds, self._wakeup)

    def rest(self) -> list[tuple[K, Received]]:
        """Send nothing more; return the replies to the requests in flight, and an error for each that was not sent."""
        unsent: list[K] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            assert job is not None
            unsent.append(job[0])
        self._under_way -= len(unsent)
        _dismiss(self._jobs, self._threads)
        for thread in self._threads:
            thread.join()
        return [*self.arrived(), *((key, withdrawn(self._clock.now())) for key in unsent)]


class SendingClock(Clock, Protocol):
    """A clock that provides the senders of a batch, as virtual time requires; with other clocks, threads send."""

    def new_senders(self, send: Callable[[Send | NewKey], Received], wakeup: Event) -> Senders[Any]:
        """The senders of one batch. *send* sends one request; *wakeup* is set when a reply has arrived."""
        ...


def _work(
    send: Callable[[Send | NewKey], Received],
    jobs: SimpleQueue[tuple[K, Send | NewKey] | None],
    arrived: SimpleQueue[tuple[K, Received | BaseException]],
    wakeup: Event,
) -> None:
    while (job := jobs.get()) is not None:
        key, outgoing = job
        try:
            arrived.put((key, send(outgoing)))
        except BaseException as error:
            arrived.put((key, error))
        wakeup.set()


def _dismiss(jobs: SimpleQueue[tuple[K, Send | NewKey] | None], threads: list[Thread]) -> None:
    for _ in threads:
        jobs.put(None)
