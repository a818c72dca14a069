"""Find the endpoints for a method and a path. Independent of bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote

from bide.ir import NAME, Endpoint, Job, Lifecycle, Operation, Provider
from bide.simulator.bodies.links import ELSEWHERE, poll_path

_PARAMETER = re.compile(r"\{[^}]*\}")


class Role(StrEnum):
    """The purpose of a request."""

    CALL = "call"
    SUBMIT = "submit"
    FIND = "find"
    POLL = "poll"
    POLL_MANY = "poll_many"
    RESULT = "result"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint of the provider, and its role."""

    role: Role
    endpoint: Endpoint
    of: Operation | Job | Lifecycle


@dataclass(frozen=True, slots=True)
class Matched:
    """The routes that match a request, and the values in its path."""

    routes: tuple[Route, ...]
    values: tuple[str, ...]

    def path(self, route: Route) -> dict[str, str]:
        """The parameters of the path, by the names that one of the routes has for them."""
        return dict(zip(NAME.findall(route.endpoint.path), self.values, strict=True))

    def for_body(self, content_type: str) -> Matched:
        """Those of the routes that take a body of this type; all if none does."""
        kind = content_type.partition(";")[0].strip().lower()
        exact = [route for route in self.routes if route.endpoint.media_type == kind]
        fitting = exact or [route for route in self.routes if route.endpoint.media_type == "*/*"]
        return replace(self, routes=tuple(fitting)) if fitting else self


class Routes:
    """All endpoints of a provider, those with the most text outside of parameters first."""

    def __init__(self, provider: Provider) -> None:
        self.prefix = provider.base_path
        routes = sorted(_routes(provider), key=lambda route: -len(_PARAMETER.sub("", route.endpoint.path)))
        self._table = [(route, _pattern(self.prefix + route.endpoint.path)) for route in routes]
        link = [route for route in routes if route.endpoint.link]
        self._table += [(route, _pattern(ELSEWHERE + route.endpoint.path)) for route in link]

    def find(self, method: str, path: str) -> Matched | None:
        """The routes of a request; `None` if no endpoint has this path; no routes if only other methods have it."""
        matches = [(route, pattern.fullmatch(path)) for route, pattern in self._table]
        here = [(route, match) for route, match in matches if match]
        if not here:
            return None
        found = [(route, match) for route, match in here if route.endpoint.method.upper() == method]
        if not found:
            return Matched((), ())
        best = found[0][1]
        routes = tuple(route for route, match in found if match.re.pattern == best.re.pattern)
        return Matched(routes, tuple(map(unquote, best.groups())))


def _routes(provider: Provider) -> Iterable[Route]:
    for operation in provider.operations:
        yield Route(Role.CALL, operation.endpoint, operation)
    for job in provider.jobs:
        yield Route(Role.SUBMIT, job.submit, job)
        if job.find:
            yield Route(Role.FIND, job.find.endpoint, job)
    for lifecycle in provider.lifecycles:
        paths = {lifecycle.poll.path, *(poll_path(job) for job in provider.jobs if job.lifecycle == lifecycle)}
        for path in sorted(paths):
            yield Route(Role.POLL, replace(lifecycle.poll, path=path), lifecycle)
        if lifecycle.poll_many:
            yield Route(Role.POLL_MANY, lifecycle.poll_many.endpoint, lifecycle)
        if lifecycle.result.endpoint:
            yield Route(Role.RESULT, lifecycle.result.endpoint, lifecycle)
        if lifecycle.cancel:
            yield Route(Role.CANCEL, lifecycle.cancel.endpoint, lifecycle)


def _pattern(template: str) -> re.Pattern[str]:
    """A pattern with a group for each name; only a name with a `+` spans segments."""
    parts = re.split(r"(\{[^}]*\})", template)
    groups = {"{+": "(.+)", "{": "([^/]+)"}
    return re.compile("".join(groups.get(part[:2], groups.get(part[:1], re.escape(part))) for part in parts))
