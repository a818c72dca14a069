"""The header `Link` of a reply, as RFC 8288 defines it. Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TARGET = re.compile(r"[\s,]*<([^>]*)>")
_PARAMETER = re.compile(r"\s*;\s*([^\s=;,\"]+)(?:\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*)))?")


def next_in(text: str) -> str | None:
    """The address of the link with the relation `next`; `None` if there is none."""
    for target, parameters in _links(text):
        if "next" in parameters.get("rel", "").lower().split() and "anchor" not in parameters:
            return target
    return None


def _links(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(address, its parameters) of each link, up to a part that is no link. Of equal parameters the first counts."""
    at = 0
    while link := _TARGET.match(text, at):
        at = link.end()
        found: dict[str, str] = {}
        while parameter := _PARAMETER.match(text, at):
            name, quoted, bare = parameter.groups()
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare or ""
            found.setdefault(name.lower(), value)
            at = parameter.end()
        yield link[1].strip(), found
