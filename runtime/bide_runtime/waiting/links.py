"""Where a job is asked about: at a path of the provider, or at an address that it handed out. Sends nothing.

An address from a reply or a token is a stranger's word. It is followed on the origin of the base URL, and on the hosts
that the spec names, which get no key; never from https to http.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from urllib.parse import urljoin, urlsplit

from msgspec import UnsetType

from ..calls.account import Account
from ..calls.link import Link
from ..errors.client import InvalidArgument, InvalidToken
from ..errors.decode import DecodeError
from ..http.request import Response, origin, path
from ..jobs.kind import JobKind
from ..jobs.record import Record
from ..jobs.token import LONGEST, checked_id
from ..jobs.token import read as read_token

Role: TypeAlias = Literal["poll", "result", "cancel"]

_PORTS = {"http": 80, "https": 443}


def url_of(account: Account, record: Record[Any, Any], role: Role, at: str | Link) -> str:
    """The address of a job for *role*. Raises `DecodeError` if none was handed out that can be followed."""
    if isinstance(at, str):
        return account.base_url + path(at, {"job_id": record.id})
    found = record.links.get(role)
    if found is None:
        body = record.snapshot.reply.body if record.snapshot else b""
        raise DecodeError(f"the provider has not said where: {at.place} was missing", path=at.place, body=body)
    return followed(account, in_full(account, found), at.place)


def in_full(account: Account, url: str) -> str:
    """An address that may lack the provider's origin."""
    try:
        return urljoin(account.base_url + "/", url)
    except ValueError:
        return url


def followed(account: Account, url: str, place: str) -> str:
    """*url*, which was found at *place*. Raises `DecodeError` if it is not to be followed."""
    why = refusal(account, url)
    if why is not None:
        raise DecodeError(f"the provider hands out an address that is not followed: {why}", path=place, body=b"")
    return url


@lru_cache(maxsize=256)
def bucket_of(method: str, at: str | Link) -> str:
    """What the provider counts requests to this address as: one text for all jobs."""
    return f"{method} {at}" if isinstance(at, str) else at.name


def refusal(account: Account, url: str) -> str | None:
    """Why an address is not followed; `None` if it is."""
    try:
        parts, (scheme, host, port) = urlsplit(url), origin(url)
    except ValueError:
        return "it is no address"
    is_clean = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>') and "@" not in parts.netloc
    if scheme not in _PORTS or not host or not is_clean:
        return "it is no address of the web"
    base = origin(account.base_url)
    if (scheme, host, port) == base or (_is_here(host) and _is_here(base[1])):
        return None
    if scheme != "https" and base[0] == "https":
        return f"{host} is to be asked without encryption"
    if port != _PORTS[scheme] or not any(_is_named(host, each) for each in account.provider.hosts):
        return f"{host}{'' if port == _PORTS[scheme] else f':{port}'} is no host of {account.provider.title}"
    return None


def keep_links(record: Record[Any, Any], reply: Response, asked: str, *, is_submit: bool = False) -> None:
    """Note the addresses that a reply about a job hands out; the newest counts. *asked* is what was answered.

    Raises `DecodeError` if a token could not hold them.
    """
    lifecycle = record.kind.lifecycle
    for role, at in lifecycle.link.items():
        if role == "poll" and record.state.is_final:
            continue
        if role == "result" and at.is_where(lifecycle.poll) and not record.state.has_result:
            # It is the address to poll next.
            continue
        found = at.address_in(reply, asked)
        if found is not None:
            record.links = {**record.links, role: found}
            if role != "result" or is_submit:
                record.kept |= {role}
    if record.kept and record.id and len(record.token.encode()) > LONGEST:
        raise DecodeError("the addresses of the job are too long for a token", path="$", body=reply.body)


def attached(account: Account, kind: JobKind[Any, Any], job_id: str) -> Record[Any, Any]:
    """The record of a job that exists already. Raises `InvalidArgument`."""
    record = Record(kind, checked_id(job_id))
    if isinstance(kind.lifecycle.poll, Link):
        if refusal(account, job_id) is not None:
            raise InvalidArgument(
                f"a {kind.name} job is polled at an address that {account.provider.title} hands out, and {job_id!r} is"
                " none: give that address, or use resume(token)"
            )
        record.links = {"poll": job_id}
        record.kept = frozenset({"poll"})
    return record


def resumed(account: Account, kind: JobKind[Any, Any], text: str) -> Record[Any, Any]:
    """The record of the job in a token. Raises `InvalidToken`."""
    read = read_token(text, provider=kind.provider, job=kind.name)
    record = Record(kind, read.id, submitted_at=read.submitted_at)
    links = read.links
    if isinstance(kind.lifecycle.poll, Link):
        links = {"poll": read.id, **links}
    for role, url in links.items():
        if role not in kind.lifecycle.link:
            raise InvalidToken(f"this token cannot be used: nobody hands out where to {role!r} a job of this kind")
        why = refusal(account, in_full(account, url))
        if why is not None:
            raise InvalidToken(f"this token cannot be used: it holds an address that is not followed: {why}")
    record.links, record.kept = dict(links), frozenset(links)
    record.tag = None if isinstance(read.tag, UnsetType) else read.tag
    return record


def _is_named(host: str, pattern: str) -> bool:
    """Whether a spec means *host*; `*.` in front stands for any name below."""
    return host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _is_here(host: str) -> bool:
    """Whether a host is this machine: then its ports are as good as hosts, for tests and simulators."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
