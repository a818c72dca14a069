"""The requests of a job that exists: poll, result and cancellation. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from ..calls.call import JSON
from ..calls.link import Link
from ..http.request import filled, with_query
from ..jobs.record import Record
from .flow import About
from .links import Role, bucket_of, named_in, url_of
from .session import Outgoing, Session

_POLL = About("poll")
"""Of every poll: what is sent names its job, and a request that waits keeps less."""


def request_of(
    session: Session, record: Record[Any, Any], role: Role, method: str, at: str | Link, *, accept: str = JSON
) -> Outgoing:
    """The request for *role* at a path or a link. Raises `DecodeError` if the provider gave no link or value for it."""
    account, lifecycle = session.account, record.kind.lifecycle
    url = url_of(account, record, role, at)
    if role in lifecycle.queries:
        url = with_query(url, _filled(record, role, lifecycle.queries[role]))
    headers = _filled(record, role, lifecycle.headers.get(role, {}))
    body, auth = None, lifecycle.auth.get(role)
    if role in lifecycle.bodies:
        fields = _filled(record, role, lifecycle.bodies[role])
        body, headers = msgspec.json.encode(fields), {"content-type": JSON, **headers}
    return Outgoing(
        request=account.request_to(method, url, headers=headers, body=body, accept=accept, auth=auth),
        bucket=bucket_of(method, at),
        timeout=lifecycle.timeouts.get(role),
        auth=auth,
        about=_POLL if role == "poll" else About(role, record.kind.name, (record.id,)),
    )


def _filled(record: Record[Any, Any], role: Role, templates: Mapping[str, str]) -> dict[str, str]:
    return {name: filled(text, named_in(record, role, text)) for name, text in templates.items()}


def page_request(session: Session, record: Record[Any, Any], role: Role, url: str, *, bucket: str) -> Outgoing:
    """The request of a page at an address of the provider, which may be followed; otherwise like those of *role*."""
    lifecycle = record.kind.lifecycle
    headers = _filled(record, role, lifecycle.headers.get(role, {}))
    auth = lifecycle.auth.get(role)
    return Outgoing(
        request=session.account.request_to("GET", url, headers=headers, auth=auth),
        bucket=bucket,
        timeout=lifecycle.timeouts.get(role),
        auth=auth,
        about=About("result", record.kind.name, (record.id,)),
    )


def at_page(outgoing: Outgoing, query: str) -> Outgoing:
    """The request with more parameters in its query, such as `?page=2`."""
    url = outgoing.request.url
    more = "&" + query[1:] if query and "?" in url else query
    return replace(outgoing, request=replace(outgoing.request, url=url + more))
