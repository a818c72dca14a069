"""Check the waiting contract in the recording of a script. Each broken promise is a line."""

from __future__ import annotations

from asyncio import CancelledError
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from bide_runtime.errors.client import ClientClosed, ClientError
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import TransportError
from bide_runtime.http.errors import ApiError
from bide_runtime.jobs.errors import (
    JobCancelled,
    JobError,
    JobExpired,
    JobFailed,
    JobNotDone,
    JobTimeout,
    SubmitUncertain,
)
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.jobs.state import State
from bide_runtime.waiting.policies.policy import Adaptive
from tests.runtime.acme import KEY

from evidence.soak.journal import Event
from evidence.soak.recording import Call, CallbackFailed, Recording, Stopped
from evidence.soak.replies import TRANSIENT, Meaning, ScriptedReply
from evidence.soak.script import Script

EPS = 1e-5
CANCEL_WITHIN = 5.0
WAITS = ("run", "wait", "updates", "batch")

CONTINUES = TRANSIENT | {Meaning.GOING, Meaning.UNKNOWN}
"""Replies after which a wait continues. The retry_after of other replies is not kept."""

Broken = Iterator[str]

ENDINGS: dict[State, type[JobError]] = {
    State.FAILED: JobFailed,
    State.CANCELLED: JobCancelled,
    State.EXPIRED: JobExpired,
}


def broken(recording: Recording) -> Broken:
    """Every broken promise of a recording."""
    yield from _min_interval(recording)
    yield from _logged_once(recording)
    yield from _paid_once(recording)
    yield from _cancelled_on_request(recording)
    for call in recording.calls:
        yield from _within(recording, call)
        yield from _says_which_job(call)
        yield from _submitted(recording.script, call)
    if recording.script.shape == "pair":
        yield from _shared(recording)
        return
    for calls in _by_record(recording.calls):
        yield from _calls_match_replies(recording, calls)
    if recording.script.shape == "batch":
        yield from _no_job_lost(recording)
        yield from _rate_limits_kept(recording)


def _by_record(calls: list[Call]) -> list[list[Call]]:
    found: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        found[call.record].append(call)
    return list(found.values())


def _min_interval(recording: Recording) -> Broken:
    min_interval = recording.script.kind.polling.min_interval
    for job in {event.job for event in recording.journal.events}:
        for before, after in pairwise(recording.journal.of(job, "poll")):
            if after.at - before.at < min_interval - EPS:
                yield f"W3: {job} is polled {after.at - before.at:.6f} s after the last time, at {after.at:.3f}"
        delayed = [
            event
            for event in recording.journal.of(job, "poll")
            if event.scripted.retry_after and event.scripted.meaning in CONTINUES
        ]
        for asked in delayed:
            for later in recording.journal.of(job, "poll"):
                is_early = asked.ended + EPS < later.at < asked.ended + asked.scripted.retry_after - 1e-3
                if is_early and _is_received(recording, asked, later):
                    wanted = asked.scripted.retry_after
                    yield f"W4: {job} asked at {asked.ended:.3f} for {wanted:g} s, polled at {later.at:.3f}"


def _is_received(recording: Recording, asked: Event, later: Event) -> bool:
    """Whether the handle of the later poll had received the retry_after: another handle has not."""
    owners = [
        {call.record for call in recording.calls if any(event is one for event in call.events)}
        for one in (asked, later)
    ]
    waits = all(
        call.name in WAITS for call in recording.calls if any(event is asked or event is later for event in call.events)
    )
    return waits and owners[0] == owners[1] != set() and len(owners[0]) == 1


def _logged_once(recording: Recording) -> Broken:
    handles = len({call.record for call in recording.calls if call.name != "batch"}) or 1
    for job, status in set(recording.warnings):
        times = recording.warnings.count((job, status))
        if times > handles:
            yield f"W9: the unknown status {status!r} of {job} is logged {times} times"


def _paid_once(recording: Recording) -> Broken:
    for job, made in recording.journal.made.items():
        if len(made) > 1:
            yield f"W11: {job} is paid for {len(made)} times"
        for event, after in pairwise(recording.journal.of(job, "submit")):
            if event.key is None and event.scripted.meaning not in (Meaning.BUSY, Meaning.UNREACHABLE):
                yield f"W11: {job} is submitted again at {after.at:.3f} after {event.scripted.meaning.name}"
            if event.key != after.key:
                yield f"W11: {job} is submitted with two keys"


def _cancelled_on_request(recording: Recording) -> Broken:
    cancels = [event for event in recording.journal.events if event.about == "cancel"]
    if not cancels or recording.script.cancel_on_timeout:
        return
    if not any(call.name == "cancel" for call in recording.calls):
        yield f"W12: {cancels[0].job} is cancelled, although the user did not ask for that"


def _within(recording: Recording, call: Call) -> Broken:
    script = recording.script
    most = call.deadline
    is_stopped = script.cancel_on_timeout and isinstance(
        call.outcome, Stopped
    )  # perhaps during the cancel, before its event
    if is_stopped or any(event.about == "cancel" for event in call.events):
        most += CANCEL_WITHIN
    is_held_back = call.name == "batch" and script.in_order
    if call.name in WAITS and call.ended > most + EPS and not is_held_back:
        yield f"W1: {call.name} of {call.job} ends {call.ended - call.deadline:.3f} s after its deadline"
    for event in call.events:
        # A poll of several jobs may take as long as the latest deadline of these jobs.
        has_end = event.about != "cancel" and call.name in WAITS and not event.is_shared
        left = call.deadline - event.at if has_end else float("inf")
        patience = script.patience
        if event.timeout > min(patience, left) + EPS or event.timeout <= 0:
            yield f"W1: a request at {event.at:.3f} may take {event.timeout:.3f} s"
    min_interval = script.kind.polling.min_interval
    polls = sum(event.about == "poll" for event in call.events)
    if call.timeout is not None and call.name in WAITS and polls > call.timeout / min_interval + 2:
        yield f"W10: {polls} polls in {call.timeout:g} s"


def _says_which_job(call: Call) -> Broken:
    error = call.outcome
    if not isinstance(error, BaseException):
        return
    if KEY in f"{error} {error!r} {getattr(error, 'token', '')} {getattr(error, '__notes__', '')}":
        yield "the key is in an exception"
    is_made = call.name not in ("run", "submit", "batch") or any(
        event.about == "submit" and event.scripted.meaning is Meaning.MADE for event in call.events
    )
    if isinstance(error, ClientError):
        if is_made and (error.job_id != call.job or not error.token):
            yield f"{type(error).__name__} of {call.name} does not have {call.job}"
    elif is_made and call.name == "run" and not any(call.job in note for note in getattr(error, "__notes__", ())):
        yield f"W12: {type(error).__name__} of run has no note with {call.job}"


def _submitted(script: Script, call: Call) -> Broken:
    """W11: the error of a submit without a usable reply."""
    submits = [event for event in call.events if event.about == "submit"]
    if not submits or any(event.scripted.meaning is Meaning.MADE for event in submits):
        return
    error = call.outcome
    is_uncertain = any(event.scripted.meaning in (Meaning.LOST, Meaning.GARBLED) for event in submits)
    if isinstance(error, CallbackFailed | Stopped):
        return
    if not isinstance(error, ClientError):
        yield f"W11: a submit got no usable reply, and {call.name} returns {error!r}"
    elif is_uncertain != isinstance(error, SubmitUncertain):
        yield f"W11: {type(error).__name__} after a submit that was {'uncertain' if is_uncertain else 'refused'}"
    last = submits[-1]
    if last.scripted.meaning is Meaning.REFUSED and not is_uncertain and not isinstance(error, ApiError | ClientClosed):
        yield f"W7: {type(error).__name__} after a submit that was refused"
    if len(submits) > script.max_retries + 1:
        yield f"W11: {len(submits)} submits with {script.max_retries} retries"


def _shared(recording: Recording) -> Broken:
    """W2, W14: waits on the same handle share its state and its result."""
    events = recording.journal.events
    if recording.script.is_one_handle:
        # Replies to requests in flight when a wait was cancelled may not have been read.
        given_up = [call.ended for call in recording.calls if isinstance(call.outcome, CancelledError)]
        read = [event for event in events if not any(event.at <= at <= event.ended for at in given_up)]
        done_at = min((event.ended for event in read if event.scripted.meaning is Meaning.FINAL), default=float("inf"))
        had_at = min((event.ended for event in read if event.scripted.meaning is Meaning.GOOD), default=float("inf"))
        for event in events:
            if event.about == "poll" and event.at > done_at + EPS:
                yield f"W2: {event.job} is polled at {event.at:.3f}, and was final at {done_at:.3f}"
            if event.about == "result" and event.at > had_at + EPS:
                yield f"W14: the result is requested at {event.at:.3f}, although it was received at {had_at:.3f}"
    finals = [event for event in events if event.scripted.meaning is Meaning.FINAL]
    for call in recording.calls:
        seen = [event for event in finals if event.ended <= call.ended + EPS]
        if isinstance(call.outcome, JobFailed | JobCancelled) and not seen:
            yield f"W13: {call} ended before the job"
        if isinstance(call.outcome, TransportError) and call.name != "poll":
            yield f"W6: {call} ends with a transient error"


def _no_job_lost(recording: Recording) -> Broken:
    """No job is lost, and none has two outcomes."""
    jobs = [call.job for call in recording.calls]
    for job in sorted({job for job in jobs if jobs.count(job) > 1}):
        yield f"{job} has two outcomes"
    script = recording.script
    if script.in_order and jobs != sorted(jobs, key=lambda job: int(job[1:])):
        yield f"the order of outcomes is {jobs}"
    known = {
        event.job
        for event in recording.journal.events
        if event.about == "submit" and event.scripted.meaning is Meaning.MADE
    }
    if lost := known - set(jobs) - set(recording.running):
        yield f"W12: {sorted(lost)} exist, and neither an outcome nor `running` has them"
    if both := set(jobs) & set(recording.running):
        yield f"{sorted(both)} ended, and `running` has them too"
    if script.breaks in (None, "callback") and len(jobs) != len(script.job_replies):
        yield f"{len(script.job_replies)} inputs have {len(jobs)} outcomes"


def _rate_limits_kept(recording: Recording) -> Broken:
    """No endpoint receives more requests than its rate limit allows, or any while it is closed."""
    script, requests = recording.script, recording.journal.requests
    for bucket, rate in script.rates.items():
        method, _, template = bucket.partition(" ")
        start = f"{method} /v2{template.partition('{')[0]}"
        if script.kind.lifecycle.poll == template:
            found = [event.at for event in recording.journal.events if event.about == "poll" and not event.is_shared]
        else:
            found = [at for at, line, _ in requests if line == start]
        for first, last in zip(found, found[rate.count :], strict=False):
            if last - first < rate.seconds - EPS:
                yield f"{bucket} is asked {rate.count + 1} times from {first:.3f} to {last:.3f} at {rate}"
    if script.max_rate is not None:
        for (before, *_), (after, *_) in pairwise(requests):
            if after - before < 1 / script.max_rate - EPS:
                yield f"two requests are {after - before:.4f} s apart, at most {script.max_rate:g} a second are allowed"
    for about in ("submit", "poll"):
        events = [event for event in recording.journal.events if event.about == about and not event.is_shared]
        for busy in (event for event in events if event.scripted.meaning is Meaning.BUSY):
            until = busy.ended + min(busy.scripted.retry_after or 0.25, 300.0)
            for event in events:
                if busy.ended + EPS < event.at < until - 1e-3 and event.job != busy.job:
                    yield f"{about} of {event.job} at {event.at:.3f}, closed from {busy.ended:.3f} to {until:.3f}"


def _calls_match_replies(recording: Recording, calls: list[Call]) -> Broken:
    """W2, W5 to W9, W13, W14: each call on one handle ends as the replies require."""
    final: ScriptedReply | None = None
    has_result = False
    free_at = float("-inf")
    for call in calls:
        tracker = _CallChecker(recording.script, call, final, has_result, free_at)
        tracker.busy = [event for event in recording.journal.events if event.scripted.meaning is Meaning.BUSY]
        yield from tracker.check()
        final, has_result, free_at = tracker.final, tracker.has_result, tracker.free_at


class _CallChecker:
    """Follows the events of one call, and checks how it ended."""

    def __init__(
        self, script: Script, call: Call, final: ScriptedReply | None, has_result: bool, free_at: float
    ) -> None:
        self.script = script
        self.call = call
        self.final = final
        self.has_result = has_result
        self.free_at = free_at
        """The time until which retry_after forbids requests."""
        self.wanted: type[BaseException] | str | None = None
        """The required outcome of the call; `None` if the replies do not decide it."""
        self.status = 0
        self.polls: list[Event] = []
        self.busy: list[Event] = []
        """The requests that got a 429, which closes an address for all calls of the client."""

    def check(self) -> Broken:
        call = self.call
        if call.name in ("cancel", "submit"):
            self._take_submits()
            return
        self._take_submits()
        for event in call.events:
            if event.about in ("poll", "result") and self.wanted is not None and call.name in WAITS:
                yield f"W7: {call.name} continues at {event.at:.3f} after {self.wanted}"
                return
            if event.about == "poll":
                yield from self._take_poll(event)
            elif event.about == "result":
                yield from self._take_result(event)
        if self.wanted is None and self.final is not None:
            self._conclude()
        yield from self._ends_so()
        yield from self._shown()

    def _take_submits(self) -> None:
        for event in self.call.events:
            if event.about == "submit" and event.scripted.meaning is Meaning.MADE:
                self.free_at = max(self.free_at, event.ended + event.scripted.retry_after)
                if event.scripted.state is not None:
                    self.final = event.scripted

    def _take_poll(self, event: Event) -> Broken:
        if self.final is not None:
            yield f"W2: {event.job} is polled at {event.at:.3f} although it was final"
            return
        meaning = event.scripted.meaning
        if meaning is Meaning.APART:
            return
        self.polls.append(event)
        self.free_at = max(self.free_at, event.ended + event.scripted.retry_after)
        if meaning is Meaning.MISSING:
            meaning = self._missing(event)
        if meaning is Meaning.FINAL:
            self.final = event.scripted
        elif meaning is Meaning.REFUSED:
            self.wanted, self.status = ApiError, event.scripted.reply.status
        elif meaning is Meaning.MISSHAPEN:
            self.wanted = DecodeError
        elif meaning is Meaning.GOING or meaning is Meaning.UNKNOWN:
            if self.call.name in ("poll", "get"):
                self.wanted = "snapshot"
            elif self.call.name == "result":
                self.wanted = JobNotDone

    def _missing(self, event: Event) -> Meaning:
        age = self.call.age(event)
        grace = self.script.kind.polling.not_found_grace
        if age is None or not grace:
            return Meaning.REFUSED
        if abs(age - grace) < EPS:
            # The time of day is a float of about 1.8e9 seconds, too coarse to decide whether this is before or after.
            is_last = event is self.call.events[-1]
            return Meaning.REFUSED if is_last and isinstance(self.call.outcome, ApiError) else Meaning.FAULT
        return Meaning.FAULT if age <= grace else Meaning.REFUSED

    def _take_result(self, event: Event) -> Broken:
        if self.final is None or self.final.state is None or not self.final.state.has_result:
            yield f"W14: the result is requested at {event.at:.3f}, before there is one"
        if self.has_result:
            yield f"W14: the result is requested again at {event.at:.3f}"
        self.polls = []
        match event.scripted.meaning:
            case Meaning.GOOD:
                self.has_result = True
            case Meaning.GONE:
                self.wanted = JobExpired
            case Meaning.REFUSED:
                self.wanted, self.status = ApiError, event.scripted.reply.status
            case Meaning.MISSHAPEN:
                self.wanted = DecodeError
            case Meaning.NOT_READY:
                self.free_at = event.ended + event.scripted.retry_after
            case _:
                self.free_at = event.ended + event.scripted.retry_after

    def _conclude(self) -> None:
        assert self.final is not None
        state = self.final.state
        assert state is not None
        if self.call.name in ("poll", "get"):
            self.wanted = "snapshot"
        elif self.call.name == "updates":
            self.wanted = "end"
        elif not state.has_result:
            self.wanted = ENDINGS[state]
        elif not isinstance(self.script.kind.lifecycle.result, ResultAt) or self.has_result:
            self.wanted = "result"

    def _ends_so(self) -> Broken:
        call, outcome = self.call, self.call.outcome
        if isinstance(outcome, CallbackFailed | Stopped | ClientClosed):
            return
        wanted = self.wanted
        if wanted is None:
            submits = [event for event in call.events if event.about == "submit"]
            if submits and not any(event.scripted.meaning is Meaning.MADE for event in submits):
                return
            if call.name in ("poll", "get", "result"):
                if not isinstance(outcome, ApiError | TransportError | DecodeError | JobTimeout):
                    yield f"W6: {call.name} ends with {outcome!r} after a transient error"
            elif not isinstance(outcome, JobTimeout):
                yield f"W6: {call.name} of {call.job} ends with {outcome!r}, not with JobTimeout"
            else:
                yield from self._in_time(outcome)
        elif isinstance(wanted, str):
            if isinstance(outcome, BaseException):
                yield f"{call.name} of {call.job} raises {outcome!r} where there is a {wanted}"
        elif not isinstance(outcome, wanted):
            yield f"W7: {call.name} of {call.job} ends with {outcome!r}, not with {wanted.__name__}"
        elif isinstance(outcome, ApiError) and outcome.status != self.status:
            yield f"W7: {call.name} of {call.job} ends with {outcome.status}, not with {self.status}"
        if isinstance(outcome, JobFailed):
            lifecycle = self.script.kind.lifecycle
            said = ("E7" if lifecycle.error_code else None, "the disk is full" if lifecycle.error_message else None)
            if (outcome.code, outcome.reason) != said:
                yield f"W13: the failure says {outcome.code!r}, {outcome.reason!r}, the provider {said!r}"

    def _in_time(self, error: JobTimeout) -> Broken:
        """W4, W5: a wait that timed out polled at the end, unless it was not allowed to."""
        call, script = self.call, self.script
        events = [event for event in call.events if event.about in ("poll", "result")]
        # After the last poll of a final job, only the request for the result can have failed.
        if (
            self.final is None
            and self.polls
            and (error.transient_error is not None)
            != (self.polls[-1].scripted.meaning in TRANSIENT | {Meaning.MISSING})
        ):
            yield f"W6: JobTimeout shows {error.transient_error!r} after {self.polls[-1].scripted.meaning.name}"
        if not events or script.rates or script.max_rate or (script.shape == "batch" and self.busy):
            return
        last = events[-1]
        min_interval = script.kind.polling.min_interval
        requests = 2 if isinstance(script.kind.lifecycle.result, ResultAt) and last.about == "poll" else 1
        allowance = 2 * requests * max(last.ended - last.at, 0.125)
        closed = last.ended + 0.5 if last.scripted.meaning is Meaning.BUSY else last.ended
        # A 429 of an earlier call may still close the address of the result.
        before = [one for one in self.busy if one.about == "result" and one.ended <= last.ended]
        closed = max([closed, *(one.ended + min(one.scripted.retry_after, 300.0) for one in before)])
        not_before = max(self.free_at, last.ended + min_interval, closed)
        if not_before < call.deadline - EPS and last.ended < call.deadline - allowance - EPS:
            yield (
                f"W5: {call.name} of {call.job} times out at {call.ended:.3f}; "
                f"the last poll was at {last.at:.3f}, the deadline is {call.deadline:.3f}"
            )
        cancels = [event for event in call.events if event.about == "cancel"]
        is_held_back = call.name == "batch" and script.in_order
        if not_before >= call.deadline + EPS and call.ended > last.ended + EPS and not cancels and not is_held_back:
            yield f"W4: {call.name} of {call.job} sleeps in vain, from {last.ended:.3f} to {call.ended:.3f}"

    def _shown(self) -> Broken:
        call = self.call
        if call.name not in ("run", "wait", "updates"):
            return
        polls = [event for event in call.events if event.about == "poll"]
        shown = [
            event
            for event in polls
            if event.scripted.meaning not in (Meaning.REFUSED, Meaning.MISSHAPEN)
            and not (event.scripted.meaning is Meaning.MISSING and self._missing(event) is Meaning.REFUSED)
        ]
        if isinstance(call.outcome, Stopped | ClientClosed):
            shown = shown[: len(call.updates)]
        if len(shown) != len(call.updates):
            yield f"W9: {len(shown)} polls, and {len(call.updates)} updates"
            return
        for number, (event, update) in enumerate(zip(shown, call.updates, strict=True), start=1):
            is_fault = event.scripted.meaning in TRANSIENT | {Meaning.MISSING}
            if (update.transient_error is not None) != is_fault:
                yield f"W6: the update of {event.at:.3f} shows {update.transient_error!r}"
            if not is_fault and not self._is_status(update.status, event.scripted.status):
                yield f"W9: the update of {event.at:.3f} shows {update.status!r}"
            if update.polls != number:
                yield f"W9: update {number} counts {update.polls} polls"
            if update.state.is_final != (event.scripted.meaning is Meaning.FINAL):
                yield f"W9: the update of {event.at:.3f} is {update.state}"
        yield from self._paced(shown)

    def _is_status(self, shown: str | None, given: str | None) -> bool:
        if shown is None or given is None or not self.script.kind.lifecycle.ignore_case:
            return shown == given
        return shown.casefold() == given.casefold()

    def _paced(self, polls: list[Event]) -> Broken:
        """W4: no delay is shorter than the policy's, except the last one before the deadline."""
        call, script = self.call, self.script
        policy = script.policy or Adaptive(script.kind.polling)
        for number, (before, after) in enumerate(pairwise(polls), start=1):
            if before.scripted.meaning not in (Meaning.GOING, Meaning.UNKNOWN):
                continue
            known_age = call.age(before)
            age = before.ended - call.began if known_age is None else known_age
            due = before.ended + policy.delay(polls=number, age=age, jitter=script.jitter)
            requests = 2 if isinstance(script.kind.lifecycle.result, ResultAt) else 1
            last = call.deadline - 2 * requests * max(before.ended - before.at, 0.125)
            if after.at < min(due, last) - EPS:
                yield f"W4: the poll at {after.at:.3f} is early; it was due at {due:.3f}"
            not_before = max(self.free_at, before.ended + script.kind.polling.min_interval)
            if after.at > max(due, not_before) + EPS:
                yield f"W4: the poll at {after.at:.3f} is late; it was due at {due:.3f}"
