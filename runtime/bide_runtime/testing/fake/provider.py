"""A fake of a whole provider: it answers in virtual time, by the package's own tables, and records every request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit
from weakref import WeakSet

from ...calls.base_url import filled
from ...calls.link import Link
from ...calls.provider import Provider
from ...clients.async_client import AsyncClient
from ...clients.client import Client
from ...clients.options import AsyncKey, Key
from ...http.auth import Secret
from ...http.request import Json
from ...jobs.kind import JobKind
from ...jobs.requests.find_at import FindAt
from ...jobs.requests.poll_many import PollMany
from ...jobs.requests.result_at import ResultAt
from ...jobs.requests.submit_at import IdAt
from ...jobs.state import State
from ...waiting.links import Role
from ..faults import UNKNOWN_STATUS, Fault, FaultKind
from .addresses import JSON, Address, FakeOperation, FakeStreaming, Route
from .bodies import placed
from .clock import AsyncFakeClock, FakeClock, VirtualTime
from .jobs import PAGE_PATH, FakeJobs, link_path
from .keys import KEY, WEBHOOK_SECRET, FakeKeys
from .lists import list_reply
from .plans import FakeJob
from .promises import Trace, broken_promises
from .replies import changed
from .transport import AsyncFakeTransport, FakeTransport, Reply, Sent, Server

_KEY = "fake-key-{}"
FIRST_KEY = _KEY.format(1)
"""The first idempotency key or reference that a client of a new fake chooses."""

C = TypeVar("C", bound=Client)
A = TypeVar("A", bound=AsyncClient)
R = TypeVar("R")


@dataclass(frozen=True)
class _Asked:
    """The address of a request, and its answer."""

    address: Address
    route: Route
    answer: Callable[[], Reply]
    jobs: FakeJobs[Any] | None = None
    job_id: str = ""
    job: FakeJob | None = None
    """The job of the request, if it exists."""


class FakeProvider(Generic[C, A]):
    """A provider whose replies a test decides. Nothing is sent, and only virtual time passes."""

    def __init__(
        self, provider: Provider, client: type[C], async_client: type[A], *, jitter: Callable[[], float] | None = None
    ) -> None:
        self.time = VirtualTime()
        self.clock = FakeClock(self.time)
        self.async_clock = AsyncFakeClock(self.time)
        self.requests: list[Sent] = []
        """Every request to any address, in the order in which they were sent."""
        self.kinds: list[FakeJobs[Any]] = []
        self.operations: list[FakeOperation | FakeStreaming] = []
        self.keys = FakeKeys(provider, self.time)
        """Its token endpoint, and the keys that it refuses."""
        self._provider = provider
        self._client_class = client
        self._async_client_class = async_client
        self.jitter = jitter or (lambda: 0.0)
        """Returns the jitter of the next clients, a number in [0, 1)."""
        self._keys = count(1)
        self._webhooks = count(1)
        self._anywhere = Address("")
        self._base = self._base_of({})
        self._clients = count()
        self._transports: WeakSet[FakeTransport | AsyncFakeTransport] = WeakSet()

    # --- for authors of tests -------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds of virtual time since the provider was made."""
        return self.time.now

    def client(self, api_key: Key | None = KEY, **arguments: Any) -> C:
        """A blocking client of this provider, with the arguments of the real one. It has no random jitter."""
        transport = FakeTransport(self._server(), self.clock)
        return self._client_class(**self._arguments(api_key, arguments, transport), clock=self.clock)

    def async_client(self, api_key: AsyncKey | None = KEY, **arguments: Any) -> A:
        """An asyncio client of this provider."""
        transport = AsyncFakeTransport(self._server(), self.async_clock)
        return self._async_client_class(**self._arguments(api_key, arguments, transport), clock=self.async_clock)

    def advance(self, seconds: float) -> None:
        """Advance virtual time by this many seconds; jobs continue meanwhile."""
        self.time.advance(seconds)

    def inject(self, *faults: Fault | None) -> None:
        """Inject one fault into each of the next requests to any address; `None` is no fault."""
        self._anywhere.inject(*faults)

    def webhook(self, job: Any, *, secret: str = WEBHOOK_SECRET) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of a webhook that tells of a job, a handle or an id, as it is now."""
        job_id = self.id_of(job if isinstance(job, str) else job.id)
        jobs = next((each for each in self.kinds if each.found(job_id) is not None and each.kind.webhook), None)
        if jobs is None or self._provider.webhooks is None:
            raise ValueError(f"the provider has no job {job_id!r} that a webhook tells of")
        body = jobs.webhook(job_id)
        number = f"msg-{next(self._webhooks)}"
        return body, self._provider.webhooks.headers(body, secret, now=self.clock.wall(), id=number)

    def forget(self, older_than: float = 3600.0) -> None:
        """Drop requests that are older than this many seconds, and jobs that were over by then, for very long runs."""
        before = self.now - older_than
        self.requests = [sent for sent in self.requests if sent.at >= before]
        addresses = (
            address
            for jobs in self.kinds
            for address in (jobs, jobs.submit, jobs.find, jobs.poll, jobs.result, jobs.cancel)
        )
        for each in (self.time, self.keys, *self._transports, *addresses, *self.operations):
            each.forget(before)

    def check(self) -> None:
        """Raise `AssertionError` if a client broke one of its documented promises."""
        broken = broken_promises(self.trace)
        assert not broken, "\n".join(broken)

    def id_of(self, handle_id: str) -> str:
        """The provider's id of a job, from the id of its handle, which may be the address where the job is polled."""
        path = urlsplit(handle_id).path.removeprefix(self._base) if "/" in handle_id else handle_id
        before, _, job_id = path.partition("/links/poll/")
        return unquote(job_id) if job_id and not before else handle_id

    @property
    def trace(self) -> Trace:
        """The trace of all requests so far."""
        min_intervals = {job.id: kind.kind.polling.min_interval for kind in self.kinds for job in kind.jobs}
        return Trace(self.requests, self._provider, min_intervals)

    def _arguments(
        self, api_key: AsyncKey | None, given: Mapping[str, Any], transport: FakeTransport | AsyncFakeTransport
    ) -> dict[str, Any]:
        """The arguments of a client, without its clock; they make it deterministic."""
        self._transports.add(transport)
        given = {**self._variables, **given}
        self._base = self._base_of(given)
        for jobs in self.kinds:
            jobs.base = self._base
        chance = {"jitter": self.jitter, "new_key": lambda: _KEY.format(next(self._keys))}
        given = {name: value for name, value in given.items() if name not in ("transport", "clock")}
        webhooks = {"webhook_secret": WEBHOOK_SECRET} if self._provider.webhooks else {}
        return {**self._secrets(api_key, given), **webhooks, **chance, **given, "transport": transport}

    @property
    def functions(self) -> list[str]:
        """The arguments of a client that may be functions."""
        return [secret.argument for secret in self._enough({}) if secret.at != "oauth"]

    def _enough(self, given: Mapping[str, Any]) -> list[Secret]:
        """The secrets of a client with these arguments. Where one of several is enough: the given ones, or the first
        that is not `None`.
        """
        auth = self._provider.auth
        ways = {each.way for each in auth if each.way and given.get(each.argument) is not None}
        if ways:
            return [each for each in auth if each.way in {0, *ways}]
        left_out = {each.way for each in auth if given.get(each.argument, "") is None}
        first = next((each.way for each in auth if each.way and each.way not in left_out), 0)
        return [each for each in auth if each.way in (0, first) or not each.is_usual]

    @property
    def _variables(self) -> dict[str, str]:
        """A value for each variable in the base URL."""
        return {each.name: each.default or next(iter(each.values), "example") for each in self._provider.variables}

    def _base_of(self, given: Mapping[str, Any]) -> str:
        """The path of the base URL of a client with these arguments."""
        url = given.get("base_url") or filled(self._provider.base_url, {**self._variables, **_texts(given)})
        return urlsplit(url).path.rstrip("/")

    def _secrets(self, key: AsyncKey | None, given: Mapping[str, Any]) -> dict[str, AsyncKey | None]:
        """Each secret of a client with these arguments: *key* for all."""
        may_be = self.functions
        text = KEY if callable(key) else key
        secrets = {each.argument: key if each.argument in may_be else text for each in self._enough(given)}
        return secrets or {"api_key": text}

    # --- for the generated class ----------------------------------------------------------------------------------

    def _jobs(
        self,
        kind: JobKind[Any, R],
        route: Route,
    ) -> FakeJobs[R]:
        jobs = FakeJobs(self._provider, self.time, kind, route)
        self.kinds.append(jobs)
        return jobs

    def _operation(
        self,
        role: str,
        route: Route,
        replies: Mapping[int, Any],
        *,
        becomes: tuple[int, FakeJobs[Any], IdAt] | None = None,
    ) -> FakeOperation:
        operation = FakeOperation(role, route, replies, becomes)
        self.operations.append(operation)
        return operation

    def _streaming(self, role: str, route: Route, events: Mapping[str, Any], **more: Any) -> FakeStreaming:
        streaming = FakeStreaming(role, route, events, **more)
        self.operations.append(streaming)
        return streaming

    # --- replies --------------------------------------------------------------------------------------------------

    def _server(self) -> Server:
        """The server for a new client."""
        number = next(self._clients)
        return lambda sent: self._answer(sent, number)

    def _answer(self, sent: Sent, client: int) -> Reply:
        if self.keys.are_asked_for(sent):
            self.keys.requests.append(sent)
            fault = self.keys.next_fault()
            return self.keys.issue() if fault is None else changed(Reply(), fault, self._provider, self.clock.wall())
        asked = self._asked(sent, sent.path.removeprefix(self._base))
        address, proper = asked.address, asked.answer
        sent.role, sent.bucket, sent.client, sent.auth = address.role, asked.route.bucket, client, asked.route.auth
        self.requests.append(sent)
        address.requests.append(sent)
        if (refused := self.keys.refusal(sent)) is not None:
            return refused
        fault = self._anywhere.next_fault() or address.next_fault()
        if fault is None:
            return proper()
        match fault.kind:
            case FaultKind.UNKNOWN_STATUS if asked.job is not None:
                proper = partial(asked.job.shown_as, UNKNOWN_STATUS, proper)
            case FaultKind.NULLS if asked.jobs is not None:
                proper = partial(asked.jobs.with_nulls, address, proper)
        return changed(proper() if fault.reaches else Reply(), fault, self._provider, self.clock.wall())

    def _asked(self, sent: Sent, path: str) -> _Asked:
        """The address of a request, and its answer there.

        Of several that match, one of an existing job comes first, then the one with the most specific route.
        """
        found = [
            *self._asked_of_one_job(sent, path),
            *(asked for asked in self._asked_of_no_job(sent) if asked.route.takes(sent, path)),
        ]
        if not found:
            raise AssertionError(f"the spec has no {sent.request.method} {path}")
        asked = max(found, key=lambda each: (each.job is not None, *each.route.rank))
        if isinstance(asked.jobs, FakeJobs) and asked.address is asked.jobs.submit:
            sent.key = asked.jobs.key_of(sent)
        if asked.job_id:
            sent.job_ids = (asked.job_id,)
        return asked

    def _asked_of_no_job(self, sent: Sent) -> Iterator[_Asked]:
        """Every address that is not of a single job."""
        for operation in self.operations:
            yield _Asked(operation, operation.route, partial(operation.answer, sent))
        for jobs in self.kinds:
            yield _Asked(jobs.submit, jobs.route, partial(jobs.submitted, sent), jobs)
            if (find := jobs.kind.submit.find) is not None:
                route = Route("GET", find.path, auth=find.auth)
                yield _Asked(jobs.find, route, partial(self._listed, find, route, sent), jobs)
            many = jobs.kind.lifecycle.poll_many
            if many is not None and _has_ids(many, sent):
                yield _Asked(
                    jobs.poll,
                    Route(many.method, many.path, auth=jobs.kind.lifecycle.auth.get("poll")),
                    partial(self._polled_together, many, sent),
                    jobs,
                )

    def _asked_of_one_job(self, sent: Sent, path: str) -> Iterator[_Asked]:
        """Every matching address of a single job."""
        for jobs in self.kinds:
            for address, route, answer in _of_one_job(jobs, sent):
                arguments = route.arguments(sent, path)
                if arguments is None:
                    continue
                job = jobs.named(arguments)
                job_id = arguments.get("job_id", job.id if job is not None else "?")
                if job is None:
                    yield _Asked(address, route, partial(jobs.not_found, job_id), jobs, job_id)
                elif address is not jobs.poll or not (jobs.is_result_due(job) or jobs.is_page(sent)):
                    yield _Asked(address, route, partial(answer, job), jobs, job_id, job)

    def _listed(self, at: FindAt, route: Route, sent: Sent) -> Reply:
        """The reply with a list of jobs, the newest first."""
        named = route.arguments(sent, sent.path.removeprefix(self._base)) or {}
        found = [job for jobs in self.kinds for job in jobs.listed(at.path, named)]
        return list_reply(at, sorted(found, key=lambda job: -job.began), sent, self._base)

    def _polled_together(self, many: PollMany, sent: Sent) -> Reply:
        """The reply to a poll of many jobs."""
        if many.ids_in == "query":
            ids = parse_qs(urlsplit(sent.request.url).query)[many.ids][0].split(",")
        else:
            ids = sent.json[many.ids]
        sent.job_ids = tuple(ids)
        items: list[Json] = []
        told: dict[str, State] = {}
        retry_after = 0.0
        for jobs in self.kinds:
            for job in jobs.jobs:
                reply = jobs.polled(job) if job.id in ids and jobs.kind.lifecycle.poll_many == many else None
                if reply is not None and reply.status in jobs.kind.lifecycle.accepts:
                    items.append(placed(reply.body, many.job_id, job.id))
                    told |= reply.told
                    retry_after = max(retry_after, reply.retry_after)
        return Reply(placed(None, many.list, items), 200, JSON, told=told, retry_after=retry_after)


def _has_ids(many: PollMany, sent: Sent) -> bool:
    """Whether a request has ids, if they are in its query: a list may have the same address."""
    return many.ids_in == "body" or many.ids in dict(sent.query)


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _of_one_job(jobs: FakeJobs[Any], sent: Sent) -> list[tuple[Address, Route, Callable[[FakeJob], Reply]]]:
    """The addresses of a single job, with their routes and answers."""
    lifecycle = jobs.kind.lifecycle
    poll = _route(jobs.kind, "poll", lifecycle.poll_method, lifecycle.poll)
    found: list[tuple[Address, Route, Callable[[FakeJob], Reply]]] = [(jobs.poll, poll, partial(jobs.held, sent))]
    if isinstance(lifecycle.result, ResultAt):
        route = _route(jobs.kind, "result", lifecycle.result.method, lifecycle.result.path)
        found.append((jobs.result, route, partial(jobs.fetched, sent)))
    pages = lifecycle.pages or (lifecycle.result.pages if isinstance(lifecycle.result, ResultAt) else None)
    if pages is not None and pages.is_address:
        found.append((jobs.result, Route("GET", PAGE_PATH), partial(jobs.page_of, sent)))
    elif lifecycle.pages is not None and jobs.is_page(sent):
        found.append((jobs.result, poll, partial(jobs.page_of, sent)))
    if lifecycle.cancel is not None:
        found.append((jobs.cancel, _route(jobs.kind, "cancel", *lifecycle.cancel), jobs.cancelled))
    return found


def _route(kind: JobKind[Any, Any], role: Role, method: str, at: str | Link) -> Route:
    """The route of a role; links of a fake provider have addresses of their own."""
    lifecycle = kind.lifecycle
    return Route(
        method,
        at if isinstance(at, str) else link_path(kind, role),
        texts=tuple(
            (place, name, text)
            for place, texts in (
                ("query", lifecycle.queries),
                ("header", lifecycle.headers),
                ("body", lifecycle.bodies),
            )
            for name, text in texts.get(role, {}).items()
        ),
        counted_as="" if isinstance(at, str) else at.name,
        auth=lifecycle.auth.get(role),
    )
