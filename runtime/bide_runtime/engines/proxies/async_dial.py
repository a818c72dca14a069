"""Open a connection to a proxy, or find the address of a server, for asyncio."""

from __future__ import annotations

import asyncio
import socket


async def async_resolve(host: str, port: int) -> str:
    """An address of a host, for asyncio."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


async def async_dial(host: str, port: int) -> socket.socket:
    """A connection to a host, for asyncio: one address after the other is tried."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    while True:
        family, kind, protocol, _, address = found.pop(0)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, address)
            return sock
        except BaseException as error:
            sock.close()
            if not found or not isinstance(error, OSError):
                raise
