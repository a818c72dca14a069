"""SOCKS 5 (RFC 1928, RFC 1929): what is said to a proxy until it has connected to a server. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TypeAlias

from ..attempt import ProxyRefused

Talk: TypeAlias = Generator[tuple[bytes, int], bytes, None]
"""Yields the bytes to send and how many are read then; receives exactly these."""

_VERSION, _SUCCEEDED = 5, 0
_REASONS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "CONNECT is not supported",
    8: "this type of address is not supported",
}
_REST = {1: 4 + 2, 4: 16 + 2}
"""The bytes of an IPv4 or IPv6 address and a port, by the type of the address."""
_NAMED = 3


def is_installed() -> bool:
    """Whether the library of the extra `socks` is installed."""
    from importlib.util import find_spec  # most programs use no such proxy

    return find_spec("socksio") is not None


def talk(login: tuple[bytes, bytes] | None, host: str, port: int) -> Talk:
    """Let a proxy connect to *host*, a name or an IP address. *login* is a user name and a password.

    Raises `ProxyRefused`.
    """
    from socksio import ProtocolError, socks5

    connection = socks5.SOCKS5Connection()
    methods = [socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED]
    if login is not None:
        methods.append(socks5.SOCKS5AuthMethod.USERNAME_PASSWORD)
    try:
        connection.send(socks5.SOCKS5AuthMethodsRequest(methods))
        said = yield connection.data_to_send(), 2
        _check_version(said)
        chosen = connection.receive_data(said)
        if chosen not in [socks5.SOCKS5AuthReply(method) for method in methods]:
            raise ProxyRefused(
                "the proxy wants another login" if login else "the proxy wants a user name and a password"
            )
        if login is not None and chosen != socks5.SOCKS5AuthReply(methods[0]):
            connection.send(socks5.SOCKS5UsernamePasswordRequest(*login))
            if connection.receive_data((yield connection.data_to_send(), 2)) != (True,):
                raise ProxyRefused("the proxy does not accept the user name and the password")
        connection.send(socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host, port)))
        said = yield connection.data_to_send(), 4
        _check_version(said)
        if said[1] != _SUCCEEDED:
            raise ProxyRefused(f"the proxy cannot connect: {_REASONS.get(said[1], f'error {said[1]}')}")
        if said[3] == _NAMED:
            said += yield b"", 1
            said += yield b"", said[-1] + 2
        else:
            said += yield b"", _REST.get(said[3], 0)
        connection.receive_data(said)
    except ProtocolError:
        raise ProxyRefused(_NO_SOCKS) from None


_NO_SOCKS = "the proxy does not speak SOCKS 5"


def _check_version(said: bytes) -> None:
    if said[0] != _VERSION:
        raise ProxyRefused(_NO_SOCKS)


def converse(talk: Talk, write: Callable[[bytes], object], read: Callable[[int], bytes]) -> None:
    """Talk to a proxy with these functions; *read* returns at most as many bytes as it is asked for."""
    data, (said, wanted) = b"", next(talk)
    while True:
        if said:
            write(said)
        while len(data) < wanted:
            data += _some(read(wanted - len(data)))
        try:
            said, wanted = talk.send(data)
        except StopIteration:
            return
        data = b""


async def async_converse(
    talk: Talk, write: Callable[[bytes], Awaitable[object]], read: Callable[[int], Awaitable[bytes]]
) -> None:
    """`converse` for asyncio."""
    data, (said, wanted) = b"", next(talk)
    while True:
        if said:
            await write(said)
        while len(data) < wanted:
            data += _some(await read(wanted - len(data)))
        try:
            said, wanted = talk.send(data)
        except StopIteration:
            return
        data = b""


def _some(data: bytes) -> bytes:
    if not data:
        raise ProxyRefused("the proxy closed the connection")
    return data
