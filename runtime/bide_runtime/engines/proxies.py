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
    """A proxy."""

    url: str
    """Its URL from the environment, with user name and password."""

    @property
    def address(self) -> str:
        """Its URL without user name and password."""
        return f"{urlsplit(self.url).scheme}://{host_and_port(self.url)}"

    @property
    def headers(self) -> dict[str, str]:
        """The credentials for it."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return {}
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"proxy-authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def __repr__(self) -> str:
        return f"Proxy({host_and_port(self.url)})"


class Proxies:
    """The proxies of the environment, read once."""

    def __init__(self) -> None:
        self._by_scheme = _from_environment()
        self._by_origin: dict[str, Proxy | None] = {}

    def of(self, url: str) -> Proxy | None:
        """The proxy for *url*; `None` for no proxy.

        Raises `ConfigurationError` for a proxy that is not http:// or https://.
        """
        if not self._by_scheme:
            return None
        origin = "/".join(url.split("/", 3)[:3])
        if origin not in self._by_origin:
            self._by_origin[origin] = self._find(origin)
        return self._by_origin[origin]

    def _find(self, origin: str) -> Proxy | None:
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
            raise ConfigurationError("the proxy of the environment is not an http:// or https:// URL")
        return proxy


def _from_environment() -> dict[str, str]:
    """The proxies by scheme. `urllib.request` is slow to import, so it is not if there are none."""
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies

    return getproxies()
