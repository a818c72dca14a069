"""The lanes of a trace: its jobs, each with what was sent about it and what that told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bide.trace.reading import Request, Seen

FINAL = frozenset({"succeeded", "partial", "failed", "cancelled", "expired"})


@dataclass(slots=True)
class Lane:
    """One job as its clients saw it."""

    id: str
    job: str
    requests: list[Request] = field(default_factory=list)
    news: list[Seen] = field(default_factory=list)
    """The first that was seen of the job, and each new status."""
    useless: int = 0
    """Polls that were answered and told no new status."""
    notice: Seen | None = None
    """When a client first saw that the job had ended."""
    before: float | None = None
    """When the last request was sent whose answer did not say that the job had ended: the end came after that."""

    @property
    def began(self) -> float:
        return min([*(each.at for each in self.requests), *(each.at for each in self.news)])

    @property
    def delay(self) -> float | None:
        """The longest that the notice can have come after the end; `None` if nobody saw the end or the job before."""
        if self.notice is None or self.before is None:
            return None
        return max(self.notice.at - self.before, 0.0)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The jobs of a trace, and the requests about none."""

    jobs: tuple[Lane, ...]
    others: tuple[Request, ...]


def lanes_of(events: Iterable[Request | Seen]) -> Lanes:
    """The lanes of a trace, the job that began first at the top."""
    lanes: dict[tuple[str, str], Lane] = {}
    submits: dict[tuple[str, int], list[Request]] = {}
    others: list[Request] = []
    for event in events:
        match event:
            case Request(role="submit") if event.submit:
                submits.setdefault((event.client, event.submit), []).append(event)
            case Request() if event.job and event.ids:
                for id in event.ids:
                    _add(_lane(lanes, event.job, id), event)
            case Request():
                others.append(event)
            case Seen():
                lane = _lane(lanes, event.job, event.id)
                for request in submits.pop((event.client, event.submit), []):
                    _add(lane, request)
                _learn(lane, event)
    others += [request for left in submits.values() for request in left]
    for lane in lanes.values():
        lane.requests.sort(key=lambda each: each.at)
        polls = sum(each.role == "poll" and each.is_good for each in lane.requests)
        told = sum(not each.submit and not each.by for each in lane.news)
        lane.useless = max(polls - told, 0)
    found = sorted(lanes.values(), key=lambda lane: lane.began)
    return Lanes(tuple(found), tuple(sorted(others, key=lambda each: each.at)))


def page_data(lanes: Lanes, title: str, summary: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What the page of a trace shows. Its times count from the first event."""
    ends = [each.answered_at for lane in lanes.jobs for each in lane.requests]
    ends += [each.at for lane in lanes.jobs for each in lane.news] + [each.answered_at for each in lanes.others]
    begins = [lane.began for lane in lanes.jobs] + [each.at for each in lanes.others]
    zero = min(begins, default=0.0)
    keys = {id(lane): f"{lane.job} {lane.id}" for lane in lanes.jobs}
    requests: dict[int, tuple[Request, list[str]]] = {id(each): (each, []) for each in lanes.others}
    for lane in lanes.jobs:
        for each in lane.requests:
            requests.setdefault(id(each), (each, []))[1].append(keys[id(lane)])
    in_order = sorted(requests.values(), key=lambda pair: pair[0].at)
    return {
        "title": title,
        "summary": [list(pair) for pair in summary],
        "end": round(max(ends, default=zero) - zero, 4),
        "lanes": [_lane_data(lane, keys[id(lane)], zero) for lane in lanes.jobs],
        "requests": [_request_data(each, jobs, zero) for each, jobs in in_order],
    }


def _lane_data(lane: Lane, key: str, zero: float) -> dict[str, Any]:
    began = round(lane.began - zero, 4)
    steps: list[list[Any]] = [[round(each.at - zero, 4), each.status, each.state] for each in lane.news]
    if steps and steps[0][0] > began:
        steps.insert(0, [began, "", "pending"] if lane.news[0].state in FINAL else [began, *steps[0][1:]])
    return {"id": key, "job": "", "began": began, "steps": steps or [[began, "", "pending"]]}


def _request_data(request: Request, jobs: list[str], zero: float) -> dict[str, Any]:
    return {
        "at": round(request.at - zero, 4),
        "role": request.role,
        "of": request.job,
        "jobs": jobs,
        "method": request.method,
        "path": request.path,
        "status": request.status,
        "error": request.error,
        "retry_after": f"{request.retry_after:g}" if request.retry_after else "",
    }


def _lane(lanes: dict[tuple[str, str], Lane], job: str, id: str) -> Lane:
    return lanes.setdefault((job, id), Lane(id, job))


def _add(lane: Lane, request: Request) -> None:
    lane.requests.append(request)


def _learn(lane: Lane, seen: Seen) -> None:
    known = lane.news[-1] if lane.news else None
    if known is not None and (known.status, known.state) == (seen.status, seen.state):
        return
    lane.news.append(seen)
    if seen.state in FINAL and lane.notice is None:
        lane.notice = seen
        # The last request before is the one that told it, unless a webhook did.
        told = [each for each in lane.requests if each.is_good and each.role in ("submit", "poll")]
        earlier = told if seen.by else told[:-1]
        lane.before = earlier[-1].at if earlier else None
