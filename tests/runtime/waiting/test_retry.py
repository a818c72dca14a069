"""One call: which errors are retried, how often, with which delays, and which error is raised."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads, reads_by_status, reads_nothing
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ConnectionFailed, ReplyTooLarge, RequestTimeout
from bide_runtime.http.errors import ApiError, NotFound, RateLimited, ServerError
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import Page, Trouble
from tests.runtime.fakes import Reply, cut_off, script, unreachable
from tests.runtime.storms import FAULTS, NOT_PROCESSED, REFUSALS, replies, rule
from tests.runtime.world import MODES, PAGE, Mode, World, error

Make = Callable[..., World]

SEARCH: Call[Page] = Call(method="GET", path="/search?q=x", read=reads(Page), idempotent=True)
ACT: Call[Page] = Call(method="POST", path="/act", read=reads(Page))


def ask(w: World, call: Call[Any], timeout: float | None = None) -> Any:
    """Send a call as generated code does."""
    return w.do(w.client._send(lambda: call, timeout))


@pytest.mark.parametrize("status", FAULTS)
def test_a_transient_error_of_an_idempotent_call_is_retried(world: Make, status: int) -> None:
    """For each transient HTTP status."""
    w = world(script(error(status), error(status), PAGE))

    assert "hello" == ask(w, SEARCH).text
    assert 3 == len(w.sent)


@pytest.mark.parametrize("reply", [cut_off(), unreachable(), Reply(takes=99)], ids=["cut", "unreachable", "slow"])
def test_a_lost_reply_of_an_idempotent_call_is_retried(world: Make, reply: Reply) -> None:
    """The same for connections that fail."""
    w = world(script(reply, PAGE))

    assert "hello" == ask(w, SEARCH).text


@pytest.mark.parametrize("status", sorted({*FAULTS} - {*NOT_PROCESSED}))
def test_a_call_that_is_not_idempotent_is_not_retried(world: Make, status: int) -> None:
    """A POST that may have been processed is sent once."""
    w = world(script(error(status), PAGE))

    with pytest.raises(ApiError) as caught:
        ask(w, ACT)

    assert status == caught.value.status
    assert 1 == len(w.sent)


@pytest.mark.parametrize(
    "reply", [*map(error, NOT_PROCESSED), unreachable()], ids=[*map(str, NOT_PROCESSED), "unreachable"]
)
def test_a_call_that_did_not_arrive_is_retried(world: Make, reply: Reply) -> None:
    """Idempotent or not."""
    w = world(script(reply, PAGE))

    assert "hello" == ask(w, ACT).text


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("call", [SEARCH, ACT], ids=["get", "post"])
def test_a_permanent_error_is_raised_at_once(world: Make, call: Call[Any], status: int) -> None:
    """An error that is not transient is not retried."""
    w = world(script(error(status), PAGE))

    with pytest.raises(ApiError, match=f"Acme answered {status} .c{status}.: says {status}"):
        ask(w, call)

    assert 1 == len(w.sent)
    assert 0 == w.elapsed


@pytest.mark.parametrize("retries", [0, 1, 5])
@pytest.mark.parametrize(
    ("reply", "kind"), [(error(503), ServerError), (cut_off(), ConnectionFailed), (Reply(takes=99), RequestTimeout)]
)
def test_the_last_error_is_raised_after_max_retries(
    world: Make, retries: int, reply: Reply, kind: type[Exception]
) -> None:
    """There are `max_retries` attempts after the first."""
    w = world(script(reply), max_retries=retries)

    with pytest.raises(kind):
        ask(w, SEARCH)

    assert retries + 1 == len(w.sent)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(world: Make, status: int) -> None:
    """`Retry-After` lengthens the delay between two attempts."""
    w = world(script(error(status, retry_after="17"), PAGE))

    ask(w, SEARCH)

    assert 17 == pytest.approx(w.elapsed)


def test_a_long_retry_after_is_raised(world: Make) -> None:
    """A call without a deadline does not sleep for hours; the error has the `retry_after`."""
    w = world(script(error(429, retry_after="3600"), PAGE))

    with pytest.raises(RateLimited) as caught:
        ask(w, SEARCH)

    assert 3600 == caught.value.retry_after
    assert 0 == w.elapsed


@rule
@given(st.lists(replies(), min_size=1, max_size=6), st.sampled_from(MODES), st.sampled_from([SEARCH, ACT]))
def test_no_sequence_of_replies_makes_a_call_endless(answers: list[Reply], mode: Mode, call: Call[Any]) -> None:
    """A call makes at most 4 attempts, at most 1 minute apart."""
    w = World(mode, script(*answers))
    with suppress(ClientError):
        ask(w, call)

    assert len(w.sent) <= 4
    assert w.elapsed <= 4 * 30 + 3 * 60
    assert all(0 < sent.timeout <= 30 for sent in w.sent)


def test_the_timeout_is_for_each_request(world: Make) -> None:
    """Timeouts of the client, the operation and this call: the most specific applies."""
    w = world(script(PAGE), timeout=11)
    patient: Call[Page] = Call(method="GET", path="/x", read=reads(Page), timeout=90.0)

    ask(w, SEARCH)
    ask(w, patient)
    ask(w, patient, timeout=5)

    assert [11, 90, 5] == [sent.timeout for sent in w.sent]


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True])
def test_a_timeout_of_a_call_is_a_positive_number(world: Make, timeout: Any) -> None:
    """Any other timeout is refused before anything is sent."""
    w = world(script(PAGE))

    with pytest.raises(InvalidArgument, match="timeout"):
        ask(w, SEARCH, timeout=timeout)

    assert [] == w.sent


def test_a_reply_that_is_too_large_is_not_retried(world: Make) -> None:
    """It would be as large the next time."""
    w = world(script(Reply(lost=ReplyTooLarge("too large"))))

    with pytest.raises(ReplyTooLarge):
        ask(w, SEARCH)

    assert 1 == len(w.sent)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "c", "message": "m"}}, "c", "m"),
        ({"error": "c", "message": "m"}, "c", "m"),
        ({"error": {"code": "c", "message": ["a", "b"]}}, "c", "a; b"),
        ({"error": {"message": "m"}}, None, "m"),
        ({"error": {"code": 7, "message": "m"}}, "7", "m"),
        ({"error": {"code": None, "message": "m"}}, None, "m"),
        ({"error": {"code": True, "message": "m"}}, None, "m"),
        ({"error": {"code": "c"}, "message": "m"}, None, "m"),
        ({"error": {"code": "c", "message": None}}, "c", None),
        ({"error": ["c"], "message": "m"}, None, "m"),
        (
            {"message": [{"loc": ["body", "url"], "msg": "field required"}, {"msg": "too long"}]},
            None,
            "body.url: field required; too long",
        ),
        ({"message": {"detail": {"reason": "no such plan"}}}, None, "no such plan"),
        ({"message": {"message": {"message": {"message": "four"}}}}, None, "four"),
        ({"message": {"error": "no luck"}}, None, "no luck"),
        ({"message": [{"path": "url", "message": "is no URL"}]}, None, "url: is no URL"),
        ({"message": {"detail": {"message": {"detail": {"message": "four"}}}}}, None, "four"),
        ({"message": [f"line {n}" for n in range(7)]}, None, "line 0; line 1; line 2; line 3; line 4; and 2 more"),
        ({"message": "m" * 900}, None, "m" * 497 + "..."),
        ({"error": None}, None, None),
        ([], None, None),
        ("oops", None, "oops"),
        (b"Invalid\n API key", None, "Invalid API key"),
        (b"\x00\x01", None, None),
        ({"message": {"message": {"message": {"message": {"message": "deep"}}}}}, None, None),
        (None, None, None),
        (7, None, None),
        (b"<html>", None, None),
        (b"", None, None),
    ],
)
def test_error_bodies_of_every_shape_are_read(world: Make, body: Any, code: str | None, message: str | None) -> None:
    """The first matching shape gives code and message; a body of no shape gives neither."""
    w = world(script(Reply(body, 400, {"x-request-id": "r-9"})))

    with pytest.raises(ApiError) as caught:
        ask(w, SEARCH)

    assert code == caught.value.code
    said = f": {message}" if message else ""
    assert said + " (request r-9)" in str(caught.value)
    assert code is not None or f"400{said}" in str(caught.value)
    assert "r-9" == caught.value.request_id
    assert 400 == caught.value.status


@rule
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text()),
        lambda inner: st.one_of(
            st.lists(inner), st.dictionaries(st.sampled_from(["error", "message", "code", "title"]), inner)
        ),
    )
)
def test_any_error_body_gives_an_api_error(body: Any) -> None:
    """For any JSON."""
    w = World("sync", script(Reply(body, 404)))

    with pytest.raises(NotFound):
        ask(w, SEARCH)


def test_the_reply_is_decoded_by_its_status(world: Make) -> None:
    """An operation may have another model for another status."""
    call: Call[Any] = Call(method="GET", path="/x", read=reads_by_status({200: Page, 202: Trouble}))

    assert Page(text="hello") == ask(world(script(PAGE)), call)
    assert Trouble(code="c") == ask(world(script(Reply({"code": "c"}, 202))), call)
    assert Page(text="hello") == ask(world(script(Reply({"text": "hello"}, 201))), call)


def test_the_reply_may_be_bytes_or_ignored(world: Make) -> None:
    """The return value may be the raw body or `None`."""
    assert b"\xff" == ask(world(script(Reply(b"\xff"))), Call(method="GET", path="/x", read=reads(bytes)))
    assert ask(world(script(Reply(b"\xff"))), Call(method="GET", path="/x", read=reads_nothing)) is None


def test_a_reply_of_the_wrong_shape_is_an_error(world: Make) -> None:
    """`DecodeError` has the path, and the call is not retried."""
    w = world(script(Reply({"text": 1})))

    with pytest.raises(DecodeError, match=r"at \$\.text"):
        ask(w, SEARCH)

    assert 1 == len(w.sent)


@pytest.mark.parametrize(("status", "is_fine"), [(199, False), (200, True), (299, True), (300, False)])
def test_only_2xx_is_a_success(world: Make, status: int, is_fine: bool) -> None:
    """A redirect is not followed."""
    w = world(script(Reply({"text": "hello"}, status)))

    if is_fine:
        assert Page(text="hello") == ask(w, SEARCH)
    else:
        with pytest.raises(ApiError):
            ask(w, SEARCH)


def test_the_first_retry_is_soon(world: Make) -> None:
    """Without retry_after, the first delay is at most 0.5 s."""
    w = world(script(cut_off(), PAGE))

    ask(w, SEARCH)

    assert 0.25 <= w.elapsed <= 0.5


def test_a_retry_is_logged_with_its_pause(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """In seconds from now."""
    w = world(script(error(503, retry_after="7"), PAGE))
    w.clock.advance(1000.0)
    with caplog.at_level("INFO"):
        ask(w, SEARCH)

    assert "trying again in 7.0 s" in caplog.text
