"""A ledger with jobs that can be found: a submit whose reply was lost is searched for, and none becomes unsure."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.errors import BadRequest
from bide_runtime.jobs.errors import SubmitUncertain
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.requests.find_at import FindAt

from tests.runtime.acme import PART, Report, submitted, with_keys
from tests.runtime.fakes import Reply, Sent, cut_off
from tests.runtime.ledger.shop import Run, Shop, states
from tests.runtime.world import DONE, Mode, error

Make = Callable[..., Run]

FOUND: JobKind[Any, Any] = submitted(
    PART, find=FindAt(argument="url", path="/jobs", reply=Any, list=("jobs",), reference=("url",), job_id=("id",))
)
"""A kind whose jobs are found by their URL within 60 s."""
INPUTS = [{"url": "u0", "values": {"url": "u0"}}]


class ListShop(Shop):
    """A shop with a list of its jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: list[Reply] = []
        """The replies in place of the next lists."""
        self.searches: list[float] = []
        """When the list was asked for."""
        self.hidden_until = 0.0

    def __call__(self, sent: Sent) -> Reply:
        if sent.request.method == "GET" and sent.path.endswith("/jobs"):
            self.searches.append(sent.at)
            if self.lists:
                return self.lists.pop(0)
            seen = self.jobs if sent.at >= self.hidden_until else []
            return Reply({"jobs": [{"id": f"j{number}", "url": url} for number, url in enumerate(seen)]})
        return super().__call__(sent)

    def loses(self, *, made: bool, times: int = 1) -> None:
        """Lose the replies of the next submits."""
        left = iter([cut_off()] * times)
        self.is_made = made
        self.submit = lambda url: next(left, None)


@pytest.fixture
def run(mode: Mode, path: Path) -> Make:
    """A function that makes a process that runs the user's lines."""
    return lambda shop, **more: Run(mode, shop, path, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crawl.db"


def killed(run: Make, path: Path, shop: ListShop, *, made: bool) -> None:
    """A process whose submit has left, and which has ended before the reply: its entry is `sending`."""
    shop.loses(made=made)
    shop.lists = [error(400)]
    [outcome] = run(shop, max_retries=0).all(INPUTS, of=FOUND)
    assert isinstance(outcome.error, SubmitUncertain)
    assert ["sending"] == states(path)
    shop.searches.clear()


def test_a_lost_submit_is_found_in_the_same_batch(run: Make, path: Path) -> None:
    """It is not sent again, and its job is waited for."""
    shop = ListShop()
    shop.loses(made=True)
    [outcome] = run(shop).all(INPUTS, of=FOUND)

    assert outcome.is_ok
    assert ["u0"] == shop.jobs
    assert ["done"] == states(path)


def test_a_submit_that_made_nothing_is_sent_again_in_the_same_batch(run: Make, path: Path) -> None:
    """But only when its job would be in the list."""
    shop = ListShop()
    shop.loses(made=False)
    [outcome] = run(shop).all(INPUTS, of=FOUND, timeout=600.0)
    first, second = shop.searches

    assert outcome.is_ok
    assert ["u0"] == shop.jobs
    assert second - first == pytest.approx(60.0)


def test_a_job_that_is_visible_late_is_found(run: Make, path: Path) -> None:
    """W11: it is not sent again meanwhile."""
    shop = ListShop()
    shop.loses(made=True)
    shop.hidden_until = 59.0
    [outcome] = run(shop).all(INPUTS, of=FOUND, timeout=600.0)

    assert outcome.is_ok
    assert ["u0"] == shop.jobs


def test_what_a_dead_process_has_submitted_is_found(run: Make, path: Path) -> None:
    """By the next batch, with its token from then on."""
    shop = ListShop()
    killed(run, path, shop, made=True)
    [outcome] = run(shop, later=30.0).all(INPUTS, of=FOUND)

    assert outcome.is_ok
    assert ["u0"] == shop.jobs
    assert 1 == len(shop.searches)
    with sqlite3.connect(path) as database:
        assert [("j0",)] == list(database.execute("SELECT job_id FROM submit"))


def test_what_a_dead_process_has_not_submitted_is_sent_again(run: Make, path: Path) -> None:
    """Long after its submit, one search is enough."""
    shop = ListShop()
    killed(run, path, shop, made=False)
    [outcome] = run(shop, later=3600.0).all(INPUTS, of=FOUND)

    assert outcome.is_ok
    assert ["u0"] == shop.jobs
    assert 1 == len(shop.searches)


def test_a_key_that_may_be_forgotten_is_not_all_there_is(run: Make, path: Path) -> None:
    """As long as the key is kept it is sent again; after that, the job is searched for."""
    shop, keyed = ListShop(), with_keys(FOUND)
    shop.loses(made=True, times=2)
    shop.lists = [error(400)]
    [outcome] = run(shop, max_retries=0).all(INPUTS, of=keyed)
    assert isinstance(outcome.error, SubmitUncertain)
    assert outcome.error.idempotency_key is not None
    shop.submit = lambda url: error(500)
    [ended] = run(shop, later=7200.0).all(INPUTS, of=keyed)

    assert ended.is_ok
    assert ["u0"] == shop.jobs


def test_what_may_have_left_the_list_is_unsure(run: Make, path: Path) -> None:
    """After its retention, a list without the job proves nothing."""
    shop = ListShop()
    killed(run, path, shop, made=False)
    [outcome] = run(shop, later=2 * 86400.0).all(INPUTS, of=FOUND)

    assert isinstance(outcome.error, SubmitUncertain)
    assert "48.0 hours ago" in outcome.error.message
    assert ["unsure"] == states(path)
    assert [] == shop.jobs


def test_two_jobs_with_one_reference_are_unsure(run: Make, path: Path) -> None:
    """Nobody guesses which of them it is."""
    shop = ListShop()
    shop.jobs.append("u0")
    shop.loses(made=True)
    [outcome] = run(shop).all(INPUTS, of=FOUND)

    assert isinstance(outcome.error, SubmitUncertain)
    assert "2 jobs have the reference 'u0': j0, j1" in outcome.error.message
    assert ["unsure"] == states(path)


@pytest.mark.parametrize(
    ("reply", "cause"), [(error(400), BadRequest), (cut_off(), ConnectionFailed), (Reply({"error": "x"}), None)]
)
def test_a_search_that_fails_leaves_it_to_the_next_batch(
    run: Make, path: Path, reply: Reply, cause: type[Exception] | None
) -> None:
    """The error says why; nothing is sent again, and nothing is unsure."""
    shop = ListShop()
    shop.loses(made=True)
    shop.lists = [reply]
    one, other = run(shop, max_retries=0), run(shop, later=10.0)
    [outcome] = one.all(INPUTS, of=FOUND)
    assert isinstance(outcome.error, SubmitUncertain)
    assert "the search for it failed" in outcome.error.message
    assert cause is None or isinstance(outcome.error.__cause__, cause)
    assert ["sending"] == states(path)
    [ended] = other.all(INPUTS, of=FOUND)

    assert ended.is_ok
    assert ["u0"] == shop.jobs


def test_a_deadline_ends_the_search(run: Make, path: Path) -> None:
    """W1: the next batch searches again."""
    shop = ListShop()
    shop.loses(made=False)
    w = run(shop)
    [outcome] = w.all(INPUTS, of=FOUND, timeout=20.0)

    assert isinstance(outcome.error, SubmitUncertain)
    assert "may be missing from the list for" in outcome.error.message
    assert ["sending"] == states(path)
    assert all(sent.at - w.sent[0].at <= 20.0 for sent in w.sent)


def test_submits_are_not_sent_again_for_ever(run: Make, path: Path) -> None:
    """At most `max_retries` times in one batch."""
    shop = ListShop()
    shop.loses(made=False, times=9)
    [outcome] = run(shop, max_retries=2).all(INPUTS, of=FOUND, timeout=600.0)

    assert isinstance(outcome.error, SubmitUncertain)
    assert ["new"] == states(path)
    assert [] == shop.jobs
    assert 3 * 2 == len(shop.searches)


def test_a_submission_without_a_reference_is_unsure(run: Make, path: Path) -> None:
    """As one of a kind that cannot be found: one that was stored before the spec said how."""
    shop = ListShop()
    shop.loses(made=True)
    [outcome] = run(shop).all([{"url": "u0"}], of=FOUND)

    assert isinstance(outcome.error, SubmitUncertain)
    assert ["unsure"] == states(path)
    assert [] == shop.searches


def test_the_kind_of_these_tests_is_like_others() -> None:
    """Its replies are those of Acme."""
    assert FOUND.snapshot is Report
    assert DONE.status == 200
