"""A small SOCKS 5 proxy on loopback."""

from __future__ import annotations

import ipaddress
import socket
import struct
from dataclasses import dataclass

from tests.runtime.engines.server import Peer, Received, Server


@dataclass
class Asked:
    """What a client has asked the proxy for."""

    host: str
    port: int
    login: tuple[bytes, bytes] | None = None


class SocksServer(Server):
    """Connects to *port* of this machine, whatever it is asked for; with *login*, only those who have it.

    *code* is its reply to a request, and *name* the name that it says to have connected from.
    """

    def __init__(
        self, port: int = 0, *, login: tuple[bytes, bytes] | None = None, code: int = 0, name: bytes = b""
    ) -> None:
        super().__init__(_unused)
        self._target = port
        self._login = login
        self._code = code
        self._name = name
        self.asked: list[Asked] = []
        self.tried: list[tuple[bytes, bytes]] = []
        """The logins that clients have tried."""

    def proxy_url(self, scheme: str, login: str = "") -> str:
        return f"{scheme}://{login}{'@' if login else ''}127.0.0.1:{self.port}"

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock, self._stopping)
        with self._lock:
            self.connections += 1
            self._open.add(peer)
        try:
            if self._begin(peer):
                peer.tunnel_to(self._target)
        except OSError:
            pass
        finally:
            peer.close()
            with self._lock:
                self._open.discard(peer)

    def _begin(self, peer: Peer) -> bool:
        """Answer a client until it has its connection; whether it gets one."""
        _, number = peer._exactly(2)
        methods = peer._exactly(number)
        wanted = 0 if self._login is None else 2
        if wanted not in methods:
            peer.send(b"\x05\xff")
            return False
        peer.send(bytes([5, wanted]))
        login = None
        if wanted:
            login = self._read_login(peer)
            self.tried.append(login)
            peer.send(bytes([1, login != self._login]))
            if login != self._login:
                return False
        _, _, _, kind = peer._exactly(4)
        size = {1: 4, 4: 16}.get(kind) or peer._exactly(1)[0]
        raw = peer._exactly(size)
        host = raw.decode() if kind == 3 else str(ipaddress.ip_address(raw))
        (port,) = struct.unpack(">H", peer._exactly(2))
        self.asked.append(Asked(host, port, login))
        bound = bytes([3, len(self._name)]) + self._name if self._name else b"\x01\0\0\0\0"
        for byte in bytes([5, self._code, 0]) + bound + b"\0\0":
            peer.send(bytes([byte]))  # no client may expect a reply in one piece
        return not self._code

    @staticmethod
    def _read_login(peer: Peer) -> tuple[bytes, bytes]:
        name = peer._exactly(peer._exactly(2)[1])
        return name, peer._exactly(peer._exactly(1)[0])


def _unused(_peer: Peer, _received: Received) -> None:
    raise AssertionError("a SOCKS proxy reads no HTTP")
