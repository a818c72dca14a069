"""A batch on a ledger: the same lines, run again, go on where they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.errors.client import InvalidArgument, InvalidToken
from bide_runtime.errors.ledger import LedgerFileError
from bide_runtime.http.errors import ApiError, AuthenticationError, BadRequest, ServerError
from bide_runtime.jobs.errors import JobFailed, JobTimeout, SubmitUncertain
from bide_runtime.ledger.ledger import Ledger
from bide_runtime.ledger.state import EntryState

from tests.runtime.acme import APART, PART, Page
from tests.runtime.fakes import Reply, cut_off
from tests.runtime.ledger.shop import Run, Shop, inputs, states
from tests.runtime.world import BROKEN, DONE, RUNNING, Mode, World, error

Make = Callable[..., Run]


@pytest.fixture
def run(mode: Mode, path: Path) -> Make:
    """A function that makes a process that runs the user's lines."""
    return lambda shop, **more: Run(mode, shop, path, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crawl.db"


def test_all_inputs_become_one_job_each(run: Make, path: Path) -> None:
    """A second run of the same lines submits nothing, and hands out nothing again."""
    shop = Shop()
    first = run(shop)
    outcomes = first.all(inputs())
    again = run(shop)

    assert [Page(text="hello")] * 3 == [outcome.result for outcome in outcomes]
    assert [] == again.all(inputs())
    assert [] == again.sent
    assert ["u0", "u1", "u2"] == sorted(shop.jobs)


def test_new_inputs_of_a_changed_list_are_run(run: Make, path: Path) -> None:
    """And those that are no longer in it stay as they are."""
    shop = Shop()
    one, other = run(shop), run(shop)
    one.all(inputs())
    outcomes = other.all([{"url": "u2"}, {"url": "new"}])

    assert ["new"] == [outcome.input["url"] for outcome in outcomes]


def test_equal_inputs_are_different_jobs(run: Make, path: Path) -> None:
    """As they are without a ledger, and also in the second run."""
    shop = Shop()
    one, other = run(shop), run(shop)
    same = [{"url": "u"}, {"url": "u"}, {"url": "u"}]

    assert 2 == len(one.all(same[:2]))
    assert 1 == len(other.all(same))
    assert ["u"] * 3 == shop.jobs


def test_a_key_tells_inputs_apart(run: Make, path: Path) -> None:
    """An input whose other arguments have changed is the same job; two with one key are an error."""
    shop = Shop()
    one, other = run(shop), run(shop)
    one.all([{"url": "a"}], key=lambda given: "k")

    assert [] == other.all([{"url": "b"}], key=lambda given: "k")
    with pytest.raises(InvalidArgument, match="have the key 'k'"):
        other.all([{"url": "a"}, {"url": "b"}], key=lambda given: "k")


def test_an_outcome_is_handed_out_again_unless_the_loop_asked_for_the_next(mode: Mode, path: Path) -> None:
    """Its work may not be done yet."""
    shop = Shop()
    w = World("sync", shop)
    with w.jobs(PART).run_many(inputs(), ledger=path, max_in_flight=1) as batch:
        first, second = next(batch), next(batch)
    again = Run(mode, shop, path)
    rest = again.all(inputs())

    assert [second.input["url"], "u2"] == [outcome.input["url"] for outcome in rest]
    assert first.input["url"] not in [outcome.input["url"] for outcome in rest]
    assert 3 == len(shop.jobs)


def test_a_job_that_is_still_running_is_waited_for_again(run: Make, path: Path) -> None:
    """After a timeout. The first poll of the second run keeps the minimum interval."""
    shop = Shop()
    shop.poll = lambda url: RUNNING
    one, other = run(shop), run(shop)
    [outcome] = one.all(inputs(1), timeout=10.0)
    shop.poll = lambda url: DONE
    [ended] = other.all(inputs(1))

    assert isinstance(outcome.error, JobTimeout)
    assert ended.is_ok
    assert ["u0"] == shop.jobs
    assert other.sent[0].at >= 1.0


@pytest.mark.parametrize("keyed", [True, False])
def test_a_submit_without_a_reply(run: Make, path: Path, keyed: bool) -> None:
    """With a key it is sent again with the same; without one it is unsure, and is never sent again by itself."""
    shop = Shop()
    shop.submit = lambda url: cut_off()
    of = APART if keyed else PART
    one, other = run(shop, max_retries=0), run(shop)
    [outcome] = one.all(inputs(1), of=of)
    shop.submit, shop.poll = lambda url: None, lambda url: DONE
    ended = other.all(inputs(1), of=of)

    assert isinstance(outcome.error, SubmitUncertain)
    assert [True] * keyed == [each.is_ok for each in ended]
    assert ["done" if keyed else "unsure"] == states(path)
    assert ["u0"] == shop.jobs


def test_a_key_that_the_provider_may_have_forgotten_is_not_sent_again(run: Make, path: Path) -> None:
    """Then nobody knows whether there is a job, and the error says for how long not."""
    shop = Shop()
    shop.submit = lambda url: cut_off()
    one, other = run(shop, max_retries=0), run(shop, later=5000.0)
    one.all(inputs(1), of=APART)
    [outcome] = other.all(inputs(1), of=APART)

    with pytest.raises(SubmitUncertain, match=r"1\.4 hours ago"):
        _ = outcome.result
    assert ["unsure"] == states(path)


@pytest.mark.parametrize(
    ("reply", "raised", "state"),
    [
        (error(400), BadRequest, "refused"),
        (error(401), AuthenticationError, "new"),
        (error(503), ServerError, "new"),
    ],
)
def test_a_submit_that_made_nothing(run: Make, path: Path, reply: Reply, raised: type[Any], state: str) -> None:
    """What says nothing of the input is tried again by the next run; what refuses it is not."""
    shop = Shop()
    shop.submit, shop.is_made = lambda url: reply, False
    one, other = run(shop), run(shop)
    [outcome] = one.all(inputs(1))
    assert [state] == states(path)
    shop.submit = lambda url: None
    ended = other.all(inputs(1))

    assert isinstance(outcome.error, raised)
    assert [True] * (state == "new") == [each.is_ok for each in ended]


def test_a_wrong_argument_is_refused(run: Make, path: Path) -> None:
    """It is the outcome of its input, as it is without a ledger."""
    w = run(Shop())
    outcomes = w.all([{"nonsense": "u"}, {"url": "u"}])

    assert [(InvalidArgument, None)] == [(type(each.error), each.job) for each in outcomes if each.error]
    assert ["refused", "done"] == states(path)


def test_a_failed_job_is_not_submitted_again_by_itself(run: Make, path: Path) -> None:
    """Until someone says so: `retry`."""
    shop = Shop()
    shop.poll = lambda url: BROKEN
    runs = [run(shop) for _ in range(3)]
    [outcome] = runs[0].all(inputs(1))
    assert isinstance(outcome.error, JobFailed)
    assert [] == runs[1].all(inputs(1))

    with Ledger(path) as ledger:
        assert 0 == ledger.retry()
        assert 1 == ledger.retry(failed=True)
    shop.poll = lambda url: DONE
    [ended] = runs[2].all(inputs(1))
    assert ended.is_ok
    assert ["u0", "u0"] == shop.jobs


def test_at_most_max_submitting_submits_are_under_way(path: Path) -> None:
    """Only these can become unsure."""
    at_once: list[int] = []
    shop = Shop()

    def counted(url: str) -> None:
        with sqlite3.connect(path) as database:
            at_once.append(database.execute("SELECT count(*) FROM job WHERE state = 'sending'").fetchone()[0])

    shop.submit = counted  # type: ignore[assignment]  # it returns nothing, which is the usual reply
    Run("sync", shop, path).all(inputs(30), max_submitting=3, max_in_flight=30)

    assert 30 == len(at_once)
    assert 3 >= max(at_once)


def test_a_million_inputs_are_not_read_at_once(path: Path) -> None:
    """Not more than can start."""
    w, read = World("sync", Shop()), 0

    def endless() -> Iterator[dict[str, str]]:
        nonlocal read
        while True:
            read += 1
            yield {"url": f"u{read}"}

    with w.jobs(PART).run_many(endless(), ledger=path, max_in_flight=5) as batch:
        for _ in range(20):
            next(batch)
    assert 35 >= read


def test_the_intent_is_on_disk_before_the_request_leaves(run: Make, path: Path) -> None:
    """With the submission and its key."""
    shop, seen = Shop(), []

    def noted(url: str) -> None:
        with sqlite3.connect(path) as database:
            seen.append(database.execute("SELECT state, submission FROM job").fetchone())

    shop.submit = noted  # type: ignore[assignment]
    w = run(shop)
    w.all(inputs(1), of=APART)

    [(state, submission)] = seen
    assert "sending" == state
    assert w.sent[0].request.headers["idempotency-key"] in submission


def test_what_makes_no_sense_with_a_ledger_is_refused(run: Make, path: Path) -> None:
    """In one sentence."""
    w = run(Shop())
    for wrong, said in (
        ({"in_order": True}, "in_order"),
        ({"max_submitting": 0}, "max_submitting"),
        ({"key": 7}, "key must be a function"),
        ({"ledger": ":memory:"}, "path of a file"),
    ):
        with pytest.raises(InvalidArgument, match=said):
            w.all(inputs(), **{"ledger": path, **wrong})
    with pytest.raises(InvalidArgument, match="key must return a text"):
        w.all(inputs(), key=lambda given: 7)


def test_a_large_outcome_is_kept_beside_the_ledger(run: Make, path: Path) -> None:
    """And comes back from there."""
    shop = Shop()
    shop.poll = lambda url: Reply({"status": "done", "page": {"text": "x" * 300_000}})
    w = World("sync", shop)
    with w.jobs(PART).run_many(inputs(1), ledger=path) as batch:
        next(batch)
    again = run(shop)
    [outcome] = again.all(inputs(1))

    assert 300_000 == len(outcome.result.text)
    assert ["1.json"] == [each.name for each in path.with_name("crawl.db-results").iterdir()]
    with Ledger(path) as ledger:
        [[entry]] = [list(ledger.outcomes())]
        assert 300_000 == len(entry.result["text"])


def test_tallies_and_audit(run: Make, path: Path) -> None:
    """Each state, and each submit that may have cost money."""
    shop = Shop()
    shop.submit = lambda url: cut_off() if url == "u1" else None
    w = run(shop, max_retries=0)
    w.all(inputs())

    with Ledger(path) as ledger:
        assert {EntryState.DONE: 2, EntryState.UNSURE: 1} == {
            state: number for state, number in ledger.tally().items() if number
        }
        assert ("acme", ["part"], 3) == (ledger.provider, ledger.kinds, ledger.paid)
        [unsure] = ledger.outcomes("unsure")
        assert isinstance(unsure.error, SubmitUncertain)


def test_settling_what_is_unsure(run: Make, path: Path) -> None:
    """A person says that there is a job, and which, or that nothing was made."""
    shop = Shop()
    shop.submit = lambda url: cut_off()
    one, other = run(shop, max_retries=0), run(shop)
    one.all(inputs(2))
    shop.submit = lambda url: None
    with Ledger(path) as ledger:
        with pytest.raises(InvalidArgument, match="either"):
            ledger.settle(1)
        ledger.settle(1, token=World("sync", shop).job(PART, f"j{shop.jobs.index('u0')}").token)
        ledger.settle(2, nothing_made=True)
        with pytest.raises(InvalidArgument, match="neither unsure nor running"):
            ledger.settle(2, nothing_made=True)
    outcomes = other.all(inputs(2))

    assert [True, True] == [outcome.is_ok for outcome in outcomes]
    assert {"u0": 1, "u1": 2} == {url: shop.jobs.count(url) for url in shop.jobs}


@pytest.mark.parametrize("how", ["retry", "settle"])
def test_a_job_that_the_provider_no_longer_knows_can_be_submitted_again(run: Make, path: Path, how: str) -> None:
    """It stays running by itself, since the 404 may be a mistake; a person decides, and not while it is waited for."""
    shop = Shop()
    shop.poll = lambda url: RUNNING
    run(shop).all(inputs(1), timeout=10.0)
    shop.poll = lambda url: error(404)
    [outcome] = run(shop).all(inputs(1))
    assert isinstance(outcome.error, ApiError)
    assert ["running"] == states(path)
    with Ledger(path) as ledger:
        if how == "retry":
            assert 1 == ledger.retry(running=True)
        else:
            ledger.settle(1, nothing_made=True)
    shop.poll = lambda url: DONE
    [outcome] = run(shop).all(inputs(1))

    assert outcome.is_ok
    assert ["u0", "u0"] == shop.jobs


def test_a_job_that_is_waited_for_is_not_submitted_again(run: Make, path: Path) -> None:
    """Whatever a person says meanwhile: a batch at work has it."""
    shop, told = Shop(), []

    def polled(url: str) -> Reply:
        with Ledger(path) as ledger:
            told.append(ledger.retry(running=True))
            with pytest.raises(InvalidArgument, match="a batch is waiting for its job"):
                ledger.settle(1, nothing_made=True)
        return DONE

    shop.poll = polled
    [outcome] = run(shop).all(inputs(1))

    assert outcome.is_ok
    assert [0] == told
    assert ["u0"] == shop.jobs


@pytest.mark.parametrize(("refusal", "state"), [(429, "sending"), (503, "sending"), (401, "sending"), (400, "unsure")])
def test_a_refused_second_attempt_says_nothing_of_the_first(run: Make, path: Path, refusal: int, state: str) -> None:
    """The first may have made a job: the key stays the same, and a refusal for good is for a person."""
    shop = Shop()
    shop.submit = lambda url: cut_off()
    run(shop, max_retries=0).all(inputs(1), of=APART)
    shop.submit, shop.is_made = lambda url: error(refusal), False
    run(shop, max_retries=0).all(inputs(1), of=APART)
    assert [state] == states(path)
    shop.submit, shop.is_made = lambda url: None, True
    ended = run(shop).all(inputs(1), of=APART)

    assert [True] * (state == "sending") == [outcome.is_ok for outcome in ended]
    assert (["u0"], 1) == (shop.jobs, len(shop.keys))


def test_a_job_whose_token_cannot_be_resumed_is_not_given_up(run: Make, path: Path) -> None:
    """It exists: the error is an outcome of this run, and a client that fits goes on with it."""
    shop = Shop()
    shop.poll = lambda url: RUNNING
    run(shop).all(inputs(1), timeout=10.0)
    with sqlite3.connect(path) as database:
        [(token,)] = database.execute("SELECT token FROM job").fetchall()
        database.execute("UPDATE job SET token = 'x'")
    [outcome] = run(shop).all(inputs(1))
    assert isinstance(outcome.error, InvalidToken)
    assert ["running"] == states(path)

    with sqlite3.connect(path) as database:
        database.execute("UPDATE job SET token = ?", (token,))
    shop.poll = lambda url: DONE
    assert [True] == [each.is_ok for each in run(shop).all(inputs(1))]
    assert ["u0"] == shop.jobs


def test_rate_limits_that_cannot_be_written_refuse_no_input(run: Make, path: Path) -> None:
    """A full disk says nothing of the arguments: the next run submits them."""
    shop = Shop()

    def broken() -> Iterator[dict[str, str]]:
        with sqlite3.connect(f"{path}-rates") as database:
            database.execute("DROP TABLE slot")
        yield from inputs(2)

    outcomes = run(shop, max_rate=100).all(broken())

    assert [LedgerFileError, LedgerFileError] == [type(outcome.error) for outcome in outcomes]
    assert ["new", "new"] == states(path)
