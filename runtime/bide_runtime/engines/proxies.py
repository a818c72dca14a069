"""The proxies of the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, or the system's settings."""

from __future__ import annotations

import os
import sys
from base64 import b64encode
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..errors.client import ConfigurationError
from .attempt import host_and_port


class Proxy(NamedTuple):
    """A proxy, with its password."""

    url: str
    """As the environment has it, with its user name and password."""

    @property
    def address(self) -> str:
        """Its URL without user name and password."""
        return f"{urlsplit(self.url).scheme}://{host_and_port(self.url)}"

    @property
    def headers(self) -> dict[str, str]:
        """What identifies us to it."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return {}
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"proxy-authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def __repr__(self) -> str:
        return f"Proxy({host_and_port(self.url)})"


class Proxies:
    """The proxies of the environment as it was when this was made."""

    def __init__(self) -> None:
        self._by_scheme = _found()
        self._by_origin: dict[str, Proxy | None] = {}

    def of(self, url: str) -> Proxy | None:
        """The proxy that leads to *url*, or `None` for the direct way.

        Raises `ConfigurationError` for a kind of proxy that no engine of ours speaks to.
        """
        if not self._by_scheme:
            return None
        origin = "/".join(url.split("/", 3)[:3])
        if origin not in self._by_origin:
            self._by_origin[origin] = self._look_up(origin)
        return self._by_origin[origin]

    def _look_up(self, origin: str) -> Proxy | None:
        from urllib.request import proxy_bypass

        parts = urlsplit(origin)
        found = self._by_scheme.get(parts.scheme) or self._by_scheme.get("all")
        if not found or proxy_bypass(parts.netloc):
            return None
        proxy = Proxy(found if "://" in found else f"http://{found}")
        try:
            usable = urlsplit(proxy.url).scheme in ("http", "https") and bool(host_and_port(proxy.url))
        except ValueError:
            usable = False
        if not usable:
            raise ConfigurationError("the proxy that the environment names is not an http:// or https:// address")
        return proxy


def _found() -> dict[str, str]:
    """By scheme. `urllib.request` takes long to load, and most environments name none."""
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies

    return getproxies()
