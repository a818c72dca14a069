"""Links of a job in replies, and its id if that is not a field of the body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from bide.ir import Endpoint, IdAt, Job, Lifecycle, Pointer, Provider
from bide.simulator.life.answer import Asked
from bide.simulator.life.view import JobView

ELSEWHERE = "/elsewhere"
"""The path prefix of links to another host, which must not get the key."""

_OTHER_NAME = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
"""The other name of this machine, which is another host to a client."""


def endpoints(lifecycle: Lifecycle) -> dict[str, Endpoint]:
    """The endpoints that are links, by role."""
    found = {
        "poll": lifecycle.poll,
        "result": lifecycle.result.endpoint,
        "cancel": lifecycle.cancel.endpoint if lifecycle.cancel else None,
    }
    return {role: endpoint for role, endpoint in found.items() if endpoint and endpoint.link}


def poll_path(job: Job) -> str:
    """The path where the job is polled. A link that has its id in it ends as the template of the id says."""
    poll, id_at = job.lifecycle.poll, job.job_id
    if poll.link is None or poll.link.path or not id_at.template:
        return poll.path
    if (poll.link.header, poll.link.field) != (id_at.header, id_at.field):
        return poll.path
    return poll.path.replace("{job_id}", id_at.template.removeprefix("/"))


def addresses(provider: Provider, job: Job, job_id: str, asked: Asked) -> dict[str, str]:
    """The links of a job, on the host of the request. If the spec has other hosts, results are on another host."""
    prefix = provider.base_path
    host, _, port = asked.headers.get("host", "localhost").rpartition(":")
    found = {}
    for role, endpoint in endpoints(job.lifecycle).items():
        path = poll_path(job) if role == "poll" else endpoint.path
        path = path.replace("{job_id}", quote(job_id, safe=""))
        if role == "result" and provider.hosts and host in _OTHER_NAME:
            found[role] = f"http://{_OTHER_NAME[host]}:{port}{ELSEWHERE}{path}"
        else:
            found[role] = f"http://{asked.headers.get('host', '')}{prefix}{path}"
    return found


def value_of(pointer: Pointer, job_id: str) -> str:
    """The value that a job has at *pointer*, where its later requests need one."""
    return f"{pointer[-1]}-of-{job_id}"


def headers(view: JobView, *, id_at: IdAt | None = None) -> dict[str, str]:
    """The headers with links and id in a reply about a job; *id_at* is the place of the id in a submit reply."""
    found = {}
    id_header = id_at.header if id_at is not None else ""
    for role, endpoint in endpoints(view.job.lifecycle).items():
        assert endpoint.link is not None
        if role != "poll" and id_header and endpoint.link.header == id_header:
            continue  # in the reply to a submit it has the id
        if endpoint.link.header and _has_link(view, role, is_submit=id_at is not None):
            found[endpoint.link.header] = view.addresses[role]
    if id_at is not None and id_at.header:
        found.setdefault(id_at.header, id_text(id_at, view.id))
    return found


def addresses_in(view: JobView, fields: Mapping[str, bool]) -> Iterator[tuple[Pointer, str]]:
    """The links of a body, each with its place; *fields* are the roles, and whether each may be missing for now."""
    for role, may_be_absent in fields.items():
        endpoint = endpoints(view.job.lifecycle)[role]
        assert endpoint.link is not None
        if _has_link(view, role) or not may_be_absent:
            yield endpoint.link.field, view.addresses[role]


def id_text(at: IdAt, job_id: str) -> str:
    """The text that holds the id."""
    return at.template.replace("{job_id}", quote(job_id, safe="")) if at.template else job_id


def _has_link(view: JobView, role: str, *, is_submit: bool = False) -> bool:
    """Whether the reply has this link: that for polls until the job is final, then that of its result."""
    if role == "poll":
        return is_submit or not view.state.is_final
    if role == "result":
        lifecycle = view.job.lifecycle
        at = lifecycle.result.endpoint.link if lifecycle.result.endpoint else None
        return view.state.has_result and not (is_submit and at == lifecycle.poll.link)
    return True
