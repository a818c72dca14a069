"""Polls of many jobs that go out as one request, where the provider has an address for that. Sans-IO."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from math import inf
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.transport import RequestTimeout
from ..http.request import Json, Request, Response, query
from ..jobs.lifecycle import PollMany
from ..jobs.record import Record
from ..jobs.token import as_id
from ..models.codec import decode, follow
from ..waiting.deadline import SAME_TIME
from ..waiting.flow import Received, Send
from ..waiting.session import Session

E = TypeVar("E")

_WINDOW = 0.1
"""How long a poll waits for company, as a share of the shortest interval between two polls."""

_LONGEST_WINDOW = 1.0
"""No poll waits longer for company than this, in seconds."""

_PATIENT = 10
"""A poll that has less time left than so many windows does not wait at all."""

_PERHAPS_ONE = frozenset({400, 404, 413, 414, 422})
"""HTTP statuses that refuse all ids where perhaps one of them is at fault."""

Answer: TypeAlias = Response | ClientError | None
"""What came for one job of a group; `None`: it has to be polled by itself."""


class Held(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """One poll that goes with others."""

    entry: E
    record: Record[Any, Any]
    gives_up_at: float


class Group(Generic[E]):
    """Polls that go out together."""

    def __init__(self, address: PollMany) -> None:
        self.address = address
        self.polls: list[Held[E]] = []
        self.due = inf
        """When it goes at the latest, if the budget allows."""
        self.slot: float | None = None
        """When the budget lets it go, once that is settled."""
        self.gives_up_at = inf
        """When the first of its polls does."""

    @property
    def is_full(self) -> bool:
        return len(self.polls) >= self.address.max_ids

    @property
    def next_at(self) -> float:
        """When it has to be looked after, while it waits."""
        if self.slot is None:
            return min(self.gives_up_at, self.due)
        return -inf if self.gives_up_at <= self.slot else self.slot

    def add(self, poll: Held[E], due: float) -> None:
        """Take one more poll along, which wants to go at *due* at the latest."""
        self.polls.append(poll)
        self.due = min(self.due, due)
        self.gives_up_at = min(self.gives_up_at, poll.gives_up_at)

    def keep(self, polls: Iterable[Held[E]]) -> None:
        """Go on with these alone."""
        self.polls = list(polls)
        self.gives_up_at = min((poll.gives_up_at for poll in self.polls), default=inf)

    def part(self, moment: float) -> list[Held[E]]:
        """The polls that give up by *moment*, which are none of the group any more."""
        moment += SAME_TIME
        if self.gives_up_at > moment:
            return []
        gone = [poll for poll in self.polls if poll.gives_up_at <= moment]
        self.keep(poll for poll in self.polls if poll.gives_up_at > moment)
        return gone


class Coalescer(Generic[E]):
    """Holds polls back until they can go out together, and gives each its own part of the reply.

    A group claims its slot when its first poll has waited long enough, and takes others along until it goes.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: dict[PollMany, Group[E]] = {}
        """The group of each address that takes more polls along."""
        self._waiting: list[Group[E]] = []
        self._under_way: list[Group[E]] = []
        self._answers: list[tuple[E, Received]] = []

    @property
    def is_empty(self) -> bool:
        """Whether no poll is held, and nobody is owed an answer."""
        return not (self._waiting or self._under_way or self._answers)

    @property
    def next_at(self) -> float:
        """When there is something to do next, if nothing comes before."""
        if self._answers:
            return -inf
        if self.is_empty:
            return inf
        waiting = (group.next_at for group in self._waiting)
        return min([*waiting, *(group.gives_up_at for group in self._under_way)], default=inf)

    def hold(self, entry: E, send: Send, now: float) -> None:
        """Take in a poll."""
        record = send.polled
        assert record is not None
        address = record.kind.lifecycle.poll_many
        assert address is not None
        group = self._open.get(address)
        if group is None:
            group = self._open[address] = Group(address)
            self._waiting.append(group)
        window = min(record.kind.polling.interval[0] * _WINDOW, _LONGEST_WINDOW)
        is_patient = send.timeout >= window * _PATIENT
        poll = Held(entry=entry, record=record, gives_up_at=now + send.timeout)
        group.add(poll, now + window if is_patient else now)
        if group.is_full:
            group.due = now
            del self._open[address]

    def leaving(self, now: float, company_at: float) -> tuple[Group[E], Send] | None:
        """A group that goes now, and its request. No poll comes before *company_at*."""
        for group in self._waiting:
            is_due = group.slot is not None or group.due <= now or group.due < company_at
            if is_due and self._has_slot(group, now):
                self._waiting.remove(group)
                if self._open.get(group.address) is group:
                    del self._open[group.address]
                self._board(group, now)
                if group.polls:
                    self._under_way.append(group)
                    return group, self._send(group, now)
                return None
        return None

    def came(self, group: Group[E], seen: Received) -> None:
        """Take in what came of a group's request."""
        self._under_way.remove(group)
        self._session.heed(group.address.bucket, seen)
        assert seen.reply is not None
        answers = parted(group.address, [poll.record.id for poll in group.polls], seen.reply)
        for poll in group.polls:
            self._session.min_interval.polled(poll.record, seen.now)
            self._answers.append((poll.entry, Received(seen.now, answers[poll.record.id], seen.took)))

    def answers(self, now: float) -> list[tuple[E, Received]]:
        """What became of polls since this was last asked."""
        for group in self._waiting:
            self._hand_back(group.part(now), now)
        for group in self._under_way:
            for poll in group.part(now):
                self._answers.append((poll.entry, Received(now, RequestTimeout("no whole reply before the deadline"))))
        answers, self._answers = self._answers, []
        return answers

    def _has_slot(self, group: Group[E], now: float) -> bool:
        """Whether the budget lets a group go now. Polls that have less time than that takes go by themselves."""
        limiter, bucket = self._session.limiter, group.address.bucket
        # A slot that a 429 closes meanwhile is gone: kept for later, it would be another's.
        if group.slot is None or group.slot < limiter.closed_until(bucket):
            last = max((poll.gives_up_at for poll in group.polls), default=now)
            slot = limiter.claim(bucket, now, before=last)
            group.slot = inf if slot is None else slot
        # What would be late by then may yet be in time by itself.
        self._hand_back(group.part(group.slot), now)
        return group.slot <= now or not group.polls

    def _board(self, group: Group[E], now: float) -> None:
        """Let those stay back that somebody else has asked about meanwhile."""
        ready = [self._is_free(poll.record, now) for poll in group.polls]
        self._hand_back((poll for poll, goes in zip(group.polls, ready, strict=True) if not goes), now)
        group.keep(poll for poll, goes in zip(group.polls, ready, strict=True) if goes)

    def _is_free(self, record: Record[Any, Any], now: float) -> bool:
        """Whether this job may be polled now; then its floor is claimed."""
        return not record.is_settled and self._session.min_interval.claim(record, now) <= now

    def _hand_back(self, polls: Iterable[Held[E]], now: float) -> None:
        self._answers += [(poll.entry, Received(now)) for poll in polls]

    def _send(self, group: Group[E], now: float) -> Send:
        account = self._session.account
        last = max(poll.gives_up_at for poll in group.polls)
        request = asked(group.address, [poll.record.id for poll in group.polls], self._session)
        return Send(request, min(account.timeout, last - now), before=last)


def asked(address: PollMany, ids: list[str], session: Session) -> Request:
    """The request that asks about all of these jobs."""
    url = session.account.base_url + address.path
    if address.ids_in == "query":
        return session.account.request_to(address.method, url + query([(address.ids, ",".join(ids))]))
    body = msgspec.json.encode({address.ids: ids})
    return session.account.request_to(address.method, url, headers={"content-type": "application/json"}, body=body)


def parted(address: PollMany, ids: list[str], reply: Response | ClientError) -> dict[str, Answer]:
    """What a reply about all of these jobs says of each, as if it had been asked about alone.

    `None`: it has to be polled by itself. That is so for a job that is not in the list, since lists are late and
    filtered where the job's own address is not, and for all after an error that may be the fault of a single id. Any
    other error is everybody's.
    """
    if isinstance(reply, ClientError):
        # Each is told about in its own words.
        return {job_id: copy(reply) for job_id in ids}
    if reply.status in _PERHAPS_ONE:
        return dict.fromkeys(ids)
    if not 200 <= reply.status < 300:
        return dict.fromkeys(ids, reply)
    try:
        found = _found(address, reply.body)
    except DecodeError as error:
        return {job_id: copy(error) for job_id in ids}
    return {
        job_id: (Response(status=200, headers=reply.headers, body=found[job_id]) if job_id in found else None)
        for job_id in ids
    }


def _found(address: PollMany, body: bytes) -> dict[str | None, bytes]:
    """The jobs in a reply by their ids, each to the byte. Raises `NotJson` and `DecodeError`."""
    items: Json = follow(decode(Any, body), address.list)
    if not isinstance(items, list):
        path = ".".join(("$", *address.list))
        raise DecodeError(f"the reply does not fit: there is no list at {path}", path=path, body=body)
    text = body
    for name in address.list:
        text = bytes(decode(dict[str, msgspec.Raw], text)[name])
    texts = decode(list[msgspec.Raw], text)
    return {as_id(follow(item, address.job_id)): bytes(text) for item, text in zip(items, texts, strict=True)}
