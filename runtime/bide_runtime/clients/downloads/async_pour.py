"""Pour the body of a reply into a download, under asyncio. Its blocking twin differs only by `await`."""

from __future__ import annotations

from ...calls.download import Download
from ...engines.transport import AsyncStreamReply, AsyncTransport
from ...errors.transport import RequestTimeout
from ...http.request import Response
from ...waiting.flow import Send
from ..clock import AsyncClock

ERROR_LIMIT = 2**20
"""Bytes that are read of an error's body."""


async def poured(engine: AsyncTransport, send: Send, download: Download, clock: AsyncClock) -> Response:
    """Send a request; the body of a 200 or 206 goes into *download*. Raises the errors of a transport and of it."""
    reply = await engine.open(send.request, timeout=send.timeout)
    try:
        if reply.status not in (200, 206):
            return Response(status=reply.status, headers=reply.headers, body=await error_body(reply))
        download.begin(reply.status, reply.headers)
        async for chunk in reply.chunks():
            download.add(chunk)
            if clock.now() >= send.before:
                raise RequestTimeout(f"the deadline passed after {download.size:,} bytes")
        download.end()
        return Response(status=reply.status, headers=reply.headers, body=b"")
    finally:
        await reply.close()


async def error_body(reply: AsyncStreamReply) -> bytes:
    """The body of an error, or its beginning if it is long."""
    body = b""
    async for chunk in reply.chunks():
        body += chunk
        if len(body) > ERROR_LIMIT:
            break
    return body
