"""The list of a fake provider in which jobs are found by a reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from ...calls.link import Link
from ...calls.pages import Pages
from ...http.request import Json
from ...jobs.requests.find_at import FindAt
from .addresses import JSON
from .bodies import attributes, made_up, put
from .jobs import link_path
from .paging import page_of
from .plans import FakeJob
from .transport import Reply, Sent


def list_reply(at: FindAt, jobs: Sequence[FakeJob], sent: Sent, base: str) -> Reply:
    """The reply to a request for these jobs. *base* is the path of the base URL."""
    body = made_up(at.reply)
    put(body, at.reply, attributes(at.reply, at.list), [])
    for index, job in enumerate(jobs):
        for place, value in _facts(at, job, base):
            if value is not None:
                put(body, at.reply, attributes(at.reply, (*at.list, str(index), *place)), value)
    if at.pages is None:
        return Reply(body, 200, JSON)
    kept = [pair for pair in sent.query if f"{quote(pair[0], safe='')}=" in at.path.partition("?")[2]]
    address = f"{sent.path}?" + "".join(f"{urlencode([pair])}&" for pair in kept)
    return Reply(*page_of(_named(at.pages, at.reply), at.reply, body, sent, base=base, address=address))


def _facts(at: FindAt, job: FakeJob, base: str) -> list[tuple[tuple[str, ...], Json]]:
    """What an item says of its job: (place, value)."""
    found: list[tuple[tuple[str, ...], Json]] = [(at.reference, job.reference)]
    lifecycle, segment = job.kind.lifecycle, quote(job.id, safe="")
    if isinstance(at.job_id, Link):
        found.append((at.job_id.field, at.job_id.template.replace("{job_id}", segment)))
    elif at.job_id:
        found.append((at.job_id, job.id))
    for role, link in lifecycle.link.items():
        if link.field:
            found.append((link.field, base + link_path(job.kind, role).replace("{job_id}", segment)))
    return found + [(place, job.values.get(name)) for name, place in lifecycle.values.items()]


def _named(pages: Pages, wanted: Any) -> Pages:
    """The pages with Python names in place of JSON names."""
    return replace(
        pages,
        list=attributes(wanted, pages.list),
        next=attributes(wanted, pages.next),
        more=attributes(wanted, pages.more),
    )
