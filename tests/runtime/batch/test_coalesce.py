"""Coalesced polls: fewer requests, and otherwise no visible difference."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from math import inf
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bide_runtime.batch.batch import Batch, Dispatch, Entry
from bide_runtime.batch.coalesce import Coalescer, split_reply
from bide_runtime.calls.account import open_account
from bide_runtime.clients.clock import SystemClock
from bide_runtime.clients.options import BatchOptions, WaitOptions
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout
from bide_runtime.http.errors import AuthenticationError, BadRequest, NotFound
from bide_runtime.http.rate_limit import Rate, RateLimiter
from bide_runtime.http.request import Request, Response
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.jobs.min_interval import MinIntervals
from bide_runtime.jobs.polling import Polling
from bide_runtime.jobs.record import Record
from bide_runtime.jobs.requests.poll_many import PollMany
from bide_runtime.models.codec import decode_reply
from bide_runtime.models.lenient import NotJson
from bide_runtime.waiting.flow import Flow, Send, Sleep
from bide_runtime.waiting.policies.policy import Fixed
from bide_runtime.waiting.poll import poll_of
from bide_runtime.waiting.session import Session, send
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.runtime.acme import KEY, PROVIDER, Acme, AsyncAcme, Page, kind
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent, Server, cut_off
from tests.runtime.world import error

IN_QUERY = PollMany(path="/many", ids="ids", max_ids=10, list=("data", "jobs"), job_id=("id",))
IN_BODY = PollMany(method="POST", path="/many", ids_in="body", ids="job_ids", max_ids=10, job_id=("about", "id"))
POLLING = Polling(interval=(2.0, 5.0), min_interval=1.0, timeout=60.0)

ALONE = kind("crew", Page, result=("page",), polling=POLLING)
CREW = kind("crew", Page, result=("page",), polling=POLLING, poll_many=IN_QUERY)
"""The same jobs, polled singly and together."""

SLACK = 1e-6


@dataclass
class Station:
    """A provider that polls jobs singly and together. Each job ends as planned, at its age in seconds."""

    lasts: Callable[[int], float] = lambda number: 10.0
    ending: Callable[[int], str] = lambda number: "done"
    takes: float = 0.1
    refusals: Callable[[Sent], Reply | None] = lambda sent: None
    """The reply to a poll in place of the snapshots, if there is one."""
    polls: dict[str, list[float]] = field(default_factory=dict)
    """The times of the polls of each job."""
    groups: list[list[str]] = field(default_factory=list)
    """The ids of each poll of many jobs."""
    gathered_at: list[float] = field(default_factory=list)
    singles: int = 0
    made: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def __call__(self, sent: Sent) -> Reply:
        if sent.line == "POST /v2/jobs":
            job_id = f"j{next(self._numbers)}"
            self.made[job_id] = sent.at
            return Reply({"id": job_id, "status": "queued"}, 202, takes=self.takes)
        ids = ids_of(sent)
        if ids is None:
            self.singles += 1
            asked = [sent.path.rpartition("/")[2]]
        else:
            self.groups.append(ids)
            self.gathered_at.append(sent.at)
            asked = ids
        for job_id in asked:
            self.polls.setdefault(job_id, []).append(sent.at)
        bad = self.refusals(sent)
        if bad is not None:
            return bad
        shown = {job_id: self.shown(job_id, sent.at) for job_id in asked if job_id in self.made}
        if ids is None:
            return Reply(shown[asked[0]], takes=self.takes) if shown else error(404)
        if sent.request.method == "POST":
            return Reply([{"about": {"id": job_id}, **one} for job_id, one in shown.items()], takes=self.takes)
        jobs = [{"id": job_id, **one} for job_id, one in reversed(shown.items())]
        return Reply({"data": {"jobs": jobs}, "more": None}, takes=self.takes)

    def shown(self, job_id: str, now: float) -> dict[str, Any]:
        number = int(job_id[1:])
        if now < self.made[job_id] + self.lasts(number):
            return {"status": "running"}
        if self.ending(number) == "broken":
            return {"status": "broken", "error": {"code": "E7", "message": f"{job_id} is bad"}}
        return {"status": self.ending(number), "page": {"text": job_id}}

    @property
    def closest(self) -> float:
        """The shortest time between two polls of one job, in seconds."""
        pairs = (pair for times in self.polls.values() for pair in pairwise(times))
        return min((after - before for before, after in pairs), default=inf)


def ids_of(sent: Sent) -> list[str] | None:
    """The ids in a poll of many jobs; `None` for a poll of one job."""
    if not sent.path.endswith("/many"):
        return None
    if sent.request.method == "POST":
        ids: list[str] = sent.json["job_ids"]
        return ids
    return parse_qs(urlsplit(sent.request.url).query)["ids"][0].split(",")


class Crew:
    """An asyncio client of a station, in virtual time."""

    def __init__(
        self,
        station: Station,
        rates: dict[str, Rate] | None = None,
        *,
        max_rate: float | None = None,
        server: Server | None = None,
    ) -> None:
        self.clock = LoopClock()
        self.station = station
        self.transport = AsyncFakeTransport(server or station, self.clock)
        self._rates = rates or {}
        self._max_rate = max_rate

    def run(self, number: int, *, of: Any = CREW, **more: Any) -> list[Any]:
        """The outcomes of this many jobs, in the order of the inputs."""

        class Limited(AsyncAcme):
            _provider = replace(PROVIDER, rates=self._rates)

        async def main() -> list[Any]:
            async with Limited(KEY, transport=self.transport, clock=self.clock, max_rate=self._max_rate) as client:
                inputs = [{"url": f"u{index}"} for index in range(number)]
                batch = client.jobs(of).run_many(inputs, **{"max_in_flight": 1000, "timeout": 60.0, **more})
                return [outcome async for outcome in batch]

        return sorted(self.clock.run(main()), key=lambda outcome: outcome.index)

    def wait(self, ids: list[str], *, of: Any = CREW, **more: Any) -> dict[str, Any]:
        """The outcomes of existing jobs, by id."""
        self.station.made |= {job_id: 0.0 for job_id in ids if job_id.startswith("j")}

        async def main() -> dict[str, Any]:
            async with AsyncAcme(KEY, transport=self.transport, clock=self.clock) as client:
                jobs = client.jobs(of)
                batch = jobs.wait_many([jobs.attach(job_id) for job_id in ids], **more)
                return {outcome.job.id: outcome async for outcome in batch}

        return self.clock.run(main())

    @property
    def now(self) -> float:
        return self.clock.now()


def told(outcome: Any) -> object:
    """The visible part of an outcome."""
    return outcome.result.text if outcome.is_ok else (type(outcome.error).__name__, outcome.error.job_id)


def about(ids: list[str], **more: Any) -> Response:
    return Response(status=200, headers={}, body=json.dumps([{"id": job_id, **more} for job_id in ids]).encode())


PLAIN = replace(IN_QUERY, list=())


@given(
    lasts=st.lists(st.sampled_from([0.0, 3.0, 12.0, 29.0, 200.0]), min_size=1, max_size=30),
    broken=st.sets(st.integers(0, 29)),
    faults=st.sets(st.integers(0, 40), max_size=6),
    most=st.integers(1, 12),
    room=st.integers(1, 40),
    in_body=st.booleans(),
)
@settings(max_examples=60)
def test_coalescing_changes_no_outcome(
    lasts: list[float], broken: set[int], faults: set[int], most: int, room: int, in_body: bool
) -> None:
    """Each job has the outcome of separate polls, whatever goes wrong, and its min_interval holds."""

    def ended(of: Any) -> tuple[list[object], Station]:
        numbers = count()
        station = Station(
            lasts=lambda number: lasts[number],
            ending=lambda number: "broken" if number in broken else "done",
            refusals=lambda sent: error(503) if next(numbers) in faults else None,
        )
        return [told(outcome) for outcome in Crew(station).run(len(lasts), of=of, max_in_flight=room)], station

    together = replace(IN_BODY if in_body else IN_QUERY, max_ids=most)
    outcomes, station = ended(replace(CREW, lifecycle=replace(CREW.lifecycle, poll_many=together)))

    # Ids go by the order of the submits, which is the same in both.
    assert outcomes == ended(ALONE)[0]
    assert station.singles == 0
    assert station.closest >= POLLING.min_interval - SLACK
    assert all(len(ids) == len(set(ids)) <= most for ids in station.groups)


def test_far_fewer_requests_than_polls() -> None:
    """60 jobs of 10 s are polled in requests of up to 10 ids."""
    station = Station()

    outcomes = Crew(station).run(60)

    polls = sum(map(len, station.polls.values()))
    assert all(outcome.is_ok for outcome in outcomes)
    assert polls >= 120
    assert len(station.groups) < polls / 4
    assert max(map(len, station.groups)) == 10


@dataclass
class Staggered:
    """A policy that polls one job after another, each at its own time."""

    first: Iterator[float]
    then: float = 30.0

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        return self.then if polls else next(self.first)


def test_polls_within_the_window_are_coalesced() -> None:
    """A poll is held for others for at most 10 % of the shortest interval."""
    station = Station(lasts=lambda number: 2.0)

    Crew(station).run(3, policy=Staggered(iter([2.0, 2.15, 2.45])))

    assert station.groups[:2] == [["j0", "j1"], ["j2"]]
    assert station.gathered_at[:2] == pytest.approx([0.1 + 2.15, 0.1 + 2.45])


def with_a_slow_submit(station: Station) -> Crew:
    """Let the second submit stay in flight, so that another poll may still come."""
    submits = count()

    def answered(sent: Sent) -> Reply:
        reply = station(sent)
        is_slow = reply.status == 202 and next(submits) == 1
        return dataclasses.replace(reply, takes=9.5) if is_slow else reply

    return Crew(station, server=answered)


def test_a_poll_waits_no_longer_than_its_window() -> None:
    """A poll is held for at most 10 % of the shortest interval, even if other polls may still come."""
    station = Station(lasts=lambda number: 5.0)

    with_a_slow_submit(station).run(2, policy=Fixed(2.0))

    assert station.polls["j0"][:3] == pytest.approx([2.3, 4.6, 6.9])


def test_the_poll_of_a_single_job_is_not_held() -> None:
    """If no other poll can come, a poll is sent at once."""
    station = Station(lasts=lambda number: 0.0)

    Crew(station).run(1, policy=Fixed(2.0))

    assert station.gathered_at == pytest.approx([2.1])


def test_a_poll_near_its_deadline_is_not_held() -> None:
    """W5: the last poll is sent when it would be sent without coalescing."""
    station = Station(lasts=lambda number: inf)
    crew = with_a_slow_submit(station)

    outcomes = crew.run(2, policy=Fixed(2.0), timeout=8.5)

    assert isinstance(outcomes[0].error, JobTimeout)
    assert station.polls["j0"] == pytest.approx([2.3, 4.6, 6.7, 8.25])
    assert crew.now <= 8.5 + SLACK


@pytest.mark.parametrize(("timeout", "polled_at"), [(8.65, 6.7), (8.8, 6.9)])
def test_a_poll_with_time_for_ten_windows_is_held(timeout: float, polled_at: float) -> None:
    """A poll with less time left than 10 windows is not held."""
    station = Station(lasts=lambda number: inf)

    with_a_slow_submit(station).run(2, policy=Fixed(2.0), timeout=timeout)

    assert station.polls["j0"][2] == pytest.approx(polled_at), station.polls


@pytest.mark.parametrize("status", [199, 300, 401, 503])
def test_an_error_of_a_group_is_the_answer_for_each_job(status: int) -> None:
    """Each job gets the error reply as if it had been polled alone."""
    reply = Response(status=status, headers={}, body=b"[]")

    assert {"j1": reply, "j2": reply} == split_reply(PLAIN, ["j1", "j2"], reply)


@pytest.mark.parametrize("status", [200, 299])
def test_any_2xx_reply_of_a_group_is_read(status: int) -> None:
    """Some providers answer a poll of many jobs with 207."""
    found = split_reply(PLAIN, ["j1"], replace(about(["j1"], status="running"), status=status))["j1"]

    assert isinstance(found, Response)
    assert {"id": "j1", "status": "running"} == json.loads(found.body)


@pytest.mark.parametrize("of", [CREW, ALONE], ids=["together", "alone"])
def test_each_wait_of_a_group_keeps_its_own_deadline(of: Any) -> None:
    """W1: a request that hangs ends each wait at its own deadline, even if others in the group have more time."""
    station = Station(lasts=lambda number: inf, refusals=lambda sent: Reply(takes=1000.0))
    crew = Crew(station)
    ended: dict[str, float] = {}

    async def main() -> None:
        async with AsyncAcme(KEY, transport=crew.transport, clock=crew.clock, timeout=30.0) as client:
            jobs = client.jobs(of)
            # The flows are those of two batches, and travel as one.
            soon, late = jobs.attach("j0"), jobs.attach("j1")
            session = client._session.coalescing
            batch = jobs._batch(
                [(soon, 7.0), (late, 50.0)],
                lambda _, one: jobs._waiting(session, one[0]._record, WaitOptions(timeout=one[1], policy=Fixed(2.0))),
                BatchOptions(max_in_flight=1000),
            )
            async for outcome in batch:
                assert isinstance(outcome.error, JobTimeout)
                assert isinstance(outcome.error.transient_error, RequestTimeout)
                ended[outcome.job.id] = crew.now

    crew.clock.run(main())

    assert ended["j0"] == pytest.approx(7.0, abs=0.01)
    assert ended["j1"] <= 50.0 + SLACK


def test_a_group_counts_only_against_its_own_rate_limit() -> None:
    """A group uses no slot of single polls, and groups fill up while they wait for a slot."""
    station = Station(lasts=lambda number: 20.0)
    rates = {"GET /many": Rate(2, 10.0), "GET /jobs/{job_id}": Rate(1, 1000.0)}

    outcomes = Crew(station, rates).run(40, timeout=300.0)

    assert all(outcome.is_ok for outcome in outcomes)
    assert station.singles == 0
    for first, third in zip(station.gathered_at, station.gathered_at[2:], strict=False):
        assert third - first >= 10.0 - SLACK
    assert sum(map(len, station.groups)) / len(station.groups) > 8


def test_a_poll_that_expires_before_the_slot_is_sent_alone() -> None:
    """If the group gets no slot before a deadline, the job is polled alone."""
    station = Station(lasts=lambda number: 3.0)
    rates = {"GET /many": Rate(1, 1000.0)}

    outcomes = Crew(station, rates).run(3, policy=Fixed(2.0))

    assert all(outcome.is_ok for outcome in outcomes)
    assert (len(station.groups), station.singles) == (1, 3)


def refused_first(station: Station, seconds: int) -> None:
    """Answer the first poll of many jobs with 429."""
    refusal = error(429, retry_after=str(seconds), takes=station.takes)
    station.refusals = lambda sent: refusal if len(station.groups) == 1 else None


def test_a_429_closes_the_bucket_of_the_group_once() -> None:
    """A 429 closes the bucket for every job, in the group or not, and counts once."""
    station = Station(lasts=lambda number: 1.0)
    refused_first(station, 7)

    outcomes = Crew(station).run(4, policy=Staggered(iter([2.0, 2.0, 3.0, 4.0]), then=2.0))

    assert all(outcome.is_ok for outcome in outcomes)
    assert [len(ids) for ids in station.groups] == [2, 4]
    assert station.gathered_at == pytest.approx([2.1, 2.2 + 7.0])


def test_a_429_cancels_the_slot_of_a_group() -> None:
    """A slot that was claimed before a 429 is not used while the bucket is closed."""
    station = Station(lasts=lambda number: 1.0, takes=1.0)
    refused_first(station, 20)
    rates = {"GET /many": Rate(1, 5.0)}

    Crew(station, rates).run(2, policy=Staggered(iter([2.0, 2.4]), then=2.0), timeout=100.0)

    assert [len(ids) for ids in station.groups] == [1, 2]
    assert station.gathered_at == pytest.approx([3.0, 4.0 + 20.0])


def test_a_group_delayed_by_a_429_claims_a_new_slot() -> None:
    """After a 429 the group claims another slot, so the total rate holds."""
    station = Station(lasts=lambda number: 30.0, takes=4.0)
    refused_first(station, 3)
    crew = Crew(station, max_rate=0.5)

    crew.run(4, policy=Fixed(1.0), timeout=100.0)

    assert all(after.at - before.at >= 2.0 - SLACK for before, after in pairwise(crew.transport.requests))


def test_min_interval_counts_from_the_reply() -> None:
    """W3: min_interval counts from the reply: a slow request may have reached the server only at its end."""
    station = Station(takes=3.0)

    Crew(station).run(3, policy=Fixed(0.01))

    assert station.closest >= 3.0 + POLLING.min_interval - SLACK


def test_min_interval_past_the_deadline_ends_the_wait() -> None:
    """W1: if another poll was just sent and min_interval ends after the deadline, the wait ends."""
    with Acme(KEY) as client:
        session = client._session.coalescing
        record = client.jobs(CREW).attach("j0")._record
        session.min_interval.note_poll(record, 100.0)
        flow = send(
            session, poll_of(session, record), timeout=30.0, deadline=100.5, attempt=1, polled=record, now=100.0
        )

        with pytest.raises(StopIteration) as end:
            next(flow)

    assert end.value.value is None


@pytest.mark.parametrize(
    "bad",
    [
        error(500),
        error(503, retry_after="1"),
        cut_off(),
        Reply(b'{"data": {"jobs": [{"id": "j0", "sta'),
        Reply(b"[{"),
        Reply(b"<html>no</html>"),
        Reply(takes=1000.0),
    ],
    ids=["500", "503", "cut off", "cut", "cut list", "html", "silence"],
)
def test_a_transient_error_of_the_group_is_one_of_each_job(bad: Reply) -> None:
    """W6: a transient error of the group counts for every job in it, and each wait continues."""
    faults: list[str] = []
    station = Station(refusals=lambda sent: bad if len(station.groups) == 1 else None)

    outcomes = Crew(station).run(5, policy=Fixed(2.0), timeout=120.0)

    assert [told(outcome) for outcome in outcomes] == ["j0", "j1", "j2", "j3", "j4"]
    assert sorted(station.groups[0]) == ["j0", "j1", "j2", "j3", "j4"]
    assert not faults


@pytest.mark.parametrize(
    ("bad", "wanted"),
    [
        (error(401), AuthenticationError),
        (Reply({"data": {"jobs": None}}), DecodeError),
        (Reply({"jobs": []}), DecodeError),
        (Reply([]), DecodeError),
    ],
    ids=["401", "null", "elsewhere", "other"],
)
def test_a_permanent_error_ends_every_wait_with_its_own_error(bad: Reply, wanted: type[Exception]) -> None:
    """W7: each job of the group gets its own error, with its own id."""
    station = Station(refusals=lambda sent: bad)

    outcomes = Crew(station).run(3)

    assert [type(outcome.error) for outcome in outcomes] == [wanted] * 3
    assert [outcome.error.job_id for outcome in outcomes] == ["j0", "j1", "j2"]
    assert len({id(outcome.error) for outcome in outcomes}) == 3
    assert (len(station.groups), station.singles) == (1, 0)


def test_a_job_missing_from_the_list_is_not_found() -> None:
    """A job that the provider does not find ends only its own wait."""
    outcomes = Crew(Station()).wait(["j0", "x1", "j2"])

    assert {job_id: told(outcome) for job_id, outcome in outcomes.items()} == {
        "j0": "j0",
        "x1": ("NotFound", "x1"),
        "j2": "j2",
    }


def test_one_bad_id_does_not_end_the_other_waits() -> None:
    """After an error that one id may have caused, jobs are polled singly, so that only that job ends."""
    station = Station(refusals=lambda sent: error(400) if "x1" in (ids_of(sent) or [sent.path[-2:]]) else None)

    outcomes = Crew(station).wait(["j0", "x1", "j2"])

    assert isinstance(outcomes["x1"].error, BadRequest)
    assert outcomes["j0"].result.text == "j0"
    assert outcomes["j2"].result.text == "j2"
    assert station.singles == 3
    assert station.groups[1:]
    assert station.closest >= POLLING.min_interval - SLACK


def test_an_id_with_a_comma_is_polled_alone() -> None:
    """An id that would be split in the list of ids is polled alone."""
    station = Station()
    Crew(station).wait(["j0", "x,j5"])

    assert station.singles == 1
    assert all(ids == ["j0"] for ids in station.groups)


def test_a_job_that_was_just_polled_is_left_out() -> None:
    """W3: two handles of one job in a batch share its min_interval."""
    station = Station()

    Crew(station).wait(["j0", "j1", "j0", "j0"], policy=Fixed(1.0))

    assert station.closest >= POLLING.min_interval - SLACK


def test_a_single_wait_is_not_coalesced() -> None:
    """A wait outside of a batch polls its job alone."""
    station = Station()
    clock = LoopClock()
    transport = AsyncFakeTransport(station, clock)

    async def main() -> Any:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            return await client.jobs(CREW).run(url="u")

    assert clock.run(main()).text == "j0"
    assert station.singles > 0
    assert not station.groups
    assert max(sent.timeout for sent in transport.requests) <= 30.0


def test_closing_early_waits_for_the_group_in_flight() -> None:
    """After leaving a batch, the handles have the data of the last reply."""
    station = Station(lasts=lambda number: 1.0, takes=0.5)
    crew = Crew(station)

    async def main() -> list[Any]:
        async with AsyncAcme(KEY, transport=crew.transport, clock=crew.clock) as client:
            polls = Staggered(iter([3.0, 3.25, 3.25, 3.25]))
            async with client.jobs(CREW).run_many([{"url": "u"}] * 4, policy=polls) as batch:
                await anext(batch)
            return batch.running

    left = crew.clock.run(main())

    assert [len(ids) for ids in station.groups] == [1, 3]
    assert sorted(job.id for job in left) == sorted(station.groups[1])
    assert [job.status for job in left] == ["done"] * 3


def test_the_blocking_client_coalesces_too() -> None:
    """The blocking client sends the same few requests, on its few threads."""

    class Engine:
        def __init__(self) -> None:
            self.clock = SystemClock(speed=50.0)
            self.began = self.clock.now()
            self.station = Station(lasts=lambda number: 5.0, takes=0.0)

        def send(self, request: Any, *, timeout: float) -> Response:
            return self.station(Sent(self.clock.now() - self.began, request, timeout)).response()

        def open(self, request: Any, *, timeout: float) -> Any: ...

        def close(self) -> None: ...

    engine = Engine()
    with Acme(KEY, transport=engine, clock=engine.clock) as client:
        outcomes = list(client.jobs(CREW).run_many([{"url": "u"}] * 60, max_in_flight=60))

    assert all(outcome.is_ok for outcome in outcomes)
    assert engine.station.singles == 0
    assert len(engine.station.groups) < sum(map(len, engine.station.polls.values())) / 2


# --- one reply in parts


@given(st.lists(st.sampled_from(["a", "b", "c", 7, None, True, {}]), max_size=8), st.sets(st.sampled_from("abc7")))
def test_each_job_gets_its_own_part(listed: list[Any], asked: set[str]) -> None:
    """Each job gets the item with its id unchanged, or is polled alone."""
    body = json.dumps([{"id": one, "is": f"{one}  !", "big": 10**30} for one in listed]).encode()
    answers = split_reply(PLAIN, sorted(asked), Response(status=200, headers={"x": "y"}, body=body))

    assert sorted(answers) == sorted(asked)
    for job_id, answer in answers.items():
        known = [one for one in listed if str(one) == job_id and not isinstance(one, bool)]
        assert (answer is None) == (not known)
        if known:
            assert isinstance(answer, Response)
            assert answer.status == 200
            assert answer.headers == {"x": "y"}
            assert json.loads(answer.body) == {"id": known[-1], "is": f"{known[-1]}  !", "big": 10**30}


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16-le", "utf-8"])
def test_a_part_has_the_text_of_the_reply(charset: str) -> None:
    """Whatever the charset of the reply is, each job is read as if it had been polled alone."""
    headers = {"content-type": f"application/json; charset={charset}", "x": "y"}
    body = '[{"id": "a", "is": "é!"}]'.encode(charset)
    answer = split_reply(PLAIN, ["a"], Response(status=200, headers=headers, body=body))["a"]

    assert isinstance(answer, Response)
    assert {"id": "a", "is": "é!"} == decode_reply(Any, answer)
    assert "y" == answer.headers["x"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "jobs", "id"]), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_is_split_or_refused(body: Any) -> None:
    """Any reply gives each job an item, a decode error, or a poll of its own."""
    answers = split_reply(IN_QUERY, ["a", "b"], Response(status=200, headers={}, body=json.dumps(body).encode()))

    assert all(answer is None or isinstance(answer, Response | DecodeError) for answer in answers.values())


def test_an_error_is_copied_for_each() -> None:
    """Data added to the error of one job is not in the errors of others."""
    lost = ConnectionFailed("lost the connection")
    answers = split_reply(PLAIN, ["a", "b"], lost)

    for job_id, answer in answers.items():
        assert isinstance(answer, ConnectionFailed)
        answer.about(job_id, f"token of {job_id}")
    assert lost.job_id is None
    assert [str(answer) for answer in answers.values()] == [
        "lost the connection (job a)",
        "lost the connection (job b)",
    ]


def test_a_truncated_list_is_a_transient_error() -> None:
    """A body that ends in the middle of the list is a transient error, not a wrong shape."""
    answers = split_reply(PLAIN, ["a"], replace(about(["a", "b"]), body=about(["a", "b"]).body[:-4]))

    assert isinstance(answers["a"], NotJson)


def test_jobs_of_a_refused_group_are_polled_singly() -> None:
    """An error that one id may have caused ends no job: each is polled alone."""
    refused = Response(status=404, headers={}, body=b"")

    assert split_reply(PLAIN, ["a"], refused) == {"a": None}
    assert split_reply(PLAIN, ["a", "b"], refused) == {"a": None, "b": None}


def test_a_new_job_may_not_be_in_the_list_yet() -> None:
    """W8: within the grace, a job missing from the list is not visible yet."""
    shy = replace(CREW, polling=replace(POLLING, not_found_grace=10.0))
    station = Station(lasts=lambda number: 8.0)
    station.refusals = lambda sent: Reply({"data": {"jobs": []}}) if sent.at < 5 else None

    outcomes = Crew(station).run(3, of=shy)

    assert [told(outcome) for outcome in outcomes] == ["j0", "j1", "j2"]
    assert not any(isinstance(outcome.error, NotFound) for outcome in outcomes)


def test_a_group_is_sent_at_its_slot() -> None:
    """A group that waited for its slot is sent then, even if other polls are due before its window ends."""
    account = open_account(
        PROVIDER, secrets={"api_key": "k"}, base_url=None, timeout=30, max_retries=3, wall=lambda: 0.0
    )
    many = PollMany(path="/jobs", ids="ids", max_ids=10, list=("jobs",), job_id=("id",))
    crew = kind("x", Page, result=("page",), poll_many=many)
    session = Session(account, MinIntervals(), RateLimiter({}), True)
    batch: Batch[None, None] = Batch(5, total=None, in_order=False, coalescer=Coalescer(session), now=0.0)
    request = Request(method="GET", url="https://x/y", headers={})

    def polls() -> Flow[None]:
        yield Send(request, 60.0, 1, 60.0, Record(crew, "a"))

    def sends() -> Flow[None]:
        yield Sleep(0.1)
        yield Send(request, 60.0, 1, 60.0)
        yield Sleep(99.0)

    session.limiter.close("GET /jobs", 0.1)
    batch.add(Entry(0, None, polls()))
    assert batch.next(0.0) == Sleep(0.1)
    batch.add(Entry(1, None, sends()))
    assert batch.next(0.05) == Sleep(0.1)

    assert {type(batch.next(0.1)), type(batch.next(0.1))} == {Dispatch}


@pytest.mark.parametrize("status", [400, 404, 413, 414, 422])
def test_an_error_that_one_id_may_have_caused_is_no_answer(status: int) -> None:
    """Each job is then polled alone."""
    assert {"j1": None, "j2": None} == split_reply(PLAIN, ["j1", "j2"], Response(status=status, headers={}, body=b"[]"))


def test_the_method_of_a_group_is_that_of_the_spec() -> None:
    """By default GET."""
    for address, line in ((IN_QUERY, "GET /v2/many"), (IN_BODY, "POST /v2/many")):
        crew = Crew(Station(lasts=lambda number: 0.0))
        crew.wait(["j1", "j2"], of=kind("crew", Page, result=("page",), poll_many=address))

        assert {line} == {sent.line for sent in crew.transport.requests}


def test_the_timeout_of_a_group_is_its_latest_deadline() -> None:
    """W1: the request of a group ends by the latest deadline of its jobs."""
    station = Station(lasts=lambda number: inf)
    crew = Crew(station)
    crew.wait(["j1", "j2"], timeout=8.0)

    assert crew.transport.requests
    assert all(sent.timeout <= 8.0 - sent.at + SLACK for sent in crew.transport.requests)


def test_a_list_that_is_missing_has_its_path() -> None:
    """That of the spec, in JSON names."""
    answers = split_reply(IN_QUERY, ["a"], Response(status=200, headers={}, body=b'{"data": {"jobs": 7}}'))

    assert isinstance(answers["a"], DecodeError)
    assert "$.data.jobs" == answers["a"].path
