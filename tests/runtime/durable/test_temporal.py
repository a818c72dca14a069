"""Jobs in workflows of Temporal, step by step. `make temporal` runs workflows on a real server, and kills it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.clients.jobs.async_jobs import AsyncJobs
from bide_runtime.durable.deadline import Until
from bide_runtime.durable.error_text import MAX_TEXT
from bide_runtime.durable.package import Package, package_named
from bide_runtime.durable.temporal import activities, error_of
from bide_runtime.durable.temporal.failure import error_in, failure_of, raised_in_workflow
from bide_runtime.durable.temporal.steps import SENDING, LookAt, Submit
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.jobs.errors import JobFailed, JobTimeout, SubmitUncertain
from bide_runtime.testing import error
from bide_runtime.waiting.policies.policy import Fixed
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

GENERATED = Path(__file__).parents[3] / "generated"
URL = {"url": "https://example.com"}


@pytest.fixture(autouse=True)
def _packages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("anakin", "scrapio"):
        monkeypatch.syspath_prepend(GENERATED / name)


class Server:
    """What the activities ask of Temporal: it stores heartbeats, and may have given an attempt up."""

    def __init__(self) -> None:
        self.details: tuple[Any, ...] = ()
        self.told: list[tuple[Any, ...]] = []
        self.gone = False

    def get_async_activity_handle(self, *, task_token: bytes) -> Server:
        return self

    async def heartbeat(self, *details: Any) -> None:
        if self.gone:
            raise RuntimeError("activity not found")
        self.details = details
        self.told.append(details)


class Worker:
    """A worker for the jobs of one fake provider."""

    def __init__(self, provider: str) -> None:
        testing = __import__(f"{provider}_client.testing", fromlist=["*"])
        self.fake: Any = getattr(testing, f"Fake{provider.title()}")()
        self.sent: list[Any] = []
        self.client = self.fake.async_client(observer=self.sent.append)
        self.steps: dict[str, Callable[..., Awaitable[Any]]] = {each.__name__: each for each in activities(self.client)}
        self.server = Server()
        self.told: list[tuple[Any, ...]] = []

    def run(self, step: str, asked: Any, *details: Any, **info: Any) -> Any:
        """Run one attempt of an activity with the heartbeat details of the last."""
        environment = ActivityEnvironment(client=self.server)  # type: ignore[arg-type]
        environment.info = replace(environment.info, heartbeat_details=details, **info)
        environment.on_heartbeat = lambda *told: self.told.append(told)
        return asyncio.run(environment.run(self.steps[step], asked))


def package() -> Package:
    return package_named("scrapio_client")


def test_a_submit_leaves_after_the_server_has_stored_it() -> None:
    """The heartbeat is stored before the request, so the next attempt knows of it."""
    worker = Worker("anakin")
    submitted = worker.run("submit", Submit("url_scraper", URL))

    assert ["sending"] == [details[0] for details in worker.server.told]
    assert submitted.job_id
    assert len(worker.sent) == 1


def test_a_submit_that_the_server_has_given_up_does_not_leave() -> None:
    """Another attempt is under way."""
    worker = Worker("anakin")
    worker.server.gone = True
    with pytest.raises(RuntimeError):
        worker.run("submit", Submit("url_scraper", URL))

    assert worker.sent == []


def test_a_submit_without_keys_is_not_sent_again() -> None:
    """The last attempt may have made a job: a person decides."""
    worker = Worker("anakin")
    with pytest.raises(ApplicationError) as failed:
        worker.run("submit", Submit("url_scraper", URL), SENDING, "1.0")

    assert (failed.value.type, failed.value.non_retryable) == ("SubmitUncertain", True)
    assert isinstance(error_of("anakin_client", failed.value), SubmitUncertain)
    assert worker.sent == []


@pytest.mark.parametrize("is_made", [True, False])
def test_a_submit_that_can_be_found_is_searched_for(is_made: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only if the last attempt made no job, this one does."""
    worker = Worker("anakin")
    searched: list[float | None] = []

    async def find(jobs: Any, submission: Any, *, sent_at: float | None) -> Any:
        searched.append(sent_at)
        return jobs.attach("j7") if is_made else None

    monkeypatch.setattr(AsyncJobs, "find", find)
    steps = sys.modules["bide_runtime.durable.temporal.activities"]
    monkeypatch.setattr(steps, "reference_in", lambda submission: "order 7")
    submitted = worker.run("submit", Submit("url_scraper", URL), SENDING, "12.5")

    assert searched == [12.5]
    assert (submitted.job_id == "j7") is is_made
    assert len(worker.sent) == (0 if is_made else 1)


def test_a_search_that_cannot_tell_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The activity is not tried again, and a person decides."""
    worker = Worker("anakin")

    async def find(jobs: Any, submission: Any, *, sent_at: float | None) -> Any:
        raise SubmitUncertain("there are two")

    monkeypatch.setattr(AsyncJobs, "find", find)
    monkeypatch.setattr(sys.modules["bide_runtime.durable.temporal.activities"], "reference_in", lambda _: "order 7")
    with pytest.raises(ApplicationError, match="there are two") as failed:
        worker.run("submit", Submit("url_scraper", URL), SENDING, "12.5")

    assert (failed.value.type, failed.value.non_retryable) == ("SubmitUncertain", True)
    assert worker.sent == []


def test_a_submit_with_keys_is_sent_again_with_the_same_key() -> None:
    """The key is that of the activity."""
    worker = Worker("scrapio")
    first = worker.run("submit", Submit("fetch", URL), activity_id="1")
    again = worker.run("submit", Submit("fetch", URL), SENDING, "1.0", activity_id="1")
    other = worker.run("submit", Submit("fetch", URL), activity_id="2")

    assert first.job_id == again.job_id
    assert first.job_id != other.job_id


def test_a_refused_second_attempt_says_nothing_of_the_first() -> None:
    """The first may have made a job with the same key: what the provider says now is no reason to forget it."""
    worker = Worker("scrapio")
    worker.fake.fetch.submit.inject(error(400))
    with pytest.raises(ApplicationError) as failed:
        worker.run("submit", Submit("fetch", URL), SENDING, "1.0")
    raised = error_of("scrapio_client", failed.value)

    assert isinstance(raised, SubmitUncertain)
    assert raised.idempotency_key
    assert worker.server.details[0] == SENDING


def test_a_look_before_the_end_fails_until_the_next_is_due() -> None:
    """Token and memo are heartbeat details, and the next attempt goes on from them."""
    worker = Worker("scrapio")
    worker.fake.fetch.succeeds(after=60)
    token = worker.run("submit", Submit("fetch", URL)).token
    with pytest.raises(ApplicationError) as failed:
        worker.run("look", LookAt("fetch", token, None, None))
    assert failed.value.next_retry_delay is not None
    assert not failed.value.non_retryable
    sent = len(worker.sent)
    with pytest.raises(ApplicationError):
        worker.run("look", LookAt("fetch", token, None, None), *worker.told[-1])
    assert len(worker.sent) == sent, "it is not due"

    worker.fake.advance(120)
    ended = worker.run("look", LookAt("fetch", token, None, None), *worker.told[-1])
    assert ended.state == "succeeded"


def test_a_look_past_the_deadline_is_the_last() -> None:
    """The error has the token of the job."""
    worker = Worker("scrapio")
    worker.fake.fetch.stalls()
    token = worker.run("submit", Submit("fetch", URL)).token
    with pytest.raises(ApplicationError) as failed:
        worker.run("look", LookAt("fetch", token, worker.client._clock.wall(), 5))
    error = error_of("scrapio_client", failed.value)

    assert failed.value.non_retryable
    assert isinstance(error, JobTimeout)
    assert error.token == token


def test_the_last_poll_falls_on_the_deadline() -> None:
    """A job that ended in the last pause is not missed."""
    policy = Until(Fixed(10), 105.0, lambda: 100.0)

    assert policy.delay(polls=1, age=0, jitter=0) == 5.0


def test_arguments_of_another_kind_are_refused() -> None:
    """The activity is not tried again."""
    with pytest.raises(ApplicationError, match="not the arguments of fetch") as failed:
        Worker("scrapio").run("submit", Submit("fetch", {"urls": []}))

    assert failed.value.non_retryable


def test_an_error_in_a_workflow_is_the_package_s_own_and_a_failure() -> None:
    """`except JobFailed` catches it. One that nobody catches is how the workflow fails."""
    own = package()
    error: Any = raised_in_workflow(own, own.kind("fetch"), JobFailed("it failed", code="E1", reason="empty"))

    assert isinstance(error, own.own_errors.named("JobFailed") or object)
    assert isinstance(error, ApplicationError)
    assert (error.message, error.code, error.reason, error.type) == ("it failed", "E1", "empty", "JobFailed")
    assert error.non_retryable
    assert raised_in_workflow(own, None, error) is error
    back = error_in(own, error)
    assert isinstance(back, JobFailed)
    assert (back.code, back.reason) == ("E1", "empty")


def test_a_long_error_goes_without_its_reply() -> None:
    """A server takes no failure of more than 2 MB."""
    own = package()
    long = JobFailed("it failed", reason="empty")
    long.result = "x" * MAX_TEXT
    failure = failure_of(own.kind("fetch"), long)

    assert len(failure.details[0]) < 2000
    assert isinstance(error_in(own, failure), JobFailed)


def test_an_unknown_failure_has_no_error() -> None:
    """Of another activity, for example."""
    assert error_of("scrapio_client", ApplicationError("no", "text", type="Other")) is None


def test_names_are_checked() -> None:
    """Of packages and of kinds."""
    with pytest.raises(InvalidArgument, match="not the import name"):
        package_named("json")
    with pytest.raises(ClientError, match="only crawl, fetch"):
        package().kind("fetched")


def test_a_worker_needs_an_asyncio_client() -> None:
    """Activities are async functions."""
    testing = __import__("scrapio_client.testing", fromlist=["*"])
    with pytest.raises(InvalidArgument, match="asyncio client"):
        activities(testing.FakeScrapio().client())


def test_without_the_extra_the_error_says_what_to_install() -> None:
    """The runtime itself works."""
    code = "import sys; sys.modules['temporalio'] = None; import bide_runtime.durable.temporal"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "needs temporalio, which is not installed: pip install 'bide-runtime[temporal]'" in done.stderr
    assert "ConfigurationError" in done.stderr
