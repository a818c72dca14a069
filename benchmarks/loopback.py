"""A server on loopback that answers every request at once with the same JSON, in a process of its own. No framework."""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from .replies import RUNNING


class Loopback:
    """The server, while the `with` block runs."""

    def __init__(self, body: bytes = RUNNING) -> None:
        self._body = body
        self.url = ""

    def __enter__(self) -> Self:
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(theirs, self._body), daemon=True
        )
        self._process.start()
        self.url = f"http://127.0.0.1:{ours.recv()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()


def _serve(said: Connection, body: bytes) -> None:
    asyncio.run(_served(said, body))


async def _served(said: Connection, body: bytes) -> None:
    reply = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self._transport, self._rest = transport, b""

        def data_received(self, data: bytes) -> None:
            # Requests without a body end with an empty line.
            *whole, self._rest = (self._rest + data).split(b"\r\n\r\n")
            self._transport.write(reply * len(whole))

    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0, backlog=1024)
    said.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
