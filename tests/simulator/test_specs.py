"""Every job and operation of every spec of this repository, in its simulator."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bide.ir import Endpoint, Job, Json, Kind, Named, Operation, Place, Pointer, Provider, Scalar, State, Type
from bide.lint.pipeline import read_spec
from bide.simulator.bodies.catalog import Catalog, opened
from bide.simulator.bodies.pointer import at
from bide.simulator.bodies.validation import Validator
from bide.simulator.bodies.values import FILLER, Values
from bide.simulator.life.answer import Answer, Asked
from bide.simulator.world.world import World

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
PROVIDERS = [read_spec(path.name, path.read_text(encoding="utf-8")) for path in SPECS]


def is_plain(endpoint: Endpoint) -> bool:
    return endpoint.link is None and not endpoint.is_form and endpoint.whole is None


def is_plain_job(job: Job) -> bool:
    """Whether `Caller` can run it: no links, pages, uploads or bytes, and its status and its id are in bodies."""
    lifecycle = job.lifecycle
    others = (lifecycle.poll, lifecycle.result.endpoint, lifecycle.cancel and lifecycle.cancel.endpoint)
    return (
        all(is_plain(each) for each in (job.submit, *others) if each)
        and bool(job.reply and job.job_id.field and not job.job_id.template)
        and bool(job.snapshot and lifecycle.status and not lifecycle.codes)
        and not lifecycle.result.pages
        and job.result != Scalar(Kind.BYTES)
    )


def first_call(provider: Provider) -> Endpoint | None:
    calls = [*(job.submit for job in provider.jobs), *(each.endpoint for each in provider.operations)]
    return next(filter(is_plain, calls), None)


def is_plain_operation(call: Operation) -> bool:
    return is_plain(call.endpoint) and all(each.type != Scalar(Kind.BYTES) for each in call.replies)


# `make demo` and the tests of each package run all the others too.
PLAIN = [(each, job) for each in PROVIDERS for job in each.jobs if is_plain_job(job)]
JOBS = [pytest.param(each, job, id=f"{each.name}-{job.name}") for each, job in PLAIN]
FAILING = [
    pytest.param(each, job, id=f"{each.name}-{job.name}")
    for each, job in PLAIN
    if State.FAILED in job.lifecycle.states.values() and not job.lifecycle.ends
]
BATCHES = [pytest.param(each, job, id=job.name) for each, job in PLAIN if job.items]
CANCELLED = [pytest.param(each, job, id=job.name) for each, job in PLAIN if job.lifecycle.cancel]
OPERATIONS = [
    pytest.param(each, call, id=f"{each.name}-{call.name}")
    for each in PROVIDERS
    for call in each.operations
    if is_plain_operation(call)
]
GUARDED = [pytest.param(each, id=each.name) for each in PROVIDERS if each.auth and first_call(each)]

LONG = 3600.0


@dataclass
class Caller:
    """Sends requests to the simulated world of one provider, with the required arguments only."""

    provider: Provider
    world: World
    now: float = 0.0

    @classmethod
    def of(cls, provider: Provider) -> Caller:
        return cls(provider, World(provider))

    def call(self, endpoint: Endpoint, *, id: str = "x", scenario: str = "", key: bool = True) -> Answer:
        catalog = Catalog(self.provider)
        values = Values(catalog)
        body = catalog.model(endpoint.body.model) if endpoint.body else None
        given = [each for each in endpoint.parameters if not each.field.optional]
        texts = {each.field.wire: (each.place, str(values.field(each.field))) for each in given}
        path = endpoint.path.replace("{job_id}", id)
        for wire, (place, text) in texts.items():
            path = path.replace("{" + wire + "}", text) if place is Place.PATH else path
        headers, query = dict(self.provider.headers), []
        for place, wire, text in [
            *endpoint.constants,
            *((place, wire, text) for wire, (place, text) in texts.items()),
        ]:
            if place is Place.QUERY:
                query.append((wire, text))
            elif place is Place.HEADER:
                headers[wire] = text
        for secret in self.provider.auth if key else ():
            if secret.scheme == "header":
                headers[secret.name] = f"{secret.prefix} k".strip()
            elif secret.scheme == "query":
                query.append((secret.name, "k"))
            else:
                headers["Authorization"] = f"Basic {b64encode(b'user:k').decode()}"
        if scenario:
            headers["X-Bide-Scenario"] = scenario
        asked = Asked(
            method=endpoint.method.upper(),
            path=urlsplit(self.provider.base_url).path + path,
            query=tuple(query),
            headers={name.lower(): text for name, text in headers.items()},
            body=json.dumps(values.model(body, full=False)).encode() if body else b"",
        )
        return self.world.handle(asked, self.now)

    def submit(self, job: Job, scenario: str = "") -> str:
        answer = self.call(job.submit, scenario=scenario)
        assert answer.status == 202, answer.body
        reply = self.opened(job.reply, answer)
        self.fits(Named(job.reply), reply)
        return str(at(reply, job.job_id.field))

    def poll(self, job: Job, id: str) -> tuple[State, Json]:
        answer = self.call(job.lifecycle.poll, id=id)
        assert answer.status == 200, answer.body
        reply = self.opened(job.snapshot, answer)
        self.fits(Named(job.snapshot), reply)
        status = at(reply, job.lifecycle.status)
        return job.lifecycle.states[status if isinstance(status, str) else json.dumps(status)], reply

    def opened(self, name: str, answer: Answer) -> Json:
        """The reply, without the envelope if its model has one."""
        model = Catalog(self.provider).model(name)
        assert model is not None
        return opened(model, json.loads(answer.body))

    def result(self, job: Job, id: str, reply: Json) -> Json:
        """The result, in the reply or at its own address."""
        if job.lifecycle.result.endpoint:
            answer = self.call(job.lifecycle.result.endpoint, id=id)
            assert answer.status == 200, answer.body
            reply = json.loads(answer.body)
        elif job.lifecycle.result.field:
            reply = at(reply, job.lifecycle.result.field)
        self.fits(job.result, reply)
        return reply

    def fits(self, type_: Type, value: Json) -> None:
        assert not list(Validator(Catalog(self.provider)).problems(type_, value))


def promised(caller: Caller, job: Job, state: State, reply: Json) -> list[str]:
    """The fields that a poll reply must have in this state, but has not."""
    model = Catalog(caller.provider).model(job.snapshot)
    assert model is not None
    return [each.wire for each in model.fields if state in each.when and reply.get(each.wire) is None]


def is_shown(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


@pytest.mark.parametrize(("provider", "job"), JOBS)
def test_every_job_can_succeed(provider: Provider, job: Job) -> None:
    """A job has its statuses in order, each reply decodes and has its fields by state, and there is a result."""
    caller = Caller.of(provider)
    id = caller.submit(job, "duration=10")
    states = []
    for caller.now in (0.0, 5.0, 10.0):
        state, reply = caller.poll(job, id)
        states.append(state)
        assert not promised(caller, job, state, reply)

    assert states[-1] is State.SUCCEEDED
    assert not any(state.is_final for state in states[:-1])
    assert all(at(reply, pointer) == value for pointer, value in job.lifecycle.ready)
    result = caller.result(job, id, reply)
    if job.items:
        items = at(result, job.items.list)
        assert items
        assert not [each for each in items if at(each, job.items.status) in job.items.failed]


@pytest.mark.parametrize(("provider", "job"), FAILING)
def test_every_job_can_fail(provider: Provider, job: Job) -> None:
    """A failed job has its status, and its error at the place in the spec."""
    caller = Caller.of(provider)
    id = caller.submit(job, "fail; duration=5")
    caller.now = LONG
    state, reply = caller.poll(job, id)
    pointers: list[Pointer] = [job.lifecycle.error.code, job.lifecycle.error.message]

    assert state is State.FAILED
    assert not promised(caller, job, state, reply)
    assert all(is_shown(at(reply, pointer)) for pointer in pointers if pointer)
    assert at(reply, job.lifecycle.error.message) != FILLER


@pytest.mark.parametrize(("provider", "job"), JOBS)
@pytest.mark.parametrize("outcome", ["partial", "cancel", "expire"])
def test_every_outcome_of_the_lifecycle(provider: Provider, job: Job, outcome: str) -> None:
    """A job can have each outcome of its lifecycle; any other is refused."""
    caller, end = Caller.of(provider), {"partial": State.PARTIAL, "cancel": State.CANCELLED}.get(outcome)
    can_end_so = end is None or end in job.lifecycle.states.values() or (outcome == "partial" and job.items is not None)
    answer = caller.call(job.submit, scenario=f"{outcome}; duration=1")

    assert answer.status == (202 if can_end_so else 400)
    if can_end_so and end in job.lifecycle.states.values():
        caller.now = LONG
        id = str(at(json.loads(answer.body), job.job_id.field))
        state, reply = caller.poll(job, id)
        assert state is end
        if state.has_result:
            caller.result(job, id, reply)


@pytest.mark.parametrize(("provider", "job"), BATCHES)
def test_every_batch_can_have_a_failed_item(provider: Provider, job: Job) -> None:
    """A batch with a failed item succeeds, and the item has its error."""
    caller = Caller.of(provider)
    id = caller.submit(job, "failed_items=1; duration=1")
    caller.now = LONG
    state, reply = caller.poll(job, id)
    assert job.items is not None
    items = at(caller.result(job, id, reply), job.items.list)
    failed = [each for each in items if at(each, job.items.status) in job.items.failed]

    assert state is State.SUCCEEDED
    assert len(failed) == 1
    assert not job.items.error or is_shown(at(failed[0], job.items.error))


@pytest.mark.parametrize(("provider", "job"), CANCELLED)
def test_every_cancel(provider: Provider, job: Job) -> None:
    """A job that can be cancelled has the cancelled status afterwards."""
    caller = Caller.of(provider)
    id = caller.submit(job)
    assert job.lifecycle.cancel is not None
    answer = caller.call(job.lifecycle.cancel.endpoint, id=id)
    caller.now = LONG

    assert answer.status == 202
    if job.lifecycle.cancel.returns:
        caller.fits(job.lifecycle.cancel.returns, json.loads(answer.body))
    assert caller.poll(job, id)[0] is State.CANCELLED


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS)
def test_every_operation(provider: Provider, operation: Operation) -> None:
    """An operation returns what its spec says, inline and, if it can, as a job."""
    caller = Caller.of(provider)
    answer = caller.call(operation.endpoint)

    assert answer.status < 300, answer.body
    if operation.stream:
        names = [chunk.decode().split("\n")[0][7:] for _, chunk in answer.chunks[1:]]
        datas = [chunk.decode().split("\n")[1][6:] for _, chunk in answer.chunks[1:]]
        for name, data in zip(names, datas, strict=True):
            caller.fits(Named(dict(operation.stream.events)[name]), json.loads(data))
        assert names[-1] in operation.stream.last
        assert set(names) == set(dict(operation.stream.events)) - {operation.stream.error_event}
        return
    types = [reply.type for reply in operation.replies if reply.job is None and reply.type]
    for type_ in types[:1]:
        caller.fits(type_, json.loads(answer.body))
    for reply in operation.replies:
        if reply.job:
            answer = caller.call(operation.endpoint, scenario="answer=job; duration=1")
            job = next(each for each in provider.jobs if each.name == reply.job)
            caller.now = LONG
            assert answer.status == reply.status
            assert caller.poll(job, str(at(json.loads(answer.body), reply.job_id.field)))[0] is State.SUCCEEDED


@pytest.mark.parametrize("provider", GUARDED)
def test_every_provider_has_its_own_error_shape(provider: Provider) -> None:
    """Without a key the reply is 401, in one of the shapes of the spec."""
    endpoint = first_call(provider)
    assert endpoint
    answer = Caller.of(provider).call(endpoint, key=False)
    body = json.loads(answer.body)
    messages = [shape.message for shape in provider.errors if shape.message]

    assert answer.status == 401
    assert not messages or any(is_shown(at(body, message)) for message in messages)
