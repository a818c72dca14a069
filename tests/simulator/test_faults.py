"""Faults that a scenario puts into replies."""

from __future__ import annotations

import pytest

from bide.simulator.life.answer import Ending
from bide.simulator.life.scenario import ScenarioError
from tests.simulator.simulated_acme import PICTURE, Acme, decoded

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}


def test_faults_of_polls() -> None:
    """Polls have the faults of the script in order, and none after that."""
    acme = Acme.new()
    id = acme.submit(
        scenario="poll=429:7,502,cut_short,lost,web_page,wrong_shape,unknown_status,slow:3,404,ok; duration=1000"
    )
    answers = []
    for acme.now in range(0, 60, 5):
        answers.append(acme.ask("GET", f"/shots/{id}"))

    assert [answer.status for answer in answers] == [429, 502, 200, 200, 200, 200, 200, 200, 404, 200, 200, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert decoded(answers[1])["error"]["code"] == "bad_gateway"
    assert (answers[2].ending, answers[3].ending) == (Ending.CUT, Ending.DROP)
    assert answers[4].headers["content-type"].startswith("text/html")
    assert isinstance(decoded(answers[5]), list)
    assert decoded(answers[6])["status"] == "not_in_the_spec"
    assert answers[7].delay == 3
    assert decoded(answers[9])["id"] == id


def test_nulls() -> None:
    """`null` sets optional fields to null, but not those that the state promises or that show how the job ended."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=5; poll=nulls,nulls", body=PICTURE)
    going, done = (acme.at(second, f"/shots/{id}")[1] for second in (2, 6))

    assert {key for key, value in going.items() if value is None} == {
        *("country", "work", "error", "wait_ms", "cost", "finished_at")
    }
    assert {key for key, value in done.items() if value is None} == {"country", "work", "error", "wait_ms"}
    assert (done["status"], done["ready"], done["cost"]) == ("done", True, 1)


def test_nulls_within_a_result() -> None:
    """Items of a batch get nulls too; their list stays."""
    acme = Acme.new()
    id = acme.submit("/batches", PAGES, scenario="duration=1; failed_items=1; poll=nulls")
    reply = acme.at(5, f"/batches/{id}")[1]

    assert [check["status"] for check in reply["checks"]] == ["good", "good", "bad"]
    assert [(check["score"], check["error"]) for check in reply["checks"]] == [(None, None)] * 3
    assert reply["share"] is None
    assert reply["duration_ms"] is not None


def test_nulls_keep_the_error_of_a_failed_job() -> None:
    """A failed job keeps its error among the nulls."""
    acme = Acme.new()
    id = acme.submit(scenario="fail; duration=1; poll=nulls")
    reply = acme.at(5, f"/shots/{id}")[1]

    assert reply["error"]["code"] == "TOO_DARK"
    assert reply["work"] is None


def test_an_id_with_a_slash() -> None:
    """Such an id is found only if it is encoded in the path."""
    acme = Acme.new()
    id = acme.submit(scenario="id_prefix=team/; duration=1")

    assert id.startswith("team/picture_")
    assert acme.at(5, f"/shots/{id.replace('/', '%2F')}")[1]["id"] == id
    assert acme.at(9, f"/shots/{id.replace('/', '%2F')}/picture")[1]["id"] == id
    assert acme.at(12, f"/shots/{id}")[0] == 404


def test_an_unknown_status_hides_the_end_of_the_job() -> None:
    """The rest of the reply is that of a running job, even if it has ended."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=1; poll=unknown_status")
    reply = acme.at(5, f"/shots/{id}")[1]

    assert (reply["status"], reply["ready"], "finished_at" in reply) == ("not_in_the_spec", False, False)
    assert acme.at(10, f"/shots/{id}")[1]["ready"] is True


def test_a_poll_below_min_interval_uses_up_no_fault() -> None:
    """min_interval is checked before the script."""
    acme = Acme.new()
    id = acme.submit(scenario="poll=ok,502; duration=100")

    assert [acme.at(now, f"/shots/{id}")[0] for now in (0, 0.1, 2, 4)] == [200, 429, 502, 200]


def test_a_poll_in_progress_may_be_202() -> None:
    """If the scenario says so, polls are 202 until the job has ended."""
    acme = Acme.new()
    id = acme.submit(scenario="poll_status=202; duration=5")

    assert [acme.at(now, f"/shots/{id}")[0] for now in (0, 4, 5)] == [202, 202, 200]


def test_faults_of_results_and_cancels() -> None:
    """Results and cancels have faults too."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=1; result=500,503; cancel=502")

    assert acme.at(0, f"/shots/{id}/cancel", "POST")[0] == 502
    assert acme.at(0, f"/shots/{id}")[1]["status"] == "queued"
    assert [acme.at(now, f"/shots/{id}/picture")[0] for now in (2, 3, 4)] == [500, 503, 200]


def test_a_submit_that_fails_before_its_job_is_made() -> None:
    """A fault before creates no job, and the repeated submit continues in its script."""
    acme = Acme.new()
    statuses = [acme.ask("POST", "/reports", WORDS, x_bide_scenario="submit=429*2").status for _ in range(3)]

    assert statuses == [429, 429, 202]
    assert len(acme.world.report(0)["jobs"]) == 1


def test_a_submit_that_fails_after_its_job_was_made() -> None:
    """A fault after creates a job: with a key the next attempt finds it, without one it creates another."""
    for key, jobs in (({"idempotency_key": "a"}, 1), ({}, 2)):
        acme = Acme.new()
        tries = [acme.ask("POST", "/shots", PICTURE, x_bide_scenario="submit=lost,ok", **key) for _ in range(2)]

        assert [answer.ending for answer in tries] == [Ending.DROP, Ending.WHOLE]
        assert len(acme.world.report(0)["jobs"]) == jobs


def test_a_new_job_begins_its_script_anew() -> None:
    """A lost submit that is not repeated does not use up the script of the next one."""
    acme = Acme.new()
    endings = [acme.ask("POST", "/reports", WORDS, x_bide_scenario="submit=lost").ending for _ in range(2)]

    assert endings == [Ending.DROP, Ending.DROP]


def test_scenarios_from_a_file() -> None:
    """A file sets the scenario of each job, by name and number; a header takes precedence."""
    file = "- match: {job: picture, nth: 2}\n  scenario: fail; duration=1\n- duration: 1\n"
    acme = Acme.new(scenarios=file)
    ids = [acme.submit(), acme.submit(), acme.submit(), acme.submit(scenario="partial;duration=1")]

    assert [acme.at(2, f"/shots/{id}")[1]["status"] for id in ids] == ["done", "broken", "done", "half"]


def test_a_file_with_an_unknown_job_is_refused() -> None:
    """The server does not start."""
    with pytest.raises(ScenarioError, match="no job 'picure'"):
        Acme.new(scenarios="- match: {job: picure}\n  outcome: fail\n")
