"""The promises of a client, checked in the trace of its requests. Each function yields the violations of one promise.

They read only the trace and are independent of the client's code.
"""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from ...calls.provider import Provider
from ...http.auth import Secret, is_usual
from ...jobs.state import State
from ...waiting.deadline import SAME_TIME
from .transport import Sent

_A_DAY = 86_400.0
"""Seconds. A longer retry_after is cut to this."""

_LONGEST_CLOSURE = 300.0
"""Seconds. No 429 closes an address for longer."""


class Trace(msgspec.Struct, frozen=True):
    """The requests that a provider received, and the facts of the spec to check them by."""

    requests: Sequence[Sent]
    provider: Provider
    min_intervals: Mapping[str, float]
    """The least time between two polls, by job."""


def key_kept(trace: Trace) -> Iterator[str]:
    """Every request has the key in its place, and nowhere else."""
    for sent in trace.requests:
        elsewhere = _without_keys(sent, trace.provider)
        needed = _needed(sent, trace.provider)
        for secret in trace.provider.auth:
            key = _key(sent, secret)
            if secret not in needed:
                if key and not any(_place(secret) == _place(each) for each in needed):
                    yield f"{sent} has the {secret.argument}, which it does not need"
            elif not key:
                yield f"{sent} has no {secret.argument}"
            elif len(key) > 7 and key in elsewhere:
                yield f"{sent} has the {secret.argument} in a second place"


def query_kept(trace: Trace) -> Iterator[str]:
    """Every request has each query parameter of all requests once."""
    for sent in trace.requests:
        for name in trace.provider.query:
            if [found for found, _ in sent.query].count(name) != 1:
                yield f"{sent} does not have the parameter {name} once"


def min_interval_kept(trace: Trace) -> Iterator[str]:
    """W3: two polls of a job are at least min_interval apart."""
    for job_id, polls in _by_job(trace.requests, "poll").items():
        for before, after in pairwise(polls):
            if (
                before.client == after.client
                and after.at - before.ended < trace.min_intervals.get(job_id, 0.0) - SAME_TIME
            ):
                yield f"{after} comes {after.at - before.ended:.3f} s after {before}"


def rates_kept(trace: Trace) -> Iterator[str]:
    """No endpoint receives more requests than its rate limit allows."""
    for (bucket, _), requests in _by_bucket(trace.requests).items():
        rate = trace.provider.rates.get(bucket)
        if rate is None:
            continue
        for first, last in zip(requests, requests[rate.count :], strict=False):
            if last.at - first.at < rate.seconds - SAME_TIME:
                yield f"{last} is one of more than {rate.count} requests in {rate.seconds:g} s to {bucket}"


def rate_limits_honoured(trace: Trace) -> Iterator[str]:
    """After a 429, no request is sent there before its retry_after has passed. Requests in flight do not count."""
    for (bucket, _), requests in _by_bucket(trace.requests).items():
        closings: list[tuple[float, float]] = []
        for sent in requests:
            closed_until = max((until for since, until in closings if since < sent.at - SAME_TIME), default=0.0)
            if sent.at < closed_until - SAME_TIME:
                yield f"{sent} goes to {bucket}, which is closed until {closed_until:.3f} s"
            if sent.reply is not None and _status(sent) == 429:
                closings.append((sent.ended, sent.ended + min(sent.reply.retry_after, _LONGEST_CLOSURE)))


def final_job_not_polled(trace: Trace) -> Iterator[str]:
    """W2: a job whose final state was received is not polled again. For one handle of each job."""
    for job_id, polls in _by_job(trace.requests, "submit", "poll").items():
        over: Sent | None = None
        for sent in polls:
            if over is not None and sent.role == "poll" and sent.at >= over.ended:
                yield f"{sent} comes after the job was over with {over}"
            is_over = job_id in _told(sent) and _told(sent)[job_id].is_final
            if is_over and sent.reply is not None and sent.reply.is_last_word:
                over = over or sent


def retry_after_honoured(trace: Trace) -> Iterator[str]:
    """W4: no request for a job is sent before its retry_after has passed. For one handle of each job."""
    for requests in _by_job(trace.requests, "submit", "poll", "result").values():
        for before, after in pairwise(requests):
            retry_after = min(before.reply.retry_after if before.reply else 0.0, _A_DAY)
            if after.at < before.ended + retry_after - SAME_TIME:
                yield f"{after} was sent before the {retry_after:g} s of {before} had passed"


def result_fetched_once(trace: Trace) -> Iterator[str]:
    """W14: a result at its own address is fetched once, and only after the job is done. For one handle of each job."""
    told: dict[str, float] = {}
    for sent in trace.requests:
        for job_id, state in _told(sent).items():
            if state.has_result:
                told.setdefault(job_id, sent.ended)
    for job_id, fetches in _by_job(trace.requests, "result").items():
        whole = [tuple(sent.query) for sent in fetches if _is_whole(sent)]
        if len(whole) > len(set(whole)):
            yield f"the result of {job_id} was fetched more than once"
        if fetches[0].at < told.get(job_id, float("inf")):
            yield f"{fetches[0]} comes before the job was done"


OF_A_CLIENT = (key_kept, query_kept, min_interval_kept, rates_kept, rate_limits_honoured)
"""The promises for every use of a client."""

OF_A_HANDLE = (final_job_not_polled, retry_after_honoured, result_fetched_once)
"""The promises for programs that have one handle of each job."""


def broken_promises(trace: Trace, *, one_handle: bool = False) -> list[str]:
    """Descriptions of all promises that a trace breaks."""
    promises = OF_A_CLIENT + OF_A_HANDLE if one_handle else OF_A_CLIENT
    return [f"{promise.__name__}: {what}" for promise in promises for what in promise(trace)]


def _needed(sent: Sent, provider: Provider) -> list[Secret]:
    """The secrets that a request needs. Where one of several is enough: the first that it has."""
    if sent.auth is not None:
        return [each for each in provider.auth if each.argument in sent.auth]
    ways = dict.fromkeys(each.way for each in provider.auth if each.way)
    whole = [way for way in ways if all(_key(sent, each) for each in provider.auth if each.way == way)]
    way = next(iter(whole or ways), 0)
    return [each for each in provider.auth if is_usual(each, way)]


def _place(secret: Secret) -> tuple[str, str]:
    if secret.at == "query":
        return "query", secret.name
    return "header", secret.name.lower() if secret.at == "header" else "authorization"


def _key(sent: Sent, secret: Secret) -> str:
    """The secret in its place; empty if it is missing."""
    if secret.at == "query":
        return next((value for found, value in sent.query if found == secret.name), "")
    in_authorization = secret.at in ("basic", "oauth")
    header = sent.request.headers.get("authorization" if in_authorization else secret.name.lower(), "")
    if secret.at in ("oauth", "header"):
        before = "Bearer " if secret.at == "oauth" else f"{secret.prefix} " if secret.prefix else ""
        return header.removeprefix(before) if header.startswith(before) else ""
    if not header.startswith("Basic "):
        return ""
    both = b64decode(header.removeprefix("Basic ")).decode()
    name, _, password = both.partition(":")
    return {"username": name, "password": password}.get(secret.name, both)


def _without_keys(sent: Sent, provider: Provider) -> str:
    """All text that is sent, without the secrets in their places."""
    headers = {"authorization", *(secret.name.lower() for secret in provider.auth if secret.at == "header")}
    names = {secret.name for secret in provider.auth if secret.at == "query"}
    pairs = [pair for pair in sent.request.headers.items() if pair[0] not in headers]
    pairs += [pair for pair in sent.query if pair[0] not in names]
    body = (sent.body or b"").decode(errors="replace")
    return "\n".join([sent.path, body, *(text for pair in pairs for text in pair)])


def _by_job(requests: Iterable[Sent], *roles: str) -> dict[str, list[Sent]]:
    found: dict[str, list[Sent]] = defaultdict(list)
    for sent in requests:
        for job_id in sent.job_ids if sent.role in roles else ():
            found[job_id].append(sent)
    return found


def _by_bucket(requests: Iterable[Sent]) -> dict[tuple[str, int], list[Sent]]:
    found: dict[tuple[str, int], list[Sent]] = defaultdict(list)
    for sent in requests:
        found[sent.bucket, sent.client].append(sent)
    return found


def _status(sent: Sent) -> int | None:
    return sent.reply.status if sent.reply is not None and sent.reply.lost is None else None


def _is_whole(sent: Sent) -> bool:
    return _status(sent) == 200 and sent.reply is not None and sent.reply.is_proper


def _told(sent: Sent) -> Mapping[str, State]:
    return sent.reply.told if sent.reply is not None else {}
