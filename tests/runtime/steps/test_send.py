"""A submit in two steps: prepare, which sends nothing, and send, which tells before a job may exist."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.errors import BadRequest
from bide_runtime.http.rate_limit import MaxRate
from bide_runtime.jobs.errors import SubmitUncertain

from tests.runtime.acme import APART, PART
from tests.runtime.fakes import cut_off, unreachable
from tests.runtime.world import TICKET, World, error, served

Make = Any


def sent_with_news(w: World, of: Any) -> tuple[Any, list[str]]:
    """Send one submission; what came of it, and the news with the requests between."""
    news: list[str] = []

    def told(word: str) -> None:
        news.append(f"{word} {len(w.sent)}")

    submission = w.jobs(of).prepare(url="u")
    try:
        job = w.do(
            w.jobs(of).send(submission, before_send=lambda: told("before"), nothing_made=lambda: told("nothing"))
        )
    except Exception as failed:
        return failed, news
    return job, news


def test_send_tells_before_the_request_leaves(world: Make) -> None:
    """At that moment nothing was sent."""
    job, news = sent_with_news(world(served(submit=[TICKET])), PART)

    assert ("j1", ["before 0"]) == (job.id, news)


def test_send_tells_that_nothing_was_made(world: Make) -> None:
    """After an attempt that certainly did not arrive, and before the next one."""
    job, news = sent_with_news(world(served(submit=[unreachable(), error(429), TICKET])), PART)

    assert "j1" == job.id
    assert ["before 0", "nothing 1", "before 1", "nothing 2", "before 2"] == news


def test_a_submit_with_an_old_key_has_made_nothing(world: Make) -> None:
    """It is sent again with a new one."""
    keys = iter(["sk-acme-old", "sk-acme-new"])
    w = world(served(submit=[error(401), TICKET]), api_key=lambda: next(keys))
    job, news = sent_with_news(w, PART)

    assert "j1" == job.id
    assert ["before 0", "nothing 1", "before 1"] == news


def test_an_old_key_says_nothing_of_an_attempt_before(world: Make) -> None:
    """The reply of the first was lost, so its job may exist."""
    keys = iter(["sk-acme-old", "sk-acme-new"])
    w = world(served(submit=[cut_off(), error(401), TICKET]), api_key=lambda: next(keys))
    job, news = sent_with_news(w, APART)

    assert "j1" == job.id
    assert ["before 0", "before 1", "before 2"] == news


def test_a_refused_submit_has_made_nothing(world: Make) -> None:
    """The news comes before the error."""
    failed, news = sent_with_news(world(served(submit=[error(400)])), PART)

    assert isinstance(failed, BadRequest)
    assert ["before 0", "nothing 1"] == news


def test_a_lost_reply_may_have_made_a_job(world: Make) -> None:
    """Then nobody says that nothing was made, also if a later attempt did not arrive."""
    alone, without_key = sent_with_news(world(served(submit=[cut_off()])), PART)
    keyed, with_key = sent_with_news(world(served(submit=[cut_off(), unreachable()])), APART)

    assert isinstance(alone, SubmitUncertain)
    assert isinstance(keyed, SubmitUncertain)
    assert ["before 0"] == without_key
    assert ["before 0", "before 1", "before 2", "before 3"] == with_key


def test_a_hook_that_raises_stops_the_submit(world: Make) -> None:
    """Nothing is sent if the intent cannot be stored."""
    w = world(served(submit=[TICKET]))

    def full() -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        w.do(w.jobs(PART).send(w.jobs(PART).prepare(url="u"), before_send=full))
    assert [] == w.sent


def test_send_tells_after_the_rate_limit(world: Make) -> None:
    """A submit that waits for its turn has not begun."""
    w = world(served(submit=[TICKET]), max_rate=MaxRate(0.1))
    at: list[float] = []
    for _ in range(3):
        w.do(w.jobs(PART).send(w.jobs(PART).prepare(url="u"), before_send=lambda: at.append(w.elapsed)))

    assert [0.0, 10.0, 20.0] == pytest.approx(at, rel=0.05)


def test_a_key_is_chosen_before_anything_is_sent(world: Make) -> None:
    """Sent twice, also by another process, it has the same key: the provider makes one job."""
    w = world(served(submit=[TICKET]))
    submission = w.jobs(APART).prepare(url="u")
    assert [] == w.sent

    text = w.jobs(APART).submission_to_json(submission)
    for each in (submission, w.jobs(APART).submission_from_json(text)):
        w.do(w.jobs(APART).send(each))
    keys = [sent.request.headers["idempotency-key"] for sent in w.sent]
    assert [submission.idempotency_key] * 2 == keys
    assert w.sent[0].request == w.sent[1].request


@pytest.mark.parametrize("body", [None, b"", b'{"url":"\xc3\xa9"}', b"\xff\x00"])
def test_a_stored_submission_is_the_same(world: Make, body: bytes | None) -> None:
    """To the last byte of its body."""
    from msgspec.structs import replace

    jobs = world(served()).jobs(APART)
    submission = jobs.prepare(url="u")
    submission = replace(submission, call=replace(submission.call, body=body), tag="t", values={"name": "x"})

    found = jobs.submission_from_json(jobs.submission_to_json(submission))
    assert submission == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "@evil.example/x"}, "address"),
        ({"method": "GET /x HTTP"}, "address"),
        ({"body": 7}, "Expected `str"),
        ({"base64": "?"}, "base64"),
        ({"tag": "a\nb"}, "tag"),
    ],
)
def test_a_damaged_submission_is_refused(world: Make, change: dict[str, Any], said: str) -> None:
    """It is checked as untrusted input, in one sentence."""
    jobs = world(served()).jobs(PART)
    stored = json.loads(jobs.submission_to_json(jobs.prepare(url="u")))
    stored["submission"] |= change

    with pytest.raises(InvalidArgument, match=said):
        jobs.submission_from_json(json.dumps(stored))


@pytest.mark.parametrize("given", [None, "x", APART])
def test_send_takes_submissions_alone(world: Make, given: Any) -> None:
    """Those of its kind of job."""
    w = world(served())
    other = w.jobs(APART).prepare(url="u") if given is APART else given
    with pytest.raises(InvalidArgument, match="no submission of part jobs"):
        w.do(w.jobs(PART).send(other))


def test_an_unreachable_provider_leaves_the_submission_as_it_was(world: Make) -> None:
    """It can be sent again later."""
    failed, news = sent_with_news(world(served(submit=[unreachable()]), max_retries=0), PART)

    assert isinstance(failed, ConnectionFailed)
    assert ["before 0", "nothing 1"] == news


def test_an_attempt_that_was_not_sent_says_nothing_of_those_before(world: Make) -> None:
    """The reply of the first was lost; the second is held back by a 429 of another call."""
    w = world(served(submit=[cut_off(), TICKET]))
    news: list[str] = []

    def before() -> None:
        news.append("before")
        if len(news) == 2:
            w.client._session.limiter.close("POST /jobs", w.elapsed + 5.0)

    submission = w.jobs(APART).prepare(url="u")
    w.do(w.jobs(APART).send(submission, before_send=before, nothing_made=lambda: news.append("nothing")))

    assert ["before", "before", "before"] == news
    assert 2 == len(w.sent)
