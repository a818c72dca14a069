"""The script of a seed: a kind of job, its timing, the replies of the provider, and the user's calls."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from random import Random
from typing import Any

from bide_runtime.http.rate_limit import Rate
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.polling import Polling
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.waiting.policies.policy import Adaptive, Exponential, Fixed, Policy
from msgspec.structs import replace
from tests.runtime.fakes import Reply
from tests.runtime.storms import FAULTS, Steady

from evidence.soak.clocks import Jumps
from evidence.soak.journal import JobReplies, Journal
from evidence.soak.kinds import MADE_UP, generated
from evidence.soak.replies import Meaning, ReplySource, ScriptedReply

KINDS = (*MADE_UP, *MADE_UP, *generated())

SHAPES = ("alone", "alone", "alone", "pair", "batch", "batch")


@dataclass(frozen=True)
class Script:
    """One script, to be played blocking and under asyncio."""

    seed: int
    shape: str
    kind: JobKind[Any, Any]
    job_replies: tuple[JobReplies, ...]
    happy: JobReplies
    together: tuple[ScriptedReply, ...]
    calls: tuple[str, ...]
    """The user's calls, in order."""
    timeouts: tuple[float | None, ...]
    starts: tuple[float, ...]
    """When each of several waits starts."""
    policy: Policy | None
    patience: float
    max_retries: int
    keyed: bool
    rates: dict[str, Rate]
    max_rate: float | None
    jitter: float
    share: float
    jumps: Jumps
    cancel_on_timeout: bool
    is_one_handle: bool
    breaks: str | None
    """`callback`, `nap`, `request`: where the user's exception is raised; `close`: the client is closed in a nap."""
    breaks_at: int
    max_in_flight: int
    in_order: bool
    has_ledger: bool
    """Whether a batch has a ledger, in a file of its own."""

    def journal(self) -> Journal:
        """The provider, at its first reply."""
        return Journal(self.kind, list(self.job_replies), self.together, self.jumps, happy=self.happy)

    @property
    def is_cancellable(self) -> bool:
        return self.kind.lifecycle.cancel is not None

    def __str__(self) -> str:
        hidden = {"job_replies", "happy", "kind", "together"}
        rest = {name: value for name, value in vars(self).items() if name not in hidden}
        return f"{self.kind.provider}.{self.kind.name} {self.kind.polling} {rest}"


def draw(seed: int) -> Script:
    """The script of a seed."""
    jitter = Random(seed)
    shape = jitter.choice(SHAPES)
    kind = _kind(jitter)
    number = jitter.choice((1, 2, 5, 12, 30)) if shape == "batch" else 1
    source = ReplySource(
        kind,
        jitter,
        calm=jitter.choice((0.2, 0.5, 0.8)),
        slow=jitter.choice((0.0, 0.05, 0.3)),
        retry_after_share=jitter.choice((0.0, 0.2, 0.6)),
    )
    timeouts = tuple(_timeout(jitter, kind.polling) for _ in range(3))
    rates = {}
    if shape == "batch" and jitter.random() < 0.4:
        rates["POST /jobs"] = Rate(jitter.choice((1, 3, 10)), jitter.choice((1.0, 5.0, 60.0)))
    if shape == "batch" and jitter.random() < 0.3:
        rates[f"GET {kind.lifecycle.poll}"] = Rate(jitter.choice((1, 5)), jitter.choice((1.0, 5.0)))
    return Script(
        seed=seed,
        shape=shape,
        kind=kind,
        job_replies=tuple(_job_replies(source, f"j{index}", jitter) for index in range(number)),
        happy=_happy(source),
        together=tuple(_together(kind, jitter, source) for _ in range(8)),
        calls=_calls(jitter, shape),
        timeouts=timeouts,
        starts=tuple(round(jitter.choice((0.0, 0.0, jitter.uniform(0, 20))), 2) for _ in range(3)),
        policy=_policy(jitter, kind.polling),
        patience=jitter.choice((30.0, 30.0, 5.0, 1.0)),
        max_retries=jitter.choice((3, 3, 0, 1)),
        keyed=jitter.random() < 0.5,
        rates=rates,
        max_rate=jitter.choice((None, None, None, 2.0, 20.0)) if shape == "batch" else None,
        jitter=jitter.choice((0.0, 0.5, 0.999999, jitter.random())),
        share=jitter.choice((1.0, 1.0, jitter.uniform(0.1, 1.0))) if shape == "alone" else 1.0,
        jumps=_jumps(jitter),
        cancel_on_timeout=kind.lifecycle.cancel is not None and jitter.random() < 0.5,
        is_one_handle=jitter.random() < 0.6,
        breaks=jitter.choice((None, None, None, "callback", "nap", "request", "close")),
        breaks_at=jitter.choice((1, 2, 3, 5, 9)),
        max_in_flight=jitter.choice((1, 3, 10, 100)),
        in_order=(in_order := jitter.random() < 0.3),
        # A batch with a ledger looks for jobs of others twice a second, so that a wait without an end takes too long.
        has_ledger=shape == "batch" and not in_order and (timeouts[0] or 1e9) < 3600 and jitter.random() < 0.5,
    )


def _kind(jitter: Random) -> JobKind[Any, Any]:
    kind = jitter.choice(KINDS)
    if kind.provider != "acme":
        return kind
    min_interval = jitter.choice((0.1, 0.5, 1.0, 4.0))
    shortest = min_interval * jitter.choice((1.0, 1.0, 2.0, 5.0))
    polling = Polling(
        interval=(shortest, shortest * jitter.choice((1.0, 2.5, 10.0))),
        min_interval=min_interval,
        typical=jitter.choice((None, None, (5.0, 20.0), (0.5, 300.0))),
        timeout=60.0,
        not_found_grace=jitter.choice((0.0, 0.0, 5.0, 30.0)),
    )
    return replace(kind, polling=polling)


def _timeout(jitter: Random, polling: Polling) -> float | None:
    return jitter.choice(
        (None, polling.timeout, 0.05, 0.5, round(jitter.uniform(1, 15), 3), round(jitter.uniform(1, 300), 3), 4000.0)
    )


def _policy(jitter: Random, polling: Polling) -> Policy | None:
    return jitter.choice(
        (
            None,
            None,
            None,
            Adaptive(polling),
            Fixed(jitter.choice((0.01, 1.0, 33.3))),
            Exponential(initial=0.2, multiplier=jitter.choice((1.0, 3.0)), max_delay=20.0),
            Steady(jitter.choice((0.0, 1.0, 20.0, 1e6))),
        )
    )


def _jumps(jitter: Random) -> Jumps:
    if jitter.random() < 0.7:
        return ()
    # Three jumps never lead to before 1970, where every date would be in the future.
    leaps = (-5e8, -3600.0, -5.0, 5.0, 3600.0, 1e6)
    return tuple((round(jitter.uniform(0, 60), 3), jitter.choice(leaps)) for _ in range(jitter.randint(1, 3)))


def _job_replies(source: ReplySource, job: str, jitter: Random) -> JobReplies:
    """Random replies that lead to a final state, because a wait without a deadline must end."""
    polls = [source.poll() for _ in range(jitter.choice((0, 1, 3, 8, 20)))]
    polls += [source.ending() if jitter.random() < 0.5 else source.going() for _ in range(2)]
    results = [source.result() for _ in range(jitter.choice((0, 1, 3)))] if _has_address(source.kind) else []
    submits = [source.submit(job) for _ in range(jitter.choice((0, 1, 3)))] + [_soon(source.made(job))]
    return JobReplies(
        tuple(submits), (*polls, _well(source)), (*results, *_happy(source).results), (source.cancel(), source.cancel())
    )


def _happy(source: ReplySource) -> JobReplies:
    """Replies without faults or delays."""
    results = (_soon(source.good()),) if _has_address(source.kind) else ()
    return JobReplies((_soon(source.made("j0")),), (_well(source),), results, (source.cancel(),))


def _well(source: ReplySource) -> ScriptedReply:
    """A job that succeeded, without a delay."""
    states = set(source.kind.lifecycle.states.values())
    scripted = source.ending(next(state for state in states if state.has_result and state.value == "succeeded"))
    return ScriptedReply(
        Reply(scripted.reply.body, 200),
        scripted.meaning,
        scripted.state,
        scripted.retry_after if source.kind.lifecycle.retry_after else 0.0,
        scripted.status,
    )


def _soon(scripted: ScriptedReply) -> ScriptedReply:
    """The same without a delay: it is repeated, and a wait without a deadline must end."""
    return dataclasses.replace(scripted, reply=dataclasses.replace(scripted.reply, takes=0.0))


def _has_address(kind: JobKind[Any, Any]) -> bool:
    return isinstance(kind.lifecycle.result, ResultAt)


def _together(kind: JobKind[Any, Any], jitter: Random, source: ReplySource) -> ScriptedReply:
    takes = round(jitter.choice((0.0, 0.1, jitter.uniform(0, 10))), 3)
    draw = jitter.random()
    if draw < 0.7:
        return ScriptedReply(Reply(takes=takes), Meaning.GOOD)
    if draw < 0.8:
        return ScriptedReply(Reply({}, jitter.choice((400, 404, 413, 414, 422)), takes=takes), Meaning.APART)
    if draw < 0.83:
        return ScriptedReply(Reply({"data": 7} if jitter.random() < 0.5 else {}, 200, takes=takes), Meaning.MISSHAPEN)
    if draw < 0.85:
        return ScriptedReply(Reply({}, 403, takes=takes), Meaning.REFUSED)
    status = jitter.choice(FAULTS)
    return ScriptedReply(Reply(b"<html>", status, takes=takes), Meaning.BUSY if status == 429 else Meaning.FAULT)


def _calls(jitter: Random, shape: str) -> tuple[str, ...]:
    if shape == "pair":
        return tuple(jitter.choice(("wait", "wait", "poll", "updates")) for _ in range(jitter.choice((2, 3))))
    if shape == "batch":
        return (jitter.choice(("run_many", "run_many", "wait_many")),)
    first = jitter.choice(("run", "run", "wait", "updates", "submit"))
    later = ("wait", "poll", "get", "result", "updates", "cancel")
    return (first, *(jitter.choice(later) for _ in range(jitter.randrange(3))))
