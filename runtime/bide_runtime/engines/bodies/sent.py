"""The body of a request as the engines take it: one with files is read in chunks while it is sent.

The files of an asyncio engine are read in threads, so that a slow disk does not stop the event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from ...http.file_body import FileBody
from ...http.request import Request

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


def body_of(request: Request) -> bytes | Iterator[bytes] | None:
    """The body. Raises `InvalidArgument` if one of its files cannot be read now, or has another size."""
    body = request.body
    if not isinstance(body, FileBody):
        return body
    body.check()
    return body.chunks()


async def async_body_of(request: Request) -> bytes | AsyncIterator[bytes] | None:
    """`body_of` for asyncio."""
    body = request.body
    if not isinstance(body, FileBody):
        return body
    import asyncio  # blocking programs do without it

    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, body.check)
    return _read_in_threads(body.chunks(), loop)


async def _read_in_threads(chunks: Iterator[bytes], loop: AbstractEventLoop) -> AsyncIterator[bytes]:
    while chunk := await loop.run_in_executor(None, next, chunks, b""):
        yield chunk
