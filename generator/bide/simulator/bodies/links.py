"""What replies hand out beside data: the addresses of a job, and its id where that is no field of the body."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from bide.ir import Endpoint, IdAt, Json, Lifecycle, Provider
from bide.simulator.bodies.pointer import put
from bide.simulator.life.answer import Asked
from bide.simulator.life.view import JobView

ELSEWHERE = "/elsewhere"
"""Before the path of addresses on another host, where nobody may bring the key."""

_OTHER_NAME = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
"""This machine has a name and a number, which are two hosts to a client."""


def endpoints(lifecycle: Lifecycle) -> dict[str, Endpoint]:
    """The addresses that the provider hands out, by what for."""
    found = {
        "poll": lifecycle.poll,
        "result": lifecycle.result.endpoint,
        "cancel": lifecycle.cancel.endpoint if lifecycle.cancel else None,
    }
    return {role: endpoint for role, endpoint in found.items() if endpoint and endpoint.link}


def addresses(provider: Provider, lifecycle: Lifecycle, job_id: str, asked: Asked) -> dict[str, str]:
    """The addresses of a job, on the host that was asked. Where the provider has other hosts, results are there."""
    prefix = urlsplit(provider.base_url).path.rstrip("/")
    host, _, port = asked.headers.get("host", "localhost").rpartition(":")
    found = {}
    for role, endpoint in endpoints(lifecycle).items():
        path = endpoint.path.replace("{job_id}", quote(job_id, safe=""))
        if role == "result" and provider.hosts and host in _OTHER_NAME:
            found[role] = f"http://{_OTHER_NAME[host]}:{port}{ELSEWHERE}{path}"
        else:
            found[role] = f"http://{asked.headers.get('host', '')}{prefix}{path}"
    return found


def headers(view: JobView, *, id_at: IdAt | None = None) -> dict[str, str]:
    """The headers of a reply about a job; *id_at* says where the id is, in the reply to a submit."""
    found = {}
    for role, endpoint in endpoints(view.job.lifecycle).items():
        assert endpoint.link is not None
        if endpoint.link.header and _is_said(view, role, is_submit=id_at is not None):
            found[endpoint.link.header] = view.addresses[role]
    if id_at is not None and id_at.header:
        found.setdefault(id_at.header, id_text(id_at, view.id))
    return found


def put_addresses(body: dict[str, Json], view: JobView, fields: Mapping[str, bool]) -> None:
    """Write the addresses that a body has; *fields* says of each role whether it may be left out for now."""
    for role, may_be_absent in fields.items():
        endpoint = endpoints(view.job.lifecycle)[role]
        assert endpoint.link is not None
        if _is_said(view, role) or not may_be_absent:
            put(body, endpoint.link.field, view.addresses[role])


def id_text(at: IdAt, job_id: str) -> str:
    """The text in which an id stands."""
    return at.template.replace("{job_id}", quote(job_id, safe="")) if at.template else job_id


def _is_said(view: JobView, role: str, *, is_submit: bool = False) -> bool:
    """Whether there is something to say: where to poll as long as the job goes on, and then where its result is."""
    if role == "poll":
        return is_submit or not view.state.is_final
    if role == "result":
        lifecycle = view.job.lifecycle
        at = lifecycle.result.endpoint.link if lifecycle.result.endpoint else None
        return view.state.has_result and not (is_submit and at == lifecycle.poll.link)
    return True
