"""Which endpoint of a spec an exchange belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from bide import ir
from bide.importer.recording.exchanges import Exchange


class Role(StrEnum):
    """The purpose of a request."""

    CALL = "call"
    SUBMIT = "submit"
    POLL = "poll"
    RESULT = "result"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint, and whose it is."""

    role: Role
    endpoint: ir.Endpoint
    of: ir.Job | ir.Operation


class Routes:
    """The endpoints of a provider; those with most text in their paths first."""

    def __init__(self, provider: ir.Provider) -> None:
        self._prefix = provider.base_path
        routes = sorted(_routes(provider), key=lambda route: -len(re.sub(r"\{[^}]*\}", "", route.endpoint.path)))
        self._table = [
            (route, _pattern(self._prefix + route.endpoint.path)) for route in routes if not route.endpoint.link
        ]
        self._by_name: dict[tuple[str, str], list[Route]] = {}
        for route in routes:
            self._by_name.setdefault((_method(route), self._prefix + route.endpoint.path), []).append(route)
        self._linked = [route for route in routes if route.endpoint.link]
        self._links: dict[str, list[Route]] = {}

    def find(self, exchange: Exchange) -> list[Route]:
        """The routes of an exchange: several if jobs share an address. A path may be that of the spec, with names."""
        named = self._by_name.get((exchange.method, exchange.path))
        if named:
            return named
        found = [(route, pattern) for route, pattern in self._table if self._fits(route, pattern, exchange)]
        best = [route for route, pattern in found if pattern.pattern == found[0][1].pattern]
        linked = [each for each in self._links.get(exchange.path, []) if _method(each) == exchange.method]
        return linked or best

    def learn(self, route: Route, exchange: Exchange) -> None:
        """Note the addresses that a reply hands out."""
        for each in self._linked:
            link = each.endpoint.link
            if each.of is not route.of or link is None:
                continue
            text = exchange.reply_headers.get(link.header.lower()) if link.header else None
            value = exchange.said
            for step in link.field:
                value = value.get(step) if isinstance(value, dict) else None
            text = text or (value if link.field and isinstance(value, str) else None)
            if text:
                path = _joined(exchange.origin + exchange.path, text)
                known = self._links.setdefault(path, [])
                known += [] if each in known else [each]

    @staticmethod
    def _fits(route: Route, pattern: re.Pattern[str], exchange: Exchange) -> bool:
        return _method(route) == exchange.method and pattern.fullmatch(exchange.path) is not None


def _joined(base: str, address: str) -> str:
    """The path of an address that may be relative; empty if it is none."""
    try:
        return urlsplit(urljoin(base, address)).path
    except ValueError:
        return ""


def _method(route: Route) -> str:
    return route.endpoint.method.lower()


def _routes(provider: ir.Provider) -> Iterator[Route]:
    for operation in provider.operations:
        yield Route(Role.CALL, operation.endpoint, operation)
    for job in provider.jobs:
        lifecycle = job.lifecycle
        yield Route(Role.SUBMIT, job.submit, job)
        yield Route(Role.POLL, lifecycle.poll, job)
        if lifecycle.result.endpoint:
            yield Route(Role.RESULT, lifecycle.result.endpoint, job)
        if lifecycle.cancel:
            yield Route(Role.CANCEL, lifecycle.cancel.endpoint, job)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]*\})", template)
    groups = {"{+": ".+", "{": "[^/]+"}
    return re.compile("".join(groups.get(part[:2], groups.get(part[:1], re.escape(part))) for part in parts))
