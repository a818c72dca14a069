"""`with_options`, and the data of a reply beyond its model, for both colours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

PAGE = {"id": "j", "status": "completed", "markdown": "# x", "tomorrow": {"a": 1}}


class Run:
    """A fake Anakin, and a client of one colour."""

    def __init__(self, generated: Callable[[str], Any], colour: str) -> None:
        self.package = generated("anakin")
        self.testing = import_module("anakin_client.testing")
        self.fake = self.testing.FakeAnakin()
        self.client = self.fake.client() if colour == "sync" else self.fake.async_client()

    def do(self, make: Callable[[], Any]) -> Any:
        async def made() -> Any:
            outcome = make()
            if asyncio.iscoroutine(outcome):
                return await outcome
            if hasattr(outcome, "__aiter__"):
                return [each async for each in outcome]
            return list(outcome) if hasattr(outcome, "__next__") else outcome

        return asyncio.run(made())


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest, generated: Callable[[str], Any]) -> Run:
    return Run(generated, request.param)


def test_extras_are_sent_with_one_call(run: Run) -> None:
    """Headers with every request of the call, query and body with the submit; the client is unchanged."""
    view = run.client.with_options(extra_headers={"X-Trace": "t1"}, extra_query={"beta": True}, extra_body={"new": [1]})
    run.do(lambda: view.url_scraper.run(url="https://example.com"))
    run.do(lambda: run.client.url_scraper.submit(url="https://example.com"))
    submit, *polls, plain = run.fake.requests

    assert submit.query == [("beta", "true")]
    assert submit.json == {"url": "https://example.com", "new": [1]}
    assert [sent.request.headers["x-trace"] for sent in (submit, *polls)] == ["t1"] * (1 + len(polls))
    assert all(sent.query == [] for sent in polls)
    assert (plain.query, plain.json) == ([], {"url": "https://example.com"})
    assert "x-trace" not in plain.request.headers


def test_a_view_of_a_view_merges_options(run: Run) -> None:
    """The newer option takes precedence; others stay."""
    one = run.client.with_options(extra_headers={"X-A": "1", "X-B": "1"}, timeout=5.0)
    two = one.with_options(extra_headers={"X-B": "2"})
    run.do(lambda: two.search(prompt="x"))
    [sent] = run.fake.requests

    assert (sent.request.headers["x-a"], sent.request.headers["x-b"]) == ("1", "2")
    assert sent.timeout <= 5.0


def test_a_key_is_not_replaced_by_an_extra_header(run: Run) -> None:
    """The client's key is sent, whatever an extra header of the same name has."""
    run.do(lambda: run.client.with_options(extra_headers={"X-API-Key": "other"}).search(prompt="x"))
    [sent] = run.fake.requests

    assert sent.request.headers["x-api-key"] != "other"


def test_a_view_has_its_own_max_retries(run: Run) -> None:
    """`max_retries=0` sends once."""
    run.fake.search.inject(*[run.testing.rate_limit()] * 5)
    with pytest.raises(run.package.RateLimited):
        run.do(lambda: run.client.with_options(max_retries=0).search(prompt="x"))

    assert len(run.fake.requests) == 1


@pytest.mark.parametrize("options", [{"timeout": 0}, {"max_retries": -1}, {"extra_body": {"x": object()}}])
def test_invalid_options_are_refused(run: Run, options: dict[str, Any]) -> None:
    """With a message, before anything is sent."""
    with pytest.raises(run.package.InvalidArgument):
        run.do(lambda: run.client.with_options(**options).search(prompt="x"))

    assert run.fake.requests == []


def test_extra_body_needs_an_object(run: Run) -> None:
    """A call without a JSON body gets one; a poll, which has no body, is unchanged."""
    run.do(lambda: run.client.with_options(extra_body={"a": 1}).web_scraper.run())
    submit, *polls = run.fake.requests

    assert submit.json == {"a": 1}
    assert all(sent.request.body is None for sent in polls)


def test_closing_a_view_leaves_the_client_open(run: Run) -> None:
    """Closing the client closes its views."""
    view = run.client.with_options(timeout=5.0)
    run.do(view.close)
    run.do(lambda: run.client.search(prompt="x"))
    run.do(run.client.close)
    with pytest.raises(run.package.ClientClosed):
        run.do(lambda: view.search(prompt="x"))


def test_on_reply_gets_every_reply(run: Run) -> None:
    """Each raw reply; the result's unknown fields by their JSON path."""
    replies: list[Any] = []
    run.fake.url_scraper.succeeds(PAGE)
    view = run.client.with_options(on_reply=replies.append)
    page = run.do(lambda: view.url_scraper.run(url="https://example.com"))

    assert [reply.status for reply in replies] == [sent.reply.status for sent in run.fake.requests]
    assert json.loads(replies[-1].body)["tomorrow"] == {"a": 1}
    assert run.package.unknown_fields(page, replies[-1].body) == {"$.tomorrow": {"a": 1}}


def test_a_handle_has_the_reply_of_its_result(run: Run) -> None:
    """After `wait()`: status, headers, body, and unknown fields."""
    run.fake.url_scraper.succeeds(PAGE)
    job = run.do(lambda: run.client.url_scraper.submit(url="https://example.com"))
    assert job.response is None
    run.do(job.wait)

    assert job.response.status in (200, 202)
    assert json.loads(job.response.body)["markdown"] == "# x"
    assert job.snapshot.unknown_fields == {"$.tomorrow": {"a": 1}}


def test_a_batch_has_tags(run: Run) -> None:
    """Outcome, handle and token have the tag of the input."""
    inputs = [{"url": f"https://example.com/{row}"} for row in range(3)]
    outcomes = run.do(lambda: run.client.url_scraper.run_many(inputs, tag=lambda one: one["url"][-1]))
    again = run.client.url_scraper.resume(outcomes[0].job.token)

    assert {outcome.tag: outcome.job.tag for outcome in outcomes} == {"0": "0", "1": "1", "2": "2"}
    assert {outcome.tag: outcome.input["url"] for outcome in outcomes} == {
        str(row): inputs[row]["url"] for row in range(3)
    }
    assert again.tag == outcomes[0].tag


def test_a_handle_may_be_tagged(run: Run) -> None:
    """Before its token is saved; an invalid tag is refused."""
    job = run.do(lambda: run.client.url_scraper.submit(url="https://example.com"))
    untagged = job.token
    job.tag = "row 17"
    with pytest.raises(run.package.InvalidArgument, match="at most 100 characters"):
        job.tag = "x" * 101

    assert run.client.url_scraper.resume(job.token).tag == "row 17"
    assert run.client.url_scraper.resume(untagged).tag is None


def test_the_other_colour_is_refused_at_once(generated: Callable[[str], Any]) -> None:
    """An asyncio clock or transport in a blocking client, and vice versa."""
    package = generated("anakin")
    for make, argument in (
        (package.Anakin, {"clock": package.AsyncSystemClock()}),
        (package.AsyncAnakin, {"clock": package.SystemClock()}),
        (package.Anakin, {"transport": package.AiohttpTransport()}),
    ):
        with pytest.raises(package.InvalidArgument, match=r"this client is (blocking|asyncio)"):
            make(api_key="k", **argument)


def test_a_wrapper_of_either_colour_is_accepted(generated: Callable[[str], Any]) -> None:
    """A plain function may return an awaitable."""

    class Wrapper:
        def send(self, request: Any, *, timeout: float) -> Any:
            """Sends, or returns what sends."""

    package = generated("anakin")
    for client in (package.Anakin, package.AsyncAnakin):
        assert client(api_key="k", transport=Wrapper())
