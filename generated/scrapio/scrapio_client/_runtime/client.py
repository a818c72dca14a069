"""The blocking driver: does what the flows say. It decides nothing; its asyncio twin differs by `await` alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, Self, TypeVar

from .account import Call, Provider, open_account
from .batch import Batch, Dispatch, Entry, Idle, Outcome
from .budget import Budget
from .clock import Clock, SystemClock
from .desk import Desk, Outgoing
from .errors import ClientClosed, TransportError
from .events import StreamCall
from .exchange import exchange
from .flow import Finished, Flow, Note, Pause, Running, Seen, Send, Tell
from .handle import Floor, Update
from .stream import Stream
from .transport import Transport, default_transport

E = TypeVar("E")
P = TypeVar("P")
R = TypeVar("R")
T = TypeVar("T")


class Client:
    """What every blocking client can do: send, wait, close. May be shared between threads."""

    _provider: ClassVar[Provider]

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock: Clock = clock or SystemClock()
        account = open_account(
            self._provider,
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            wall=self._clock.wall,
        )
        self._desk = Desk(account, Floor(), Budget(self._provider.rates))
        self._transport = transport
        self._owns_transport = transport is None
        self._closed = False
        self._log = logging.getLogger(f"{self._provider.name}_client")

    def close(self) -> None:
        """Give up the connections. Calls after this raise `ClientClosed`; jobs go on at the provider."""
        self._closed = True
        if self._transport is not None and self._owns_transport:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._desk.account.base_url}>"

    def _send(self, call: Call[T], timeout: float | None = None) -> T:
        """Make one call, with the retries that are safe for it."""
        reply, _ = self._drive(
            exchange(
                self._desk,
                Outgoing(request=self._desk.account.request(call), bucket=call.bucket),
                repeatable=call.repeatable,
                timeout=timeout or call.timeout,
                now=self._clock.now(),
            )
        )
        return call.read(reply)

    def _open(self, call: StreamCall[E], timeout: float | None = None) -> Stream[E]:
        """Open a stream of events. Nothing is sent before the first event is asked for."""
        account = self._desk.account
        patience = timeout or call.call.timeout or account.timeout
        return Stream(lambda: self._engine().open(call.request(account), timeout=patience), call.reader, account)

    def _drive(self, flow: Flow[T], on_update: Callable[[Update[Any]], None] | None = None) -> T:
        """Run a flow to its end."""
        running = Running(flow)
        while True:
            match self._advance(running):
                case Tell(update):
                    if on_update is not None:
                        on_update(update)
                case Finished(result):
                    return result

    def _watch(self, flow: Flow[None]) -> Iterator[Update[Any]]:
        """Run a flow to its end, handing out its updates."""
        running = Running(flow)
        while isinstance(step := self._advance(running), Tell):
            yield step.update

    def _advance(self, running: Running[T]) -> Tell | Finished[T]:
        """Run a flow to its next update, or to its end."""
        seen = Seen(self._clock.now())
        while True:
            match running.next(seen):
                case Send() as send:
                    seen = self._sent(send)
                case Pause(until):
                    self._clock.sleep(until - self._clock.now())
                    seen = Seen(self._clock.now())
                case Note(level, message, values):
                    self._log.log(level, message, *values)
                    seen = Seen(self._clock.now())
                case Tell() | Finished() as step:
                    return step

    def _sent(self, send: Send) -> Seen:
        engine = self._engine()
        try:
            reply = engine.send(send.request, timeout=send.timeout)
        except TransportError as error:
            return Seen(self._clock.now(), error)
        return Seen(self._clock.now(), reply)

    def _run_many(
        self, inputs: Iterable[P], start: Callable[[P], Flow[R]], max_in_flight: int
    ) -> Iterator[Outcome[P, R]]:
        """Run a flow for each input, side by side; yield how each ended, as it ends."""
        batch: Batch[P, R] = Batch(max_in_flight)
        entries = enumerate(inputs)
        while True:
            while batch.has_room and (entry := next(entries, None)) is not None:
                batch.add(Entry(*entry, start(entry[1])), self._clock.now())
            match batch.next(self._clock.now()):
                case Dispatch(entry=waiting, send=send):
                    batch.saw(waiting, self._sent(send))
                case Pause(until):
                    self._clock.sleep(until - self._clock.now())
                case Note(level, message, values):
                    self._log.log(level, message, *values)
                case Outcome() as outcome:
                    yield outcome
                case Idle():
                    return

    def _engine(self) -> Transport:
        if self._closed:
            raise ClientClosed(f"this {type(self).__name__} client is closed")
        if self._transport is None:
            self._transport = default_transport()
        return self._transport
