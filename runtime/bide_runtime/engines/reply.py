"""From the reply of an engine to what a transport returns: whole, or open to be read as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol

from ..http.request import Response
from .attempt import Attempt
from .body import Body, Unpacker


class Reply(Protocol):
    """A reply whose headers were read. Its body has neither been read nor unpacked."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def attempt(self) -> Attempt: ...

    @property
    def is_over(self) -> bool:
        """Whether the body is known to have been read to its end."""
        ...

    def read(self) -> bytes:
        """What came next, within the time of the attempt; `b""` at the end. Raises what a transport raises."""
        ...

    def close(self) -> None:
        """Give the connection back if the body was read to its end, else up. May be called twice."""
        ...


def whole(reply: Reply, *, limit: int) -> Response:
    """The reply, read to its end and closed."""
    try:
        body = Body(reply.headers, limit=limit)
        while data := reply.read():
            body.add(data)
            if reply.is_over:
                break
        return Response(status=reply.status, headers=reply.headers, body=body.whole())
    finally:
        reply.close()


class OpenReply:
    """A reply whose body is read as it comes."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    def chunks(self) -> Iterator[bytes]:
        """The body, unpacked, as it comes."""
        unpacker = Unpacker(self.headers)
        try:
            while data := self._read():
                yield from unpacker.feed(data)
            unpacker.finish()
        finally:
            self.close()

    def close(self) -> None:
        self._reply.close()

    def _read(self) -> bytes:
        self._reply.attempt.renew()
        return self._reply.read()


class AsyncReply(Protocol):
    """The same, awaited."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def attempt(self) -> Attempt: ...

    @property
    def is_over(self) -> bool: ...

    async def read(self) -> bytes: ...

    async def close(self) -> None: ...


async def async_whole(reply: AsyncReply, *, limit: int) -> Response:
    """The reply, read to its end and closed."""
    try:
        body = Body(reply.headers, limit=limit)
        while data := await reply.read():
            body.add(data)
            if reply.is_over:
                break
        return Response(status=reply.status, headers=reply.headers, body=body.whole())
    finally:
        await reply.close()


class AsyncOpenReply:
    """A reply whose body is read as it comes."""

    def __init__(self, reply: AsyncReply) -> None:
        self._reply = reply

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, unpacked, as it comes."""
        unpacker = Unpacker(self.headers)
        try:
            while data := await self._read():
                for piece in unpacker.feed(data):
                    yield piece
            unpacker.finish()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._reply.close()

    async def _read(self) -> bytes:
        self._reply.attempt.renew()
        return await self._reply.read()
