"""The lines of the demo for each provider, from its spec. Independent of processes and the network.

A line is a visit to one job or operation: the action, the simulator's scenario, and the required outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from arguments import ARGUMENTS

from bide.ir import Job, Named, Operation, Provider, State, Type
from bide.spec.names import failed_class

MODES = ("sync", "async")

BATCH = 5
"""The number of jobs of a line of `run_many`; the last one fails."""

_LONGER = 60.0
"""The extra duration of jobs that another process resumes, in seconds of the provider."""

_FIRST_POLL = 5
"""The number of maximum intervals after which the first poll was sent, however long jobs usually take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the demo."""

    provider: str
    name: str
    """The job or operation, by its name in the client."""
    what: str
    """The subject of the line, in a few words."""
    does: str
    """The function of the visitor."""
    method: str = "POST"
    """The HTTP method of the first request."""
    mode: str = ""
    scenarios: tuple[str, ...] = ("succeed",)
    """The scenarios of the first, the second, ... submit or call."""
    arguments: dict[str, Any]
    options: dict[str, Any]

    outcome: str
    """The client's required outcome."""
    faults: tuple[str, ...] | None = ()
    """The transient errors that the updates must have; `None`: any."""
    makes: str
    """The kind of job that it creates, if any."""
    jobs: int = 1
    """The required number of jobs on the simulator."""
    submits: int = 1
    """The required number of submits of each job."""
    requests: int | None = None
    """The required number of all requests, if it is known."""
    most_polls: int = 0
    """The largest allowed number of polls of one job."""
    is_known: bool = True
    """Whether the client receives the id of the job."""

    @property
    def key(self) -> str:
        return f"{self.name}, {self.what}, {self.mode}"


class PlanError(Exception):
    """The demo does not cover the specs."""


def lines(provider: Provider) -> list[Line]:
    """All lines for a provider, sync first. Raises `PlanError`."""
    named = {job.name for job in provider.jobs} | {operation.name for operation in provider.operations}
    table = ARGUMENTS.get(provider.name, {})
    for name in sorted(named ^ table.keys()):
        complaint = "has no arguments for" if name in named else "knows of a job or operation that no spec has:"
        raise PlanError(f"demo/arguments.py {complaint} {provider.name} {name}")
    cases = [
        *(replace(case, arguments=table[job.name]) for job in provider.jobs for case in _job(provider, job)),
        *(
            replace(case, arguments=table[each.name])
            for each in provider.operations
            for case in _operation(provider, each)
        ),
    ]
    return [replace(case, mode=mode) for mode in MODES for case in cases]


def _job(provider: Provider, job: Job) -> Iterator[Line]:
    """The lines of one job."""
    result = _class(job.result)
    shortest, longest = job.polling.interval
    duration = _lasts(job)
    deadline = 40 + 2 * longest  # 2 s of real time at speed 20, enough for a submit on a busy machine
    states = set(job.lifecycle.states.values())
    usual = Line(
        provider=provider.name,
        name=job.name,
        what="success",
        method=job.submit.method.upper(),
        does="run",
        scenarios=(f"succeed; duration={duration:g}",),
        arguments={},
        options={},
        outcome=result,
        makes=job.name,
        most_polls=2 + int(duration / shortest),
    )

    def scripted(script: str) -> tuple[str, ...]:
        return (f"{script}; duration={duration:g}",)

    yield usual
    failed = failed_class(job.name) if job.failed_result else "JobFailed"
    yield replace(
        usual, what="failure", scenarios=scripted("fail"), outcome=failed + ", with a result" * bool(job.failed_result)
    )
    if State.PARTIAL in states:
        yield replace(usual, what="partial", scenarios=scripted("partial"), outcome=f"{result}, partial")
    if job.items:
        yield replace(
            usual,
            what="a failed item",
            scenarios=scripted("succeed; failed_items=1"),
            outcome=f"{result}, 1 failed item",
        )
    yield replace(
        usual,
        what="429, 502",
        scenarios=(f"succeed; poll=ok,429,502; duration={duration + _FIRST_POLL * longest:g}",),
        faults=("RateLimited", "ServerError"),
        most_polls=usual.most_polls + 2 + int(_FIRST_POLL * longest / shortest),
    )
    if job.lifecycle.cancel:
        yield replace(usual, what="cancel", does="cancel", outcome="JobCancelled")
    yield replace(
        usual,
        what="resume",
        does="resume",
        scenarios=(f"succeed; duration={duration + _LONGER:g}",),
        most_polls=usual.most_polls + int(_LONGER / shortest),
    )
    yield replace(
        usual,
        what="deadline",
        scenarios=("stall",),
        options={"timeout": deadline},
        outcome="JobTimeout",
        faults=None,  # the last poll has little time, and may time out
        most_polls=2 + int(deadline / shortest),
    )
    lost = replace(usual, what="lost submit", scenarios=scripted("succeed; submit=lost"))
    if job.idempotency_key:
        yield replace(lost, submits=2)
    else:
        yield replace(lost, outcome="SubmitUncertain", requests=1, is_known=False)
    yield replace(
        usual,
        what="run_many",
        does="run_many",
        scenarios=(*scripted("succeed") * (BATCH - 1), *scripted("fail")),
        options={"count": BATCH},
        outcome=f"{BATCH - 1} {result}, 1 {failed}",
        jobs=BATCH,
    )


def _operation(provider: Provider, operation: Operation) -> Iterator[Line]:
    """The lines of one operation."""
    usual = Line(
        provider=provider.name,
        name=operation.name,
        what="success",
        method=operation.endpoint.method.upper(),
        does="call",
        arguments={},
        options={},
        outcome=next((_class(reply.type) for reply in operation.replies if reply.type), "None"),
        makes=operation.job or "",
        jobs=0,
        requests=1,
    )
    if operation.stream:
        # A successful stream does not have the event that reports an error.
        names = [model for event, model in operation.stream.events if event != operation.stream.error_event]
        usual = replace(usual, what="stream", does="stream", outcome=", ".join(names))
        yield usual
        yield replace(usual, what="cut stream", scenarios=("call=cut_short",), outcome="StreamCut")
        if operation.stream.error_event:
            yield replace(usual, what="error event", scenarios=("fail",), outcome="StreamFailed")
    else:
        yield usual
        yield replace(usual, what="429", scenarios=("call=429",), requests=2)
    yield replace(usual, what="refused", scenarios=("call=402",), outcome="PaymentRequired")
    for job in provider.jobs:
        if job.name == operation.job:
            yield replace(
                usual,
                what="a job instead",
                does="call_and_wait",
                scenarios=(f"succeed; answer=job; duration={_lasts(job):g}",),
                outcome=_class(job.result),
                jobs=1,
                requests=None,
                most_polls=2 + int(_lasts(job) / job.polling.interval[0]),
            )


def _lasts(job: Job) -> float:
    """The duration of a job in the demo, in seconds of the provider: a few polls."""
    shortest, longest = job.polling.interval
    return 3 * shortest + longest


def _class(type: Type | None) -> str:
    """The class that a reply is decoded as."""
    return type.name if isinstance(type, Named) else str(type)
