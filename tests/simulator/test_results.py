"""Results of simulated jobs."""

from __future__ import annotations

from typing import Any

import pytest

from bide.lint.pipeline import read_spec
from bide.simulator.bodies.bodies import FAILED
from bide.simulator.life.script import Script
from bide.simulator.world.world import World
from tests.simulator.simulated_acme import PICTURE, Acme, decoded

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}
ITEM_FAILED = "The simulator was told to fail this item."


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


HEAD = """\
bide: 1
name: acme
title: Acme
class: Acme
description: Runs.
docs: https://acme.example/docs
base_url: https://api.acme.example/v2
"""

REASONS = """\
jobs:
  run:
    submit: {post: /runs, body: {to: string}, returns: Run, job_id: id}
    lifecycle: run
    snapshot: Run
    result: Run
    failed_result: Run
    items: {list: steps, status: status, failed: [bad], error: why}
lifecycles:
  run:
    poll: {get: "/runs/{job_id}"}
    status: status
    states: {going: running, good: succeeded, bad: failed}
    error: {message: why}
models:
  Run: {fields: {id: string, status: string, why?: TYPE, steps: list of Step}}
  Step: {fields: {status: string, why?: TYPE}}
"""


@pytest.mark.parametrize(
    ("type_", "of_job", "of_item"),
    [
        ("string", FAILED, ITEM_FAILED),
        ("any", FAILED, ITEM_FAILED),
        ("list of string", [FAILED], [ITEM_FAILED]),
        ("object or string", FAILED, ITEM_FAILED),
    ],
)
def test_a_failed_job_says_why(type_: str, of_job: Any, of_item: Any) -> None:
    """So do its items, whatever type that holds a text the message has."""
    acme = Acme(World(read_spec("acme.yaml", HEAD + REASONS.replace("TYPE", type_)), script=Script()))
    id = acme.submit("/runs", {"to": "x"}, "fail; duration=1")
    reply = acme.at(2, f"/runs/{id}")[1]

    assert (reply["why"], {repr(step["why"]) for step in reply["steps"]}) == (of_job, {repr(of_item)})


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


KEYED = """\
jobs:
  run:
    submit: {post: /runs, body: {to: string}, returns: Ticket, job_id: id}
    lifecycle: run
    snapshot: Run
    result: Run
lifecycles:
  run:
    poll: {get: "/runs/{job_id}", query: {key: "{key}"}}
    status: status
    states: {going: running, good: succeeded}
models:
  Ticket: {fields: {id: string, key?: string}}
  Run: {fields: {id: string, status: string}}
"""


def test_a_value_that_no_later_reply_has_is_in_the_submit_reply() -> None:
    """Although its field is optional: without it the job could not be polled."""
    acme = Acme(World(read_spec("acme.yaml", HEAD + KEYED), script=Script()))
    ticket = decoded(acme.ask("POST", "/runs", {"to": "x"}))

    assert acme.ask("GET", f"/runs/{ticket['id']}", query=f"key={ticket['key']}").status == 200
