"""Coalesce polls of several jobs into one request, if the provider has an endpoint for that. Sans-IO."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from math import inf
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from ..calls.account import Auth
from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.transport import RequestTimeout
from ..http.charset import as_utf8, headers_of_part
from ..http.request import Json, Request, Response, query
from ..jobs.record import Record
from ..jobs.requests.poll_many import PollMany
from ..jobs.token import as_id
from ..models.codec import decode, follow
from ..models.lenient import dumps
from ..waiting.deadline import SAME_TIME
from ..waiting.flow import About, Received, Send
from ..waiting.session import Session

E = TypeVar("E")

_WINDOW = 0.1
"""How long a poll is held for others, as a share of the shortest interval between two polls."""

_MAX_WINDOW = 1.0
"""Seconds. No poll is held longer for others."""

_MIN_WINDOWS_LEFT = 10
"""A poll with less time left than this many windows is not held at all."""

_REFUSES_IDS = frozenset({400, 404, 413, 414, 422})
"""HTTP statuses that refuse the whole request, perhaps because of one id."""

Answer: TypeAlias = Response | ClientError | None
"""The reply or error for one job of a group; `None`: the job has to be polled on its own."""


class HeldPoll(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """One poll that is held for others."""

    entry: E
    record: Record[Any, Any]
    expires_at: float


class Group(Generic[E]):
    """Polls that are sent in one request."""

    def __init__(self, address: PollMany) -> None:
        self.address = address
        self.polls: list[HeldPoll[E]] = []
        self.due = inf
        """The latest time to send it, if the rate limit allows."""
        self.slot: float | None = None
        """When the rate limit allows it; `None` until a slot is claimed."""
        self.expires_at = inf
        """When the first of its polls expires."""
        self.asked = 0
        """How often new secrets had been asked for when it was sent."""

    @property
    def is_full(self) -> bool:
        """Whether it has as many polls as the address takes."""
        return len(self.polls) >= self.address.max_ids

    @property
    def next_at(self) -> float:
        """When to handle it next, while it is held."""
        if self.slot is None:
            return min(self.expires_at, self.due)
        return -inf if self.expires_at <= self.slot else self.slot

    def add(self, poll: HeldPoll[E], due: float) -> None:
        """Add a poll that should be sent at *due* at the latest."""
        self.polls.append(poll)
        self.due = min(self.due, due)
        self.expires_at = min(self.expires_at, poll.expires_at)

    def keep(self, polls: Iterable[HeldPoll[E]]) -> None:
        """Drop all polls but these."""
        self.polls = list(polls)
        self.expires_at = min((poll.expires_at for poll in self.polls), default=inf)

    def remove_expired(self, time: float) -> list[HeldPoll[E]]:
        """Remove and return the polls that expire by *time*."""
        time += SAME_TIME
        if self.expires_at > time:
            return []
        expired = [poll for poll in self.polls if poll.expires_at <= time]
        self.keep(poll for poll in self.polls if poll.expires_at > time)
        return expired


class Coalescer(Generic[E]):
    """Holds polls until they can be sent together, and splits the reply into one answer for each.

    A group claims a rate limit slot when its first poll was held long enough. It takes more polls until it is sent.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: dict[PollMany, Group[E]] = {}
        """The group of each address that takes more polls."""
        self._held: list[Group[E]] = []
        self._in_flight: list[Group[E]] = []
        self._answers: list[tuple[E, Received]] = []

    @property
    def is_empty(self) -> bool:
        """Whether no poll is held, in flight or unanswered."""
        return not (self._held or self._in_flight or self._answers)

    @property
    def next_at(self) -> float:
        """The time of the next action, unless a reply arrives before."""
        if self._answers:
            return -inf
        if self.is_empty:
            return inf
        held = (group.next_at for group in self._held)
        return min([*held, *(group.expires_at for group in self._in_flight)], default=inf)

    def add(self, entry: E, send: Send, now: float) -> None:
        """Hold a poll."""
        record = send.polled
        assert record is not None
        address = record.kind.lifecycle.poll_many
        assert address is not None
        group = self._open.get(address)
        if group is None:
            group = self._open[address] = Group(address)
            self._held.append(group)
        window = min(record.kind.polling.interval[0] * _WINDOW, _MAX_WINDOW)
        may_be_held = send.timeout >= window * _MIN_WINDOWS_LEFT
        poll = HeldPoll(entry=entry, record=record, expires_at=now + send.timeout)
        group.add(poll, now + window if may_be_held else now)
        if group.is_full:
            group.due = now
            del self._open[address]

    def next_group(self, now: float, next_poll_at: float) -> tuple[Group[E], Send] | None:
        """A group to send now, with its request; `None` if there is none. No poll is added before *next_poll_at*."""
        for group in self._held:
            is_due = group.slot is not None or group.due <= now or group.due < next_poll_at
            if is_due and self._has_slot(group, now):
                self._held.remove(group)
                if self._open.get(group.address) is group:
                    del self._open[group.address]
                self._claim_polls(group, now)
                if group.polls:
                    self._in_flight.append(group)
                    return group, self._send(group, now)
                return None
        return None

    def receive(self, group: Group[E], received: Received) -> None:
        """Split the reply to a group's request."""
        self._in_flight.remove(group)
        self._session.note_rate_limit(group.address.bucket, received)
        assert received.reply is not None
        answers = split_reply(group.address, [poll.record.id for poll in group.polls], received.reply)
        for poll in group.polls:
            self._session.min_interval.note_poll(poll.record, received.now)
            reply = answers[poll.record.id]
            self._answers.append((poll.entry, Received(received.now, reply, received.took, asked=group.asked)))

    def answers(self, now: float) -> list[tuple[E, Received]]:
        """The answers that are new since the last call."""
        for group in self._held:
            self._return(group.remove_expired(now), now)
        for group in self._in_flight:
            for poll in group.remove_expired(now):
                self._answers.append((poll.entry, Received(now, RequestTimeout("no whole reply before the deadline"))))
        answers, self._answers = self._answers, []
        return answers

    def _has_slot(self, group: Group[E], now: float) -> bool:
        """Whether the rate limit allows a group now. Polls that expire before that are returned, to be sent alone."""
        limiter, bucket = self._session.limiter, group.address.bucket
        # A 429 cancels slots that are not used yet. Another request may have claimed that time since.
        if group.slot is None or group.slot < limiter.closed_until(bucket):
            last = max((poll.expires_at for poll in group.polls), default=now)
            slot = limiter.claim(bucket, now, before=last)
            group.slot = inf if slot is None else slot
        self._return(group.remove_expired(group.slot), now)
        return group.slot <= now or not group.polls

    def _claim_polls(self, group: Group[E], now: float) -> None:
        """Claim min_interval for each poll, and return the polls of jobs that were polled elsewhere meanwhile."""
        claimed = [self._claim(poll.record, now) for poll in group.polls]
        self._return((poll for poll, is_claimed in zip(group.polls, claimed, strict=True) if not is_claimed), now)
        group.keep(poll for poll, is_claimed in zip(group.polls, claimed, strict=True) if is_claimed)

    def _claim(self, record: Record[Any, Any], now: float) -> bool:
        """Claim the min_interval of a job; false if it may not be polled now."""
        return not record.is_settled and self._session.min_interval.claim(record, now) <= now

    def _return(self, polls: Iterable[HeldPoll[E]], now: float) -> None:
        """Answer polls without a reply: they have to be sent on their own."""
        self._answers += [(poll.entry, Received(now)) for poll in polls]

    def _send(self, group: Group[E], now: float) -> Send:
        account = self._session.account
        group.asked = 0 if account.keys is None else account.keys.asked
        last = max(poll.expires_at for poll in group.polls)
        auth = group.polls[0].record.kind.lifecycle.auth.get("poll")
        request = group_request(group.address, [poll.record.id for poll in group.polls], self._session, auth)
        about = About("poll", group.polls[0].record.kind.name, tuple(poll.record.id for poll in group.polls))
        return Send(account.keyed(request, auth), min(account.timeout, last - now), before=last, about=about)


def group_request(address: PollMany, ids: list[str], session: Session, auth: Auth = None) -> Request:
    """The request that polls all of these jobs, with the secrets of a poll."""
    url = session.account.base_url + address.path
    if address.ids_in == "query":
        return session.account.request_to(address.method, url + query([(address.ids, ",".join(ids))]), auth=auth)
    body = msgspec.json.encode({address.ids: ids})
    return session.account.request_to(
        address.method, url, headers={"content-type": "application/json"}, body=body, auth=auth
    )


def split_reply(address: PollMany, ids: list[str], reply: Response | ClientError) -> dict[str, Answer]:
    """The answer for each of these jobs, as if it had been polled alone.

    `None` for a job that has to be polled on its own: one that is not in the list, because lists may be filtered or out
    of date, and every job after an error that one id may have caused. Any other error is the answer for every job.
    """
    if isinstance(reply, ClientError):
        # One copy each, because a job's id and token are added to it.
        return {job_id: copy(reply) for job_id in ids}
    if reply.status in _REFUSES_IDS:
        return dict.fromkeys(ids)
    if not 200 <= reply.status < 300:
        return dict.fromkeys(ids, reply)
    try:
        found = _found(address, as_utf8(reply))
    except DecodeError as error:
        return {job_id: copy(error) for job_id in ids}
    headers = headers_of_part(reply)
    return {
        job_id: (Response(status=200, headers=headers, body=found[job_id]) if job_id in found else None)
        for job_id in ids
    }


def _found(address: PollMany, body: bytes) -> dict[str | None, bytes]:
    """The JSON of each job in a reply, by id. Raises `NotJson` and `DecodeError`."""
    items: Json = follow(decode(Any, body), address.list)
    if not isinstance(items, list):
        path = ".".join(("$", *address.list))
        raise DecodeError(f"the reply does not match the spec: no list at {path}", path=path, body=body)
    return {as_id(follow(item, address.job_id)): dumps(item) for item in items}
