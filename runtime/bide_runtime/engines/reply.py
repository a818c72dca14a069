"""Convert the reply of an engine to the return value of a transport: a complete reply, or a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol, Self

from ..errors.decode import DecodeError
from ..errors.transport import ReplyTooLarge
from ..http.request import Response
from .attempt import Attempt
from .bodies.received import Body, Decompressor


class Reply(Protocol):
    """A reply of an engine after its headers. Its body is not read or decompressed yet."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def attempt(self) -> Attempt: ...

    @property
    def is_over(self) -> bool:
        """Whether the body is known to be read to its end."""
        ...

    def read(self) -> bytes:
        """The next data, within the timeout of the attempt; `b""` at the end. Raises the errors of a transport."""
        ...

    def close(self) -> None:
        """Return the connection to the pool if the body was read to its end, else close it. May be called twice."""
        ...


def read_whole(reply: Reply, *, limit: int) -> Response:
    """The reply, read to its end and closed."""
    try:
        body = Body(reply.headers, limit=limit)
        while data := reply.read():
            body.add(data)
            if reply.is_over:
                break
        return Response(status=reply.status, headers=reply.headers, body=body.whole())
    except DecodeError as error:
        return _without_body(reply, error)
    finally:
        reply.close()


def _without_body(reply: Reply | AsyncReply, error: DecodeError) -> Response:
    """An error or redirect without its body, which cannot be decoded: the status matters more. Else raises *error*."""
    if reply.status < 300:
        raise error
    return Response(status=reply.status, headers=reply.headers, body=b"")


class OpenReply:
    """A reply whose body is read in chunks."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    @classmethod
    def of(cls, reply: Reply) -> Self:
        """The reply, if its headers are within the limits; else it is closed. Raises `ReplyTooLarge`."""
        opened = cls(reply)
        try:
            _ = opened.headers
        except ReplyTooLarge:
            opened.close()
            raise
        return opened

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    def chunks(self) -> Iterator[bytes]:
        """The decompressed body, in chunks."""
        decompressor = Decompressor(self.headers)
        try:
            while data := self._read():
                yield from decompressor.feed(data)
            decompressor.finish()
        finally:
            self.close()

    def close(self) -> None:
        self._reply.close()

    def _read(self) -> bytes:
        self._reply.attempt.restart()
        return self._reply.read()


class AsyncReply(Protocol):
    """`Reply` for asyncio."""

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


async def async_read_whole(reply: AsyncReply, *, limit: int) -> Response:
    """The reply, read to its end and closed."""
    try:
        body = Body(reply.headers, limit=limit)
        while data := await reply.read():
            body.add(data)
            if reply.is_over:
                break
        return Response(status=reply.status, headers=reply.headers, body=body.whole())
    except DecodeError as error:
        return _without_body(reply, error)
    finally:
        await reply.close()


class AsyncOpenReply:
    """A reply whose body is read in chunks."""

    def __init__(self, reply: AsyncReply) -> None:
        self._reply = reply

    @classmethod
    async def of(cls, reply: AsyncReply) -> Self:
        """The reply, if its headers are within the limits; else it is closed. Raises `ReplyTooLarge`."""
        opened = cls(reply)
        try:
            _ = opened.headers
        except ReplyTooLarge:
            await opened.close()
            raise
        return opened

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The decompressed body, in chunks."""
        decompressor = Decompressor(self.headers)
        try:
            while data := await self._read():
                for chunk in decompressor.feed(data):
                    yield chunk
            decompressor.finish()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._reply.close()

    async def _read(self) -> bytes:
        self._reply.attempt.restart()
        return await self._reply.read()
