"""The addresses of a job: paths of the spec, or links from the provider's replies. Sends nothing.

A link from a reply or a token is untrusted. It is followed only on the origin of the base URL and on the hosts that the
spec names, which get no credentials, and never from https to http.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from urllib.parse import urljoin, urlsplit

from msgspec import UnsetType

from ..calls.account import Account
from ..calls.link import Link
from ..errors.client import InvalidArgument, InvalidToken
from ..errors.decode import DecodeError
from ..http.request import Json, Response, as_text, is_loopback, origin, path, placeholders
from ..jobs.kind import JobKind
from ..jobs.record import Record
from ..jobs.token import MAX_BYTES, as_id, checked_id, is_value
from ..jobs.token import read as read_token
from ..models.codec import follow, json_in

Role: TypeAlias = Literal["poll", "result", "cancel"]

MAX_REDIRECTS = 5
"""How many redirects in a row are followed."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}


def url_of(account: Account, record: Record[Any, Any], role: Role, at: str | Link) -> str:
    """The address of a job for *role*. Raises `DecodeError` if the provider gave no link that can be followed."""
    if isinstance(at, str):
        return account.base_url + path(at, named_in(record, role, at))
    found = record.links.get(role)
    if found is None and at.path:
        return account.base_url + path(at.path, record.named)
    if found is None:
        body = record.snapshot.reply.body if record.snapshot else b""
        raise DecodeError(f"the provider gave no {role} link: {at.place} is missing", path=at.place, body=body)
    return check_followed(account, absolute(account, found), at.place)


def named_in(record: Record[Any, Any], role: Role, template: str) -> dict[str, str]:
    """The values for a template of a request. Raises `DecodeError` if the provider gave none for a name."""
    named = record.named
    missing = next((name for name in placeholders(template) if name not in named), None)
    if missing is not None:
        where = ".".join(("$", *record.kind.lifecycle.values.get(missing, (missing,))))
        message = f"the job is {record.status!r}, but the reply has no {where}, which its {role} needs"
        raise DecodeError(message, path=where, body=record.snapshot.reply.body if record.snapshot else b"")
    return named


def checked_values(kind: JobKind[Any, Any], values: Mapping[str, Json]) -> dict[str, str]:
    """The values of arguments, for the addresses of a job. Raises `InvalidArgument`."""
    found = {name: as_text(value) for name, value in values.items() if value is not None}
    for name, text in found.items():
        in_header = any(name in placeholders(each) for each in kind.lifecycle.header_texts)
        if not is_value(text) or (in_header and not (text.isascii() and text.isprintable())):
            raise InvalidArgument(f"{name} is {text!r:.80}, which the requests of {kind.name} jobs cannot have in them")
    return found


def needed(kind: JobKind[Any, Any], values: Mapping[str, str]) -> dict[str, str]:
    """The values that later requests of a job have in them, apart from its id."""
    return {name: value for name, value in values.items() if name in kind.lifecycle.all_names}


def absolute(account: Account, url: str) -> str:
    """A link as an absolute URL; a relative one is resolved against the base URL."""
    try:
        return urljoin(account.base_url + "/", url)
    except ValueError:
        return url


def check_followed(account: Account, url: str, place: str) -> str:
    """*url*, a link found at *place*. Raises `DecodeError` if it must not be followed."""
    why = refusal(account, url)
    if why is not None:
        raise DecodeError(f"refused to follow a link from the provider: {why}", path=place, body=b"")
    return url


def redirected(account: Account, reply: Response, url: str) -> str | None:
    """The address that a reply from *url* redirects to; `None` if it does not. Raises like `check_followed`."""
    if reply.status not in _REDIRECTS:
        return None
    found = Link(header="location").address_in(reply, url)
    return None if found is None else check_followed(account, found, "the header Location")


@lru_cache(maxsize=256)
def bucket_of(method: str, at: str | Link) -> str:
    """The rate limit bucket of requests to this address: one text for all jobs."""
    return f"{method} {at.partition('?')[0]}" if isinstance(at, str) else at.name


def refusal(account: Account, url: str) -> str | None:
    """The reason why a link must not be followed; `None` if it may be."""
    try:
        parts, (scheme, host, port) = urlsplit(url), origin(url)
    except ValueError:
        return "it is not a URL"
    is_clean = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>') and "@" not in parts.netloc
    if scheme not in _PORTS or not host or not is_clean:
        return "it is not an http or https URL"
    base = origin(account.base_url)
    if (scheme, host, port) == base or (is_loopback(host) and is_loopback(base[1])):
        return None
    if scheme != "https" and base[0] == "https":
        return f"it leads to {host} without encryption"
    if port != _PORTS[scheme] or not any(_is_named(host, each) for each in account.provider.hosts):
        return f"{host}{'' if port == _PORTS[scheme] else f':{port}'} is not a host of {account.provider.title}"
    return None


def keep_links(
    record: Record[Any, Any], reply: Response, url: str, *, is_submit: bool = False, id_at: object = None
) -> None:
    """Keep the links in a reply from *url* about a job; a newer link replaces an older one.

    In the reply to a submit, *id_at* is the place of the id, which is no link then.

    Raises `DecodeError` if a token could not hold them.
    """
    lifecycle = record.kind.lifecycle
    for role, at in lifecycle.link.items():
        if role == "poll" and record.state.is_final:
            continue
        if role == "result" and at.is_where(lifecycle.poll) and not record.state.has_result:
            # The link is the address of the next poll.
            continue
        found = None if at.is_where(id_at) and role != "poll" else at.address_in(reply, url)
        if found is not None:
            record.links = {**record.links, role: found}
            if role != "result" or is_submit:
                record.token_links |= {role}
    if record.token_links and record.id and len(record.token.encode()) > MAX_BYTES:
        raise DecodeError("the links of the job are too long for a token", path="$", body=reply.body)


def keep_values(record: Record[Any, Any], reply: Response, *, wanted: Any = None) -> None:
    """Keep the values in a reply that the paths, headers and bodies of later requests need.

    *wanted* is the type of the reply; `None`: that of a poll. Raises `DecodeError` if a token could not hold them.
    """
    envelope = getattr(record.kind.snapshot if wanted is None else wanted, "_envelope", "")
    body = json_in(reply)
    inside = body.get(envelope) if envelope and isinstance(body, dict) else None
    for name, place in record.kind.lifecycle.values.items():
        value = as_id(follow(body if inside is None else inside, place))
        if value is not None and is_value(value):
            record.values = {**record.values, name: value}
    if record.id and len(record.token.encode()) > MAX_BYTES:
        raise DecodeError("the values in the reply are too long for a token", path="$", body=reply.body)


def attach_record(
    account: Account, kind: JobKind[Any, Any], job_id: str, values: Mapping[str, Json] | None = None
) -> Record[Any, Any]:
    """The record of a job that exists already. Raises `InvalidArgument`."""
    record = Record(kind, checked_id(job_id))
    record.base = account.variables
    if values:
        record.values = checked_values(kind, values)
    if missing := sorted(kind.lifecycle.names - record.values.keys()):
        example = ", ".join(f"{name}=..." if name.isidentifier() else f'**{{"{name}": ...}}' for name in missing)
        raise InvalidArgument(
            f"{kind.name} jobs are polled at an address with {' and '.join(missing)}: pass {example} too"
        )
    if unknown := sorted(record.values.keys() - kind.lifecycle.all_names):
        raise InvalidArgument(f"the addresses of {kind.name} jobs have no {' or '.join(unknown)}")
    if isinstance(kind.lifecycle.poll, Link) and not kind.lifecycle.poll.path:
        if refusal(account, job_id) is not None:
            raise InvalidArgument(
                f"{job_id!r} is not an address of {account.provider.title}: pass the address where the {kind.name} job"
                " is polled, or use resume(token)"
            )
        record.links = {"poll": job_id}
        record.token_links = frozenset({"poll"})
    return record


def resume_record(account: Account, kind: JobKind[Any, Any], text: str) -> Record[Any, Any]:
    """The record of the job in a token. Raises `InvalidToken`."""
    token = read_token(text, provider=kind.provider, job=kind.name)
    record = Record(kind, token.id, submitted_at=token.submitted_at)
    record.base = account.variables if isinstance(token.base, UnsetType) else token.base
    if account.variables and record.base != account.variables:
        theirs, ours = (
            ", ".join(f"{name}={text!r}" for name, text in each.items()) for each in (record.base, account.variables)
        )
        raise InvalidToken(f"this token cannot be used: the job is at {theirs}, and this client is for {ours}")
    links = token.links
    if isinstance(kind.lifecycle.poll, Link) and not kind.lifecycle.poll.path:
        links = {"poll": token.id, **links}
    for role, url in links.items():
        if role not in kind.lifecycle.link:
            raise InvalidToken(f"this token cannot be used: {kind.name} jobs have no link for {role!r}")
        why = refusal(account, absolute(account, url))
        if why is not None:
            raise InvalidToken(f"this token cannot be used: it has a link that is not followed: {why}")
    record.links, record.token_links = dict(links), frozenset(links)
    record.values = {} if isinstance(token.values, UnsetType) else token.values
    if not (record.values.keys() >= kind.lifecycle.names and all(map(is_value, record.values.values()))):
        raise InvalidToken(f"this token cannot be used: it has not the values of {', '.join(kind.lifecycle.names)}")
    record.tag = None if isinstance(token.tag, UnsetType) else token.tag
    return record


def _is_named(host: str, pattern: str) -> bool:
    """Whether *pattern* from the spec matches *host*; a leading `*.` matches any subdomain."""
    return host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))
