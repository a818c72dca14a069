"""Jobs in tasks of Airflow, without Airflow. `make airflow` runs tasks on a real one, and kills its parts."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.clients.jobs.jobs import Jobs
from bide_runtime.durable.airflow.attempt import Attempt
from bide_runtime.durable.airflow.connection import client_arguments
from bide_runtime.durable.airflow.entry import Entry, Step, next_step, read_entry, write_entry
from bide_runtime.durable.airflow.provider_info import get_provider_info
from bide_runtime.durable.airflow.watch import watch
from bide_runtime.durable.package import client_class, made
from bide_runtime.errors.client import ClientError, ConfigurationError, InvalidArgument
from bide_runtime.jobs.errors import JobError, JobTimeout, SubmitUncertain
from bide_runtime.testing import error, lost

GENERATED = Path(__file__).parents[3] / "generated"
RUNTIME = Path(__file__).parents[3] / "runtime"
URL = {"url": "https://example.com"}


@pytest.fixture(autouse=True)
def _packages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("anakin", "scrapio"):
        monkeypatch.syspath_prepend(GENERATED / name)


class Killed(BaseException):
    """The worker ends, as by SIGKILL."""


@dataclass
class State:
    """The state of a task, which survives its attempts."""

    value: Any = None
    saved: list[Entry] = field(default_factory=list)
    is_taken_over: bool = False

    def load(self) -> Entry | None:
        return read_entry(self.value)

    def save(self, entry: Entry) -> None:
        if self.is_taken_over:
            raise RuntimeError("404: task instance not found")
        self.value = write_entry(entry)
        self.saved.append(entry)

    def forget(self) -> None:
        self.value = None


class Task:
    """A task with its attempts, and the provider of its job."""

    def __init__(self, provider: str, job: str) -> None:
        testing = __import__(f"{provider}_client.testing", fromlist=["*"])
        self.fake: Any = getattr(testing, f"Fake{provider.title()}")()
        self.sent: list[Any] = []
        self.client = self.fake.client(observer=self.sent.append, max_retries=0)
        self.state = State()
        self.jobs: Any = self.client.jobs[job]
        self.lost = ""
        """The token that a killed worker did not store."""

    def attempt(self, max_tries: int = 3) -> Attempt:
        return Attempt(self.jobs, self.state, max_tries)

    def killed_during_submit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An attempt whose worker ends when the request has left."""
        with monkeypatch.context() as patch:

            def save(entry: Entry) -> None:
                if entry.token is not None:
                    self.lost = entry.token
                    raise Killed
                State.save(self.state, entry)

            patch.setattr(self.state, "save", save)
            with pytest.raises(Killed):
                self.attempt().job(URL)


def with_keys() -> Task:
    return Task("scrapio", "fetch")


def without_keys() -> Task:
    return Task("anakin", "url_scraper")


def step(entry: Entry | None, **facts: Any) -> Step:
    usual = {"max_tries": 3, "has_key": False, "key_is_good_for": 3600.0, "has_reference": False, "now": 1000.0}
    return next_step(entry, **{**usual, **facts})


SENT = Entry(submission="{}", sent_at=1000.0)


def test_what_an_attempt_does_is_decided_by_what_the_last_one_left() -> None:
    """A job is submitted if there is certainly none; what may exist is sent again with its key, or searched for."""
    assert step(None) is Step.SUBMIT
    assert step(Entry(token="t")) is Step.WAIT
    assert step(SENT) is Step.UNSURE
    assert step(SENT, has_key=True) is Step.SEND_AGAIN
    assert step(SENT, has_reference=True) is Step.FIND


def test_a_key_that_the_provider_may_have_forgotten_is_not_sent_again() -> None:
    """It would make a second job."""
    assert step(SENT, has_key=True, now=1000.0 + 3601) is Step.UNSURE
    assert step(SENT, has_key=True, has_reference=True, now=1000.0 + 3601) is Step.FIND


def test_only_a_person_asks_for_a_job_after_one_that_failed() -> None:
    """A retry fails as the attempt before did; a cleared task has a higher number from Airflow."""
    ended = Entry(error="it failed", max_tries=3)

    assert step(ended) is Step.FAIL
    assert step(ended, max_tries=5) is Step.SUBMIT


def test_an_unsure_job_is_not_submitted_again_if_the_task_is_cleared() -> None:
    """Tasks are cleared by the dozen; nobody has looked whether the job exists."""
    assert step(SENT, max_tries=5) is Step.UNSURE
    assert step(Entry(token="t"), max_tries=5) is Step.WAIT


def test_entries_come_back_as_they_were_written() -> None:
    """They are plain JSON; anything else, or a newer format, is refused."""
    assert read_entry(write_entry(SENT)) == SENT
    assert read_entry(None) is None
    with pytest.raises(InvalidArgument, match="bide_job in the task's state"):
        read_entry({"token": 7})
    with pytest.raises(InvalidArgument, match="newer version"):
        read_entry({"bide": 2})


def test_the_submission_is_stored_before_it_leaves() -> None:
    """So the next attempt knows of it; then the token takes its place."""
    task = with_keys()
    job = task.attempt().job(URL)

    assert [entry.token for entry in task.state.saved] == [None, job.token]
    assert task.state.saved[0].submission is not None
    assert job.token == task.state.load().token  # type: ignore[union-attr]


def test_an_attempt_that_airflow_has_given_up_sends_nothing() -> None:
    """Its intent is refused: another attempt is under way."""
    task = without_keys()
    task.state.is_taken_over = True
    with pytest.raises(RuntimeError):
        task.attempt().job(URL)

    assert task.sent == []


def test_a_retry_waits_for_the_job_of_the_attempt_before() -> None:
    """Nothing is sent."""
    task = without_keys()
    job = task.attempt().job(URL)
    sent = len(task.sent)

    assert task.attempt().job({"url": "https://example.com/other"}).id == job.id
    assert len(task.sent) == sent


def test_a_worker_killed_during_the_submit_sends_the_same_key_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one job, also if the arguments are rendered to something else now."""
    task = with_keys()
    task.killed_during_submit(monkeypatch)
    job = task.attempt().job({"url": "https://example.com/other"})

    assert len(task.sent) == 2
    assert job.id == task.jobs.resume(task.lost).id
    assert task.state.load() == Entry(token=job.token)


def test_a_worker_killed_during_a_submit_without_keys_is_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent again, there is no use in another attempt, and a person is told what to do."""
    task = without_keys()
    task.killed_during_submit(monkeypatch)
    sent = len(task.sent)
    with pytest.raises(SubmitUncertain, match="delete bide_job from the task's state") as raised:
        task.attempt(5).job(URL)

    assert not task.attempt().has_next(raised.value)
    assert len(task.sent) == sent


@pytest.mark.parametrize("is_made", [True, False])
def test_a_submit_that_can_be_found_is_searched_for(is_made: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only if the last attempt made no job, this one does."""
    task = without_keys()
    task.killed_during_submit(monkeypatch)
    sent, searched = len(task.sent), []

    def find(jobs: Any, submission: Any, *, sent_at: float | None) -> Any:
        searched.append(sent_at)
        return jobs.attach("j7") if is_made else None

    monkeypatch.setattr(Jobs, "find", find)
    monkeypatch.setattr(sys.modules[Attempt.__module__], "reference_in", lambda submission: "order 7")
    job = task.attempt().job(URL)

    assert searched == [task.state.saved[0].sent_at]
    assert (job.id == "j7") is is_made
    assert len(task.sent) == sent + (0 if is_made else 1)
    assert task.state.load() == Entry(token=job.token)


@pytest.mark.parametrize("status", [429, 503])
def test_a_submit_that_made_nothing_leaves_nothing(status: int) -> None:
    """The next attempt submits."""
    task = without_keys()
    task.fake.url_scraper.submit.inject(error(status))
    with pytest.raises(ClientError) as raised:
        task.attempt().job(URL)

    assert task.attempt().has_next(raised.value)
    assert task.state.load() is None


def test_the_age_of_a_key_is_counted_from_the_first_time_it_was_sent() -> None:
    """Not from the last try: the provider may have kept the first."""
    task = with_keys()
    task.client = task.fake.client(max_retries=2)
    task.jobs = task.client.jobs["fetch"]
    task.fake.fetch.submit.inject(lost(), lost())
    task.attempt().job(URL)

    assert len({entry.sent_at for entry in task.state.saved if entry.token is None}) == 1
    assert len(task.state.saved) == 4


def test_a_refused_submit_has_no_other_attempt() -> None:
    """The provider would refuse it again."""
    task = without_keys()
    task.fake.url_scraper.submit.inject(error(400))
    with pytest.raises(ClientError) as raised:
        task.attempt().job(URL)

    assert not task.attempt().has_next(raised.value)


def test_a_refused_second_attempt_says_nothing_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first may have made a job: what the provider says now is no reason to forget it."""
    task = with_keys()
    task.killed_during_submit(monkeypatch)
    task.fake.fetch.submit.inject(error(400))
    with pytest.raises(SubmitUncertain):
        task.attempt().job(URL)

    assert task.state.load().submission is not None  # type: ignore[union-attr]


def test_a_job_that_ended_without_a_result_fails_each_retry() -> None:
    """With the same reason, and without a request; a cleared task submits a new job."""
    task = with_keys()
    task.attempt().job(URL)
    task.attempt().note_end("the page is empty")
    sent = len(task.sent)
    with pytest.raises(JobError, match="the page is empty; clear the task to submit a new job"):
        task.attempt().job(URL)
    assert len(task.sent) == sent

    task.attempt(5).job(URL)
    assert len(task.sent) == sent + 1


def test_arguments_of_another_kind_are_refused() -> None:
    """Nothing is stored."""
    task = with_keys()
    with pytest.raises(InvalidArgument, match="not the arguments of fetch"):
        task.attempt().job({"urls": []})
    assert task.state.load() is None


def watched(task: Task, token: str, *, timeout: float | None = None) -> Any:
    client = task.fake.async_client(observer=task.sent.append)
    deadline = None if timeout is None else client._clock.wall() + timeout
    return asyncio.run(watch(client.jobs["fetch"], token, deadline=deadline, timeout=timeout))


def test_a_trigger_waits_until_the_job_is_over() -> None:
    """It polls by the schedule of the spec."""
    task = with_keys()
    task.fake.fetch.succeeds(after=60)
    look = watched(task, task.attempt().job(URL).token)

    assert look.is_over
    assert look.state == "succeeded"


def test_a_trigger_polls_no_sooner_than_the_minimum_interval_after_it_began() -> None:
    """One that died may have polled just then."""
    task = with_keys()
    task.fake.fetch.succeeds(after=60)
    token = task.attempt().job(URL).token
    task.fake.advance(61)
    client = task.fake.async_client(observer=task.sent.append)
    began = client._clock.now()
    asyncio.run(watch(client.jobs["fetch"], token, deadline=None, timeout=None))

    assert client._clock.now() - began >= task.jobs.facts.min_interval


def test_a_trigger_ends_at_the_deadline() -> None:
    """The error has the token, and the last poll falls on the deadline."""
    task = with_keys()
    task.fake.fetch.stalls()
    token = task.attempt().job(URL).token
    with pytest.raises(JobTimeout, match="another attempt of the task waits for it again") as raised:
        watched(task, token, timeout=30)

    assert raised.value.token == token


@dataclass
class Connection:
    """A connection of Airflow."""

    conn_id: str = "scrapio"
    host: str | None = None
    schema: str | None = None
    port: int | None = None
    password: str | None = None
    extra_dejson: Any = field(default_factory=dict)


def test_a_connection_is_the_arguments_of_a_client() -> None:
    """Host is the base URL, password the API key, and extra has the others."""
    assert client_arguments(Connection()) == {}
    whole = Connection(host="http://127.0.0.1:8700", password="key", extra_dejson={"timeout": 60})
    assert client_arguments(whole) == {"base_url": "http://127.0.0.1:8700", "api_key": "key", "timeout": 60}
    assert client_arguments(Connection(host="api.acme.dev"))["base_url"] == "https://api.acme.dev"
    parts = Connection(host="127.0.0.1", schema="http", port=8700)
    assert client_arguments(parts)["base_url"] == "http://127.0.0.1:8700"
    with pytest.raises(ConfigurationError, match="connection 'scrapio' is not a JSON object"):
        client_arguments(Connection(extra_dejson=["x"]))


def test_a_client_is_found_by_the_name_of_its_package() -> None:
    """Its class by the module, and its arguments are checked."""
    cls = client_class("scrapio_client", type(with_keys().client).__mro__[1])
    assert cls.__name__ == "Scrapio"
    with pytest.raises(ConfigurationError, match="connection 'x' has an argument that Scrapio does not take"):
        made(cls, {"api_key": "key", "colour": 1}, "connection 'x'")
    with pytest.raises(InvalidArgument, match="not the import name"):
        client_class("json", cls)


def test_airflow_is_told_the_connection_type() -> None:
    """By an entry point of the distribution; reading it does not need Airflow."""
    [told] = get_provider_info()["connection-types"]

    assert told["connection-type"] == "bide"
    assert told["hook-class-name"] == "bide_runtime.durable.airflow.hook.BideHook"
    entry_point = 'provider_info = "bide_runtime.durable.airflow.provider_info:get_provider_info"'
    assert entry_point in (RUNTIME / "pyproject.toml").read_text(encoding="utf-8")


def test_without_the_extra_the_error_says_what_to_install() -> None:
    """The runtime itself works."""
    code = "import sys; sys.modules['airflow'] = None; from bide_runtime.durable.airflow import RunJobOperator"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "needs Airflow 3.3 or newer, which is not installed: pip install 'bide-runtime[airflow]'" in done.stderr
    assert "ConfigurationError" in done.stderr
