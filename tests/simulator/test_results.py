"""Results of simulated jobs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.simulated_acme import PICTURE, Acme

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}


def test_a_result_at_its_own_address() -> None:
    """A result is refused until it is ready, then returned, and gone after its retention."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=10")

    assert acme.at(9, f"/shots/{id}/picture")[0] == 425
    assert acme.at(10, f"/shots/{id}/picture") == (
        200,
        {"id": id, "status": "done", "image": "https://a.example/1.png"},
    )
    assert acme.at(3610, f"/shots/{id}/picture")[0] == 200
    assert acme.at(3611, f"/shots/{id}/picture")[0] == 410
    assert acme.report()["result_fetches"] == 4


def test_a_failed_job_has_no_result() -> None:
    """The result of a failed job is never ready."""
    acme = Acme.new()
    id = acme.submit(scenario="fail; duration=1")

    assert acme.at(1000, f"/shots/{id}/picture")[0] == 425


def test_a_result_that_comes_late() -> None:
    """A job may be done before its result is ready, and its replies show that."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=1; result_delay=5")
    early, late = acme.at(3, f"/shots/{id}")[1], acme.at(6, f"/shots/{id}")[1]

    assert (early["status"], early["ready"], late["status"], late["ready"]) == ("done", False, "done", True)
    acme.now = 0
    id = acme.submit(scenario="duration=1; result_delay=5")
    assert [acme.at(now, f"/shots/{id}/picture")[0] for now in (3, 6)] == [425, 200]


@pytest.mark.parametrize(("path", "body", "kind"), [("/shots", PICTURE, "/picture"), ("/reports", WORDS, "")])
def test_an_expired_job(path: str, body: Any, kind: str) -> None:
    """The result of an expired job is gone."""
    acme = Acme.new()
    id = acme.submit(path, body, "expire; duration=1")

    assert acme.at(0, f"{path}/{id}")[0] == 200
    assert acme.at(2, f"{path}/{id}{kind}")[0] in (404, 410)


def test_a_result_in_a_part_of_the_reply() -> None:
    """A result in a field is null until the job is done."""
    acme = Acme.new()
    id = acme.submit("/reports", WORDS, "duration=4")
    running, done = acme.at(2, f"/reports/{id}")[1], acme.at(4, f"/reports/{id}")[1]

    assert (running["report"], running["percent"]) == (None, 50)
    assert done["report"] == {"text": "example", "finishedAt": "2026-01-01T00:00:04.000Z"}
