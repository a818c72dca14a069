"""A stream of events, blocking. Its asyncio twin differs only by `await`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Generic, Self, TypeVar

from ...calls.account import Account
from ...calls.events import EventReader
from ...engines.transport import StreamReply
from ...errors.client import ClientError
from ...errors.stream import StreamCut
from ...errors.transport import TransportError
from ...http.request import Response
from ..downloads.pour import error_body

E = TypeVar("E")


class Stream(Generic[E]):
    """Typed events as they arrive. Can be iterated once; leaving the loop or the `with` block closes the connection.

    Raises `StreamCut` if the stream ends before its last event, `StreamFailed` if the provider reports an error in it.
    """

    def __init__(self, open: Callable[[], StreamReply], reader: EventReader[E], account: Account) -> None:
        self._open = open
        self._reader = reader
        self._account = account
        self._events = self._read()

    def __iter__(self) -> Iterator[E]:
        return self._events

    def __next__(self) -> E:
        return next(self._events)

    def close(self) -> None:
        """Close the connection."""
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _read(self) -> Generator[E, None, None]:
        with self._account.provider.own_errors:
            try:
                reply = self._open()
                try:
                    if not 200 <= reply.status < 300:
                        body = error_body(reply)
                        raise self._account.api_error(Response(status=reply.status, headers=reply.headers, body=body))
                    parser = self._reader.parser()
                    try:
                        for chunk in reply.chunks():
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
                    reply.close()
            except ClientError:
                raise
            except Exception as error:
                raise self._account.foreign(error) from error
