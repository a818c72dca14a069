"""Whether a request to the page of a simulator comes from that page. Pure.

A page of any website can make a browser send requests to this machine. What a browser says about a request cannot be
changed by such a page: where it comes from (`Origin`, `Sec-Fetch-Site`), and the name by which it calls this machine
(`Host`), which would be the website's own if its name resolves to this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def refused(method: str, headers: Mapping[str, str]) -> str:
    """Why a request is refused; empty: it is not. Header names are in lower case."""
    host = headers.get("host", "")
    if not _is_loopback(host):
        return f"the page is only for this machine: Host is {host!r}, expected localhost or 127.0.0.1"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return f"another page, of {origin!r}, must not use the simulator"
    is_visit = method == "GET" and headers.get("sec-fetch-dest") == "document"  # a link, which no page can read
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") and not is_visit:
        return "another page must not use the simulator"
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method != "GET" and kind != "application/json":
        return f"Content-Type is {kind!r}, expected application/json"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
