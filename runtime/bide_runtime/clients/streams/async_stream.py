"""A stream of events, under asyncio. Its blocking twin differs only by `await`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Generic, Self, TypeVar

from ...calls.account import Account
from ...calls.events import EventReader
from ...engines.transport import AsyncStreamReply
from ...errors.client import ClientError
from ...errors.stream import StreamCut
from ...errors.transport import TransportError
from ...http.request import Response
from ..downloads.async_pour import error_body

E = TypeVar("E")


class AsyncStream(Generic[E]):
    """Typed events as they arrive. Can be iterated once; leaving the `async with` block closes the connection.

    Raises `StreamCut` if the stream ends before its last event, `StreamFailed` if the provider reports an error in it.
    """

    def __init__(
        self, open: Callable[[], Awaitable[AsyncStreamReply]], reader: EventReader[E], account: Account
    ) -> None:
        self._open = open
        self._reader = reader
        self._account = account
        self._events = self._read()

    def __aiter__(self) -> AsyncIterator[E]:
        return self._events

    async def __anext__(self) -> E:
        return await anext(self._events)

    async def close(self) -> None:
        """Close the connection."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def _read(self) -> AsyncGenerator[E, None]:
        with self._account.provider.own_errors:
            try:
                reply = await self._open()
                try:
                    if not 200 <= reply.status < 300:
                        body = await error_body(reply)
                        raise self._account.api_error(Response(status=reply.status, headers=reply.headers, body=body))
                    parser = self._reader.parser()
                    try:
                        async for chunk in reply.chunks():
                            for event in parser.feed(chunk):
                                if self._reader.is_end(event):
                                    return
                                yield self._reader.read(event)
                                if self._reader.is_last(event):
                                    return
                    except TransportError as error:
                        raise StreamCut(f"the stream is not complete: {error.message}") from error
                    for event in parser.end():
                        if self._reader.is_end(event):
                            return
                        yield self._reader.read(event)
                        if self._reader.is_last(event):
                            return
                    self._reader.check_end()
                finally:
                    await reply.close()
            except ClientError:
                raise
            except Exception as error:
                raise self._account.foreign(error) from error
