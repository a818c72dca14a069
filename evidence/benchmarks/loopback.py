"""A server on loopback that answers every request at once with one of a few texts. A process of its own."""

from __future__ import annotations

import multiprocessing
import os
import selectors
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from evidence.benchmarks.replies import RUNNING

_READ = 2**16


@dataclass(frozen=True, slots=True)
class Traffic:
    """The requests that a server received in some time."""

    seconds: float
    cpu: float
    """The server's CPU seconds for it."""
    polls: dict[bytes, list[float]]
    """The times of requests by path, on the clock of the machine."""

    @property
    def count(self) -> int:
        """The number of requests."""
        return sum(map(len, self.polls.values()))


class Loopback:
    """The server, while the `with` block runs; on the given *core* only, if any. It answers with *bodies* in turn."""

    def __init__(self, *bodies: bytes, core: int | None = None) -> None:
        self._bodies = bodies or (RUNNING,)
        self._core = core
        self.url = ""

    def __enter__(self) -> Self:
        self._said, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(theirs, self._bodies, self._core), daemon=True
        )
        self._process.start()
        self.url = f"http://127.0.0.1:{self._said.recv()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()

    def traffic(self) -> Traffic:
        """The traffic since the last call."""
        self._said.send(None)
        traffic = self._said.recv()
        assert isinstance(traffic, Traffic)
        return traffic


def _serve(said: Connection, bodies: tuple[bytes, ...], core: int | None) -> None:
    if core is not None:
        os.sched_setaffinity(0, [core])
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    replies = cycle([head % len(body) + body for body in bodies])
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    waiting.register(said, selectors.EVENT_READ)
    said.send(listener.getsockname()[1])
    polls: dict[bytes, list[float]] = {}
    began, used = time.monotonic(), time.process_time()
    while True:
        for key, _ in waiting.select():
            source = key.fileobj
            if source is listener:
                connection = listener.accept()[0]
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting.register(connection, selectors.EVENT_READ)
            elif source is said:
                said.recv()
                said.send(Traffic(time.monotonic() - began, time.process_time() - used, polls))
                polls, began, used = {}, time.monotonic(), time.process_time()
            else:
                assert isinstance(source, socket.socket)
                # A request without a body is small and arrives in one piece. No client sends another before the reply.
                with suppress(ConnectionError):
                    request = source.recv(_READ)
                    if request:
                        polls.setdefault(request.split(b" ", 2)[1], []).append(time.monotonic())
                        source.sendall(next(replies))
                        continue
                waiting.unregister(source)
                source.close()
