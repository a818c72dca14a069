"""The proxies of requests: that of `proxy=`, else of the environment, or of the system's settings.

The variables are `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
"""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from typing import NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from ...errors.client import ConfigurationError
from ..attempt import host_and_port
from .no_proxy import NoProxy
from .socks import is_installed

_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080
_LONGEST_LOGIN = 255
"""Bytes of a user name or a password for a SOCKS proxy."""


class Proxy(NamedTuple):
    """A proxy."""

    url: str
    """Its URL, with user name and password."""
    source: str
    """Where it comes from, for messages: the name of the variable, or `proxy=`."""

    @property
    def is_socks(self) -> bool:
        """Whether it is a SOCKS proxy, not one of HTTP."""
        return self.url.startswith("socks")

    @property
    def resolves(self) -> bool:
        """Whether it resolves the names of servers: a SOCKS proxy whose URL begins with `socks5h`."""
        return self.url.startswith("socks5h:")

    @property
    def host(self) -> str:
        """Its name or IP address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Its port, for SOCKS."""
        return urlsplit(self.url).port or _SOCKS_PORT

    @property
    def login(self) -> tuple[bytes, bytes] | None:
        """User name and password, for SOCKS."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return None
        return unquote_to_bytes(parts.username), unquote_to_bytes(parts.password or "")

    @property
    def address(self) -> str:
        """Its URL without user name and password."""
        return f"{urlsplit(self.url).scheme}://{host_and_port(self.url)}"

    @property
    def name(self) -> str:
        """Host and source, for messages."""
        return f"{host_and_port(self.url)} of {self.source}"

    @property
    def headers(self) -> dict[str, str]:
        """The credentials for it."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return {}
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"proxy-authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def __repr__(self) -> str:
        return f"Proxy({self.name})"


class Proxies:
    """The proxies of the environment, read once; or one for all requests."""

    def __init__(self, given: str | None = None, *, engine: object = None) -> None:
        if given is not None and engine is not None:
            raise ConfigurationError("proxy= has no effect on an engine that you pass: give your engine the proxy")
        if given is not None and not isinstance(given, str):
            raise ConfigurationError(f"proxy= must be the URL of a proxy as text, not {type(given).__name__}")
        self._by_scheme = {"all": (given, _ARGUMENT)} if given is not None else _from_environment() or _from_system()
        """The text and source of each, by scheme; `no` has the hosts without a proxy."""
        self._no_proxy = NoProxy(self._by_scheme.pop("no", ("", ""))[0])
        self._by_origin: dict[str, Proxy | None] = {}

    def of(self, url: str) -> Proxy | None:
        """The proxy for *url*; `None` for no proxy.

        Raises `ConfigurationError` for a proxy that is not of HTTP or SOCKS 5, and without the extra for SOCKS.
        """
        if not self._by_scheme:
            return None
        origin = "/".join(url.split("/", 3)[:3])
        if origin not in self._by_origin:
            self._by_origin[origin] = self._find(origin)
        return self._by_origin[origin]

    def _find(self, origin: str) -> Proxy | None:
        parts = urlsplit(origin)
        found = self._by_scheme.get(parts.scheme) or self._by_scheme.get("all")
        if found is None or self._no_proxy.matches(parts.hostname or "", parts.port or _PORTS.get(parts.scheme)):
            return None
        text, source = found
        if source == _SYSTEM and _is_bypassed_by_system(parts.netloc):
            return None
        return _proxy(text, source)


def _proxy(text: str, source: str) -> Proxy:
    """The proxy of a variable. Raises `ConfigurationError`, which quotes nothing: the text may have a password."""
    scheme, mark, rest = text.strip().partition("://")
    if not mark:
        scheme, rest = "http", text.strip()
    # A password may have any character, also those that would end it in a URL.
    account, at, place = rest.rpartition("@")
    place = re.split(r"[/?#]", place, maxsplit=1)[0]
    user, colon, password = (quote(unquote(part), safe="") if part != ":" else part for part in account.partition(":"))
    proxy = Proxy(f"{scheme.lower()}://{user}{colon}{password}{at}{place}", source)
    undo = "leave it out" if source == _ARGUMENT else f"unset {source}"
    try:
        is_complete = bool(host_and_port(proxy.url))
    except ValueError:
        is_complete = False
    if not is_complete or scheme.lower() not in (*_PORTS, *_SOCKS):
        raise ConfigurationError(
            f"the proxy in {source} is not an http://, https://, socks5:// or socks5h:// URL with a host: correct it, "
            f"or {undo}"
        )
    if proxy.is_socks:
        _check_socks(proxy, undo)
    return proxy


def _check_socks(proxy: Proxy, undo: str) -> None:
    """Raise `ConfigurationError` if a SOCKS proxy cannot be used."""
    if not is_installed():
        raise ConfigurationError(
            f"the proxy in {proxy.source} is a SOCKS proxy, which needs socksio: pip install 'bide-runtime[socks]', or "
            f"{undo}"
        )
    if proxy.login is not None and not all(0 < len(each) <= _LONGEST_LOGIN for each in proxy.login):
        raise ConfigurationError(
            f"the SOCKS proxy in {proxy.source} needs both a user name and a password, of at most {_LONGEST_LOGIN} "
            f"bytes each, or neither: correct it, or {undo}"
        )


_SOCKS = ("socks5", "socks5h")
_ARGUMENT = "proxy="
_SYSTEM = "the settings of the system"


def _from_environment() -> dict[str, tuple[str, str]]:
    """The values and names of the variables, by scheme. As in `urllib.request`, names in lower case take precedence."""
    found = {}
    for name, value in sorted(os.environ.items(), key=lambda item: item[0].islower()):
        lower = name.lower()
        if not lower.endswith("_proxy") or (name == "HTTP_PROXY" and "REQUEST_METHOD" in os.environ):
            continue  # in a CGI script, a client sets HTTP_PROXY with its header Proxy
        if value.strip():
            found[lower.removesuffix("_proxy")] = (value, name)
        elif name == lower:
            found.pop(lower.removesuffix("_proxy"), None)
    return found


def _from_system() -> dict[str, tuple[str, str]]:
    """The proxies that macOS and Windows are set to. `urllib.request` is slow to import, so it is not elsewhere."""
    if sys.platform not in ("darwin", "win32"):
        return {}
    from urllib.request import getproxies

    return {scheme: (text, _SYSTEM) for scheme, text in getproxies().items()}


def _is_bypassed_by_system(netloc: str) -> bool:
    from urllib.request import proxy_bypass

    return bool(proxy_bypass(netloc))
