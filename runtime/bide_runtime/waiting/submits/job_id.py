"""Where the id of a job is: in the reply of its submit, or in an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...calls.link import Link
from ...http.request import Response
from ...jobs.kind import JobKind
from ...jobs.requests.submit_at import IdAt
from ...jobs.token import as_id
from ...models.codec import follow


def id_in(
    kind: JobKind[Any, Any], at: IdAt, body: object, reply: Response, url: str, values: Mapping[str, str]
) -> str | None:
    """The id in a reply from *url*, or in *values*, arguments of the submit; `None` if there is none."""
    if argument := argument_of(at):
        return values.get(argument)
    if isinstance(at, Link):
        return as_id(at.id_in(reply))
    if at or not isinstance(kind.lifecycle.poll, Link):
        return as_id(follow(body, at))
    return kind.lifecycle.poll.address_in(reply, url)


def argument_of(at: IdAt) -> str:
    """The argument of the submit that is the id; empty if the id is in the reply."""
    return at.argument if isinstance(at, Link) else ""


def is_outside_body(kind: JobKind[Any, Any], at: IdAt) -> bool:
    """Whether the id is in a header or an argument, so that it is known without the body."""
    place = _id_or_poll_link(kind, at)
    return isinstance(place, Link) and bool(place.header or place.argument)


def place_of_id(kind: JobKind[Any, Any], at: IdAt) -> str:
    """Where the id is, for a message."""
    place = _id_or_poll_link(kind, at)
    return place.place if isinstance(place, Link) else ".".join(place)


def _id_or_poll_link(kind: JobKind[Any, Any], at: IdAt) -> IdAt:
    return kind.lifecycle.poll if not at and isinstance(kind.lifecycle.poll, Link) else at
