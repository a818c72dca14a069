"""Faults on the wire during a wait, and the promises of the waiting contract."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import ModuleType
from typing import Any

import pytest

from tests.live.brook_server import (
    CUT,
    CUT_GZIP,
    DROP,
    HANG,
    HTML,
    RESET,
    BrookServer,
    also,
    gzipped,
    refuses,
    says,
    works,
)
from tests.live.driver import SLACK, Driver, ending
from tests.runtime.engines.server import Answer, Peer, Received, drip, head, play

SPEED = 5.0
"""The speed of the client's clock in tests of the order of requests and of minimum delays."""

DRIPPING = play(head(content_length="200"), drip([b" "] * 100, pause=0.05))
TEN_YEARS = "315360000"
BOMB = gzip.compress(bytes(70 * 2**20), compresslevel=1)

TRANSIENT: dict[str, tuple[Answer, str]] = {
    "reset in the body": (RESET, "ConnectionFailed"),
    "body cut short": (CUT, "ConnectionFailed"),
    "no reply": (DROP, "ConnectionFailed"),
    "silence": (HANG, "RequestTimeout"),
    "a body that drips": (DRIPPING, "RequestTimeout"),
    "HTML": (HTML, "DecodeError"),
    "gzip cut short": (CUT_GZIP, "ConnectionFailed"),
    "gzip that is none": (
        play(head(content_encoding="gzip", content_length="9") + b"\x1f\x8bno gzip"),
        "ConnectionFailed",
    ),
    "an empty body": (play(head(content_length="0")), "DecodeError"),
    "half of UTF-8": (play(head(content_length="13") + b'{"status": "\xff'), "DecodeError"),
    "no HTTP": (play(b"SSH-2.0-OpenSSH_9.9\r\n", Peer.close), "ConnectionFailed"),
    **{str(status): (refuses(status), "") for status in (408, 429, 503)},
}


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_transient_error_does_not_end_the_wait(fault: str, driver: Driver, package: ModuleType) -> None:
    """W6: it is retried; the wait returns the result, and `on_update` got the error."""
    answer, name = TRANSIENT[fault]
    faults: list[str] = []
    with BrookServer(polls=[None, answer], lasts=0.2) as server:
        client = driver.client(package, server.url, timeout=0.6, speed=SPEED)
        job = driver.call(client.task.submit, name="x")
        ended = ending(driver, job.wait, timeout=10, on_update=lambda update: faults.append(_fault(update)))
        assert ended.error is None, ended
        assert ended.result.text == "x"
        assert [name or _class_of(package, fault)] == list(filter(None, faults))
        assert 0.1 < ended.seconds < 1.5 + SLACK
        assert server.job.closest > 0.038 / SPEED


@pytest.mark.parametrize("fault", ["silence", "a body that drips"])
def test_no_request_outlasts_the_deadline(fault: str, driver: Driver, package: ModuleType) -> None:
    """W1: the HTTP timeout of a poll is at most the time left."""
    with BrookServer(polls=[TRANSIENT[fault][0]] * 9) as server:
        client = driver.client(package, server.url, timeout=30)
        job = driver.call(client.task.submit, name="x")
        ended = ending(driver, job.wait, timeout=0.6)
        assert isinstance(ended.error, package.JobTimeout)
        assert isinstance(ended.error.transient_error, package.RequestTimeout)
        assert 0.55 < ended.seconds < 0.6 + SLACK
        _is_about(ended.error, job)


def test_a_provider_that_is_down_for_a_while_does_not_end_the_wait(driver: Driver, package: ModuleType) -> None:
    """W6: refused connections during a wait are transient errors."""
    faults: list[Any] = []
    with BrookServer(lasts=0.1) as server:
        client = driver.client(package, server.url)
        job = driver.call(client.task.submit, name="x")
        server.refuse_for(0.6)
        ended = ending(driver, job.wait, timeout=10, on_update=lambda update: faults.append(update.transient_error))
    assert ended.result.text == "x"
    assert any(isinstance(fault, package.ConnectionFailed) and "refused" in str(fault) for fault in faults)
    assert 0.5 < ended.seconds < 3 + SLACK


def test_a_timeout_has_the_last_transient_error(driver: Driver, package: ModuleType) -> None:
    """W6: `JobTimeout` has the error of a provider that stays down; the handle stays usable."""
    with BrookServer() as server:
        client = driver.client(package, server.url)
        job = driver.call(client.task.submit, name="x")
        server.refuse_for(1.0)
        ended = ending(driver, job.wait, timeout=0.7)
        assert isinstance(ended.error, package.JobTimeout)
        assert isinstance(ended.error.transient_error, package.ConnectionFailed)
        assert ended.error.__cause__ is ended.error.transient_error
        assert "refused" in str(ended.error)
        assert 0.3 < ended.seconds < 0.7 + SLACK
        _is_about(ended.error, job)
        time.sleep(0.5)
        assert driver.call(job.wait, timeout=5).text == "x"


LASTING: dict[str, tuple[Answer, Callable[[ModuleType], type]]] = {
    "too large": (play(head(content_encoding="gzip", content_length=str(len(BOMB))) + BOMB), lambda p: p.ReplyTooLarge),
    "another shape": (says(status=7), lambda p: p.DecodeError),
    "a list": (play(head(content_length="2") + b"[]"), lambda p: p.DecodeError),
    "400": (refuses(400), lambda p: p.BadRequest),
    "401": (refuses(401), lambda p: p.AuthenticationError),
    "402": (refuses(402), lambda p: p.PaymentRequired),
    "403": (refuses(403), lambda p: p.PermissionDenied),
    "404": (refuses(404), lambda p: p.NotFound),
    "410": (refuses(410), lambda p: p.Gone),
    "302": (play(head(status="302 Found", location="/elsewhere", content_length="0")), lambda p: p.ApiError),
    "418": (refuses(418), lambda p: p.ApiError),
    "501": (refuses(501), lambda p: p.ServerError),
}


@pytest.mark.parametrize("fault", LASTING)
def test_a_permanent_error_ends_the_wait_at_once(fault: str, driver: Driver, package: ModuleType) -> None:
    """W7: it is raised with the job's token, and no further poll is sent."""
    answer, error_class = LASTING[fault]
    with BrookServer(polls=[None, answer], lasts=9) as server:
        client = driver.client(package, server.url, speed=SPEED)
        job = driver.call(client.task.submit, name="x")
        ended = ending(driver, job.wait, timeout=30)
        assert isinstance(ended.error, error_class(package)), ended
        assert ended.seconds < 1 + SLACK
        assert len(server.job.polls) == 2
        _is_about(ended.error, job)
        assert "key" not in str(ended.error).split()
        server.lasts = 0
        assert driver.call(job.wait, timeout=5).text == "x"


def test_a_compressed_reply_is_decompressed(driver: Driver, package: ModuleType) -> None:
    """A gzip body is decoded."""
    with BrookServer(polls=[gzipped(b'{"status": "done", "text": "packed"}')]) as server:
        client = driver.client(package, server.url)
        assert driver.call(client.task.run, name="x", timeout=5).text == "packed"


def _in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("answer", ["200", "503"])
@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("1", 0.99, 1.0),
        ("0.7", 0.69, 0.7),
        ("date", 0.9, 2.0),
        ("0", 0.04, 0.5),
        ("-5", 0.04, 0.5),
        ("nan", 0.04, 0.5),
        ("inf", 0.04, 0.5),
        ("soon", 0.04, 0.5),
        ("date in the past", 0.04, 0.5),
    ],
)
def test_retry_after_lengthens_the_delay(
    answer: str, retry_after: str, least: float, most: float, driver: Driver, package: ModuleType
) -> None:
    """W4: the next poll is sent after retry_after; an invalid value is ignored."""
    speed = 1.0 if retry_after == "date" else SPEED  # dates are of the wall's time

    def asked(peer: Peer, request: Received) -> None:
        text = {"date": _in_seconds(2), "date in the past": _in_seconds(-99)}.get(retry_after, retry_after)
        (works(retry_after=text) if answer == "200" else refuses(int(answer), retry_after=text))(peer, request)

    with BrookServer(polls=[asked]) as server:
        client = driver.client(package, server.url, speed=speed)
        assert driver.call(client.task.run, name="x", timeout=8).text == "x"
        assert least / speed <= server.job.closest < most / speed + SLACK


@pytest.mark.parametrize("answer", ["200", "429"])
@pytest.mark.parametrize("retry_after", [TEN_YEARS, "date in ten years", "6"])
def test_a_retry_after_past_the_deadline_ends_the_wait_at_once(
    answer: str, retry_after: str, driver: Driver, package: ModuleType
) -> None:
    """W4: `JobTimeout` is raised without sleeping."""
    text = _in_seconds(float(TEN_YEARS)) if "date" in retry_after else retry_after
    asked = works(retry_after=text) if answer == "200" else refuses(int(answer), retry_after=text)
    with BrookServer(polls=[asked]) as server:
        client = driver.client(package, server.url)
        job = driver.call(client.task.submit, name="x")
        ended = ending(driver, job.wait, timeout=5)
        assert isinstance(ended.error, package.JobTimeout)
        assert ended.seconds < 1 + SLACK
        assert len(server.job.polls) == 1
        _is_about(ended.error, job)


def test_min_interval_holds_without_any_delay(driver: Driver, package: ModuleType) -> None:
    """W3, W10: with a policy without delays and a server that answers at once."""
    with BrookServer(lasts=0.5) as server:
        client = driver.client(package, server.url)
        ended = ending(driver, client.task.run, name="x", policy=package.Fixed(1e-6), timeout=5)
        assert ended.result.text == "x"
        assert 0.038 < server.job.closest
        assert len(server.job.polls) <= 14


@pytest.mark.parametrize("storm", [refuses(503, retry_after="0"), HTML, DROP, works(retry_after="0")])
def test_no_replies_make_the_loop_spin_or_outlast_the_deadline(
    storm: Answer, driver: Driver, package: ModuleType
) -> None:
    """W10: every sequence of replies takes time, and ends by the deadline."""
    with BrookServer(polls=[storm] * 1000) as server:
        client = driver.client(package, server.url)
        job = driver.call(client.task.submit, name="x")
        ended = ending(driver, job.wait, timeout=0.6)
        assert isinstance(ended.error, package.JobTimeout)
        assert 0.25 < ended.seconds < 0.6 + SLACK
        assert 2 <= len(server.job.polls) <= 16
        assert server.job.closest > 0.038


def test_a_job_that_ends_during_the_last_delay_is_returned(driver: Driver, package: ModuleType) -> None:
    """W5: the last poll is sent just before the deadline."""
    with BrookServer(lasts=1.0) as server:
        client = driver.client(package, server.url)
        job = driver.call(client.task.submit, name="x")
        ended = ending(driver, job.wait, timeout=1.6, policy=package.Fixed(0.85))
        assert ended.error is None, ended
        assert ended.seconds < 1.6 + SLACK


def test_a_submit_that_is_final_needs_no_poll(driver: Driver, package: ModuleType) -> None:
    """W2: a job that is final in its submit reply is not polled; a result at its own address is only fetched."""
    with BrookServer(accepted="done") as server:
        client = driver.client(package, server.url)
        ended = ending(driver, client.parcel.run, name="x", timeout=5)
        assert ended.result.text == "x"
        assert ([], 1) == (server.job.polls, server.job.fetches)


def test_an_unknown_status_does_not_end_the_wait(
    driver: Driver, package: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    """W9: it is in the updates, is logged once, and the wait continues."""
    statuses: list[str] = []
    with BrookServer(polls=[says(status="dancing")] * 3) as server:
        client = driver.client(package, server.url)
        result = driver.call(
            client.task.run, name="x", timeout=5, on_update=lambda update: statuses.append(str(update.status))
        )
    assert result.text == "x"
    assert ["dancing"] * 3 == [str(status) for status in statuses[:3]]
    assert 1 == sum("dancing" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("fault", ["reset in the body", "silence", "HTML", "gzip cut short", "503"])
def test_a_transient_error_of_the_result_is_retried(fault: str, driver: Driver, package: ModuleType) -> None:
    """W6, W14: the result is requested again, and the job is not polled again."""
    with BrookServer(results=[TRANSIENT[fault][0], refuses(409)]) as server:
        client = driver.client(package, server.url, timeout=0.6, speed=SPEED)
        ended = ending(driver, client.parcel.run, name="x", timeout=8)
        assert ended.error is None, ended
        assert ended.result.text == "x"
        assert (1, 3) == (len(server.job.polls), server.job.fetches)


def test_transient_errors_of_a_real_provider_are_retried(
    driver: Driver, generated: Callable[[str], ModuleType]
) -> None:
    """The packages of this repository behave like Brook's."""
    package = generated("anakin")
    replies = [RESET, HTML, says(id="m1", status="completed", links=["https://a.example/"])]

    def answered(peer: Peer, request: Any) -> None:
        (says(jobId="m1", status="pending") if request.method == "POST" else replies.pop(0))(peer, request)

    with BrookServer() as server:
        server.answer = answered
        client = driver.client(package, server.url)
        ended = ending(driver, client.map.run, url="https://a.example/", timeout=20, policy=package.Fixed(0.05))
        assert ended.error is None, ended
        assert 1 < ended.seconds < 4 + SLACK


def test_a_server_that_goes_down_during_a_poll_is_a_transient_error(driver: Driver, package: ModuleType) -> None:
    """The connection is lost and the next one refused: two transient errors, one result."""
    with BrookServer(lasts=0.1) as server:
        client = driver.client(package, server.url)
        job = driver.call(client.task.submit, name="x")
        server.plan("polls", [None, also(lambda: server.refuse_for(0.5), DROP)])
        assert driver.call(job.wait, timeout=10).text == "x"


def _fault(update: Any) -> str:
    return type(update.transient_error).__name__ if update.transient_error is not None else ""


def _class_of(package: ModuleType, status: str) -> str:
    known = {"429": package.RateLimited, "408": package.ApiError, "425": package.ApiError}
    return str(known.get(status, package.ServerError).__name__)


def _is_about(error: Any, job: Any) -> None:
    assert (job.id, job.token) == (error.job_id, error.token)
