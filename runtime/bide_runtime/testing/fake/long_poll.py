"""Long polling at a fake provider: how long a poll is held."""

from __future__ import annotations

from ...http.long_poll import LongPoll
from ...waiting.deadline import SAME_TIME
from .plans import FakeJob
from .transport import Sent


def asked_for(long_poll: LongPoll | None, sent: Sent) -> float:
    """The seconds for which a poll asks to be held."""
    if long_poll is None:
        return 0.0
    texts = [text for name, text in sent.query if name == long_poll.query] if long_poll.query else []
    text = texts[0] if texts else sent.request.headers.get(long_poll.header.lower(), "0")
    return float(text.rpartition("=")[2])


def answered_at(job: FakeJob, now: float, seconds: float) -> float:
    """When a poll that arrived *now* is answered: when the job changes, or after this many seconds."""
    first = _poll_once(job, now)
    state = job.state(now)
    is_over = state.is_final and (not state.has_result or job.is_ready(now))
    if not seconds or is_over or now - job.began < job.plan.visible_after:
        return now
    changes = [*(age for age, _ in job.timeline.steps), job.timeline.duration + job.plan.late]
    news = (at for at in sorted(job.began + change + SAME_TIME for change in changes) if at > now)
    return next((at for at in news if at < now + seconds and _poll_once(job, at) != first), now + seconds)


def _poll_once(job: FakeJob, now: float) -> object:
    return job.status(now), job.state(now), job.is_ready(now)
