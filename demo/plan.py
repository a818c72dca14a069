"""What has to be shown of each provider, by its spec. Knows nothing of processes and of the network.

A line of the demo is a visit to one job or operation: what to do, what the simulator makes of it, what must come out.
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
"""How many jobs a line of `run_many` makes; the last one fails."""

_LONGER = 60.0
"""By how many of the provider's seconds a job lasts longer that another process shall go on with."""

_FIRST_LOOK = 5
"""After so many of the longest intervals there was a look, however long jobs usually take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the demo."""

    provider: str
    name: str
    """The job or the operation, as the client calls it."""
    what: str
    """What it shows, in a word or two."""
    does: str
    """A function of the visitor."""
    method: str = "POST"
    """The HTTP method of the first request."""
    mode: str = ""
    scenarios: tuple[str, ...] = ("succeed",)
    """What the simulator makes of the first, the second, ... submit or call."""
    arguments: dict[str, Any]
    options: dict[str, Any]

    outcome: str
    """What the client must see."""
    faults: tuple[str, ...] | None = ()
    """What must go wrong with polls, without harm; `None`: anything may."""
    makes: str
    """The kind of job that it makes, if it makes any."""
    jobs: int = 1
    """How many jobs there must be on the simulator."""
    submits: int = 1
    """How often each of them must have been submitted."""
    requests: int | None = None
    """How many requests there must be in all, if that is known."""
    most_polls: int = 0
    """How many polls of one job are enough."""
    is_known: bool = True
    """Whether the client learns the id of the job."""

    @property
    def key(self) -> str:
        return f"{self.name}, {self.what}, {self.mode}"


class PlanError(Exception):
    """The demo does not show what the specs have."""


def lines(provider: Provider) -> list[Line]:
    """All that has to be shown of a provider, sync first. Raises `PlanError`."""
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
    """What one job can do and suffer."""
    result = _class(job.result)
    shortest, longest = job.polling.interval
    duration = _lasts(job)
    deadline = 40 + 2 * longest  # at 20 times the speed still two seconds, in which a busy machine sends a submit
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
        scenarios=(f"succeed; poll=ok,429,502; duration={duration + _FIRST_LOOK * longest:g}",),
        faults=("RateLimited", "ServerError"),
        most_polls=usual.most_polls + 2 + int(_FIRST_LOOK * longest / shortest),
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
        faults=None,  # the last poll has little time, and may run out of it
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
    """What one operation can do and suffer."""
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
        # The event that reports an error is not among those of a stream that goes well.
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
    """The provider's seconds that a job takes in the demo: a few polls."""
    shortest, longest = job.polling.interval
    return 3 * shortest + longest


def _class(type: Type | None) -> str:
    """The class that a reply is decoded into."""
    return type.name if isinstance(type, Named) else str(type)
