"""The hosts that are requested without a proxy, as `NO_PROXY` lists them."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple, TypeAlias

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_WITH_PORT = re.compile(r"(?P<host>\[[^]]*\]|[^:]*):(?P<port>\d+)")


class NoProxy:
    """The entries of `NO_PROXY`, separated by commas or spaces.

    An entry is a host, which includes its subdomains, an IP address, a range such as `10.0.0.0/8`, or `*` for all. A
    host or an address may have a port. `.example.com` and `*.example.com` are the same as `example.com`.
    """

    def __init__(self, text: str) -> None:
        self._entries = [_entry(each.lower()) for each in re.split(r"[\s,]+", text) if each]

    def matches(self, host: str, port: int | None) -> bool:
        """Whether the host is requested without a proxy. *host* has no brackets."""
        host = host.lower().rstrip(".")
        address = _address(host)
        return any(entry.port in (None, port) and entry.matches(host, address) for entry in self._entries)


class _Entry(NamedTuple):
    name: str
    """A host, or `*`."""
    network: _Network | None
    port: int | None

    def matches(self, host: str, address: _Address | None) -> bool:
        if self.name == "*":
            return True
        if self.network is not None:
            return address is not None and address in self.network
        return host == self.name or (address is None and host.endswith(f".{self.name}"))


def _entry(text: str) -> _Entry:
    found = _WITH_PORT.fullmatch(text)
    name, port = (found["host"], int(found["port"])) if found else (text, None)
    try:
        network = ipaddress.ip_network(name.strip("[]"), strict=False)
    except ValueError:
        name = name.removeprefix("*.").strip(".")
        return _Entry(_ascii(name), None, port)
    return _Entry(name, network, port)


def _address(host: str) -> _Address | None:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _ascii(name: str) -> str:
    """A host as it is sent: requests have the ASCII form of an international name."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
