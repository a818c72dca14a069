"""The simulated server without sockets: requests and times in, replies out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bide.ir import Named
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.validation import Validator
from bide.simulator.world.world import World
from tests.simulator.simulated_acme import PICTURE, PROVIDER, Acme, decoded, message

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}


def test_a_job_runs_to_its_end() -> None:
    """Polls have each status in turn, with matching times, progress, retry_after and readiness."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=10")
    seen = {second: acme.at(second, f"/shots/{id}")[1] for second in (0, 1, 4, 9, 10)}

    assert [reply["status"] for reply in seen.values()] == ["queued", "queued", "working", "working", "done"]
    assert seen[0] == {
        "id": id,
        "type": "picture",
        "status": "queued",
        "url": "https://b.example/",
        "country": "us",
        "ready": False,
        "wait_ms": 2000,
        "created_at": "2026-01-01T00:00:00.000Z",
        "started_at": None,
    }
    assert seen[4]["work"] == {"done": 4, "of": 10, "step": "example"}
    assert seen[4]["started_at"] == "2026-01-01T00:00:02.000Z"
    assert seen[9]["work"]["done"] == 9
    assert "finished_at" not in seen[9]
    assert "error" not in seen[10]
    assert "wait_ms" not in seen[10]
    assert seen[10]["ready"] is True
    assert seen[10]["cost"] == 1
    assert seen[10]["work"]["done"] == 10
    assert seen[10]["finished_at"] == "2026-01-01T00:00:10.000Z"


def test_a_submit_reply_has_its_own_id() -> None:
    """The id of an example is replaced everywhere in it."""
    reply = decoded(Acme.new().ask("POST", "/shots", PICTURE))

    assert reply["watch"] == f"/v2/shots/{reply['ticket']}"
    assert reply["status"] == "queued"


def test_the_kind_follows_the_job() -> None:
    """An example of another job of the same lifecycle is adapted to this one."""
    acme = Acme.new()
    id = acme.submit(body={"kind": "film", "input": {"url": "https://b.example/"}}, scenario="fail; duration=1")

    assert acme.at(2, f"/shots/{id}")[1]["type"] == "film"


def test_a_failed_job() -> None:
    """The provider's own example of a failed job is used, with this job's id."""
    acme = Acme.new()
    id = acme.submit(scenario="fail; duration=4")
    status, reply = acme.at(4, f"/shots/{id}")

    assert (status, reply["status"], reply["id"], reply["cost"]) == (200, "broken", id, 0)
    assert reply["error"] == {"code": "TOO_DARK", "text": "It was night."}
    assert (reply["url"], reply["finished_at"]) == ("https://b.example/", "2026-01-01T00:00:04.000Z")


@pytest.mark.parametrize(
    ("scenario", "status"), [("partial", "half"), ("cancel", "off"), ("stall", "stopping"), ("succeed", "done")]
)
def test_outcomes(scenario: str, status: str) -> None:
    """Each outcome leads to its status; a stalled job never ends."""
    acme = Acme.new()
    id = acme.submit(scenario=f"{scenario}; duration=3")
    shown = acme.at(1000, f"/shots/{id}")[1]["status"]

    assert shown == ("working" if scenario == "stall" else status)


def test_an_end_that_does_not_exist_is_refused() -> None:
    """A scenario that this job cannot follow is 400, with the reason."""
    answer = Acme.new().ask("POST", "/reports", WORDS, x_bide_scenario="cancel")

    assert answer.status == 400
    assert 'a job "report" cannot follow "cancel"' in message(decoded(answer))


def test_an_end_in_the_submit() -> None:
    """With duration 0, the submit reply is final."""
    reply = decoded(Acme.new().ask("POST", "/shots", PICTURE, x_bide_scenario="duration=0"))

    assert reply["status"] == "done"


def test_typical_durations() -> None:
    """Durations are random within the typical time of the spec."""
    acme = Acme.new()
    for _ in range(20):
        acme.submit()
    ends = [job.finished for job in acme.world._registry._jobs.values()]

    assert all(end is not None and 10 <= end <= 20 for end in ends)
    assert len(set(ends)) == 20


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Two worlds with one seed give the same replies; another seed gives others."""

    def story(seed: int) -> list[bytes]:
        acme, said = Acme.new(seed=seed), []
        for now in range(0, 30, 2):
            acme.now = now
            said.append(acme.ask("POST", "/shots", PICTURE).body)
        return said

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_every_reply_matches_the_spec() -> None:
    """For any scenario, each reply decodes, and has its fields by state."""
    catalog = Catalog(PROVIDER)
    check = Validator(catalog)
    submits: list[tuple[str, Any]] = [("/shots", PICTURE), ("/batches", PAGES), ("/reports", WORDS)]
    for job in PROVIDER.jobs[:1] + PROVIDER.jobs[2:]:
        path, body = next(pair for pair in submits if pair[0] == job.submit.path)
        for outcome in ("succeed", "fail", "stall"):
            acme = Acme.new()
            id = acme.submit(path, body, f"{outcome}; duration=5")
            for now in range(8):
                reply = acme.at(now, f"{path}/{id}")[1]
                state = job.lifecycle.states[reply[job.lifecycle.status[0]]]
                model = catalog.model(job.snapshot)
                promised = [field.wire for field in model.fields if state in field.when] if model else []
                assert not list(check.problems(Named(job.snapshot), reply))
                assert promised == [wire for wire in promised if reply.get(wire) is not None]


def test_a_batch_has_an_item_for_each_page() -> None:
    """Items are those of the submitted pages, in order, and all succeed."""
    acme = Acme.new()
    reply = acme.at(10, f"/batches/{acme.submit('/batches', PAGES)}")[1]

    assert [(each["index"], each["url"], each["status"]) for each in reply["checks"]] == [
        (0, "https://x.example/", "good"),
        (1, "https://y.example/", "good"),
        (2, "https://z.example/", "good"),
    ]
    assert reply["duration_ms"] > 0


@pytest.mark.parametrize(
    ("scenario", "failed"),
    [("failed_items=2", [1, 2]), ("partial", [2]), ("failed_items=9", [0, 1, 2]), ("failed_items=0,2", [0, 2])],
)
def test_items_that_fail(scenario: str, failed: list[int]) -> None:
    """A scenario says how many or which items fail; the others succeed."""
    acme = Acme.new()
    reply = acme.at(10, f"/batches/{acme.submit('/batches', PAGES, scenario)}")[1]

    assert reply["status"] == "DONE"
    assert [each["index"] for each in reply["checks"] if each["status"] == "bad" and each["error"]] == failed
    assert [each["index"] for each in reply["checks"] if each.get("error")] == failed


def test_items_of_a_job_without_items() -> None:
    """Failing items of a job without items are refused."""
    assert Acme.new().ask("POST", "/shots", PICTURE, x_bide_scenario="failed_items=1").status == 400


def test_min_interval() -> None:
    """A poll sooner than min_interval after the last one is 429 with Retry-After, and is counted."""
    acme = Acme.new()
    id = acme.submit()
    answers = []
    for acme.now in (0.0, 0.5, 1.4, 2.5):
        answers.append(acme.ask("GET", f"/shots/{id}"))

    assert [answer.status for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["retry-after"] == "1"
    assert (acme.report()["polls"], acme.report()["early_polls"]) == (4, 2)


def test_min_interval_is_scaled() -> None:
    """At speed 10, min_interval is 10 % of that in real time."""
    acme = Acme.new(speed=10)
    id = acme.submit()

    assert [acme.at(now, f"/shots/{id}")[0] for now in (0, 0.5, 1.5)] == [200, 429, 200]


def test_retry_after_is_scaled() -> None:
    """retry_after in a reply is real time."""
    acme = Acme.new(speed=10)

    assert acme.at(0, f"/shots/{acme.submit()}")[1]["wait_ms"] == 200


def test_the_same_idempotency_key() -> None:
    """The same key and body is the same job, another body is a conflict, another key another job."""
    acme = Acme.new()
    id = acme.submit(idempotency_key="a")

    assert acme.submit(idempotency_key="a") == id
    assert acme.report()["submits"] == 2
    other = {"kind": "picture", "input": {"url": "https://c.example/"}}
    assert acme.ask("POST", "/shots", other, idempotency_key="a").status == 409
    assert acme.submit(idempotency_key="b") != id


def test_an_idempotency_key_is_kept_as_long_as_the_spec_says() -> None:
    """After that time, a submit with the same key creates another job."""
    [picture] = [job for job in PROVIDER.jobs if job.name == "picture"]
    others = [job for job in PROVIDER.jobs if job is not picture]
    kept = replace(
        PROVIDER, jobs=(replace(picture, idempotency_key=replace(picture.idempotency_key, retention=60.0)), *others)
    )
    acme = Acme(World(kept))
    ids = []
    for acme.now in (0, 60, 61):
        ids.append(acme.submit(idempotency_key="a"))

    assert ids[0] == ids[1] != ids[2]


def test_an_unsupported_key_is_ignored() -> None:
    """If the spec has no idempotency header, each submit is a new job."""
    acme = Acme.new()

    assert acme.submit("/reports", WORDS, idempotency_key="a") != acme.submit("/reports", WORDS, idempotency_key="a")


def test_cancel() -> None:
    """A running job is cancelled with 202, by its stopping status; one that has ended is unchanged, with 200."""
    acme = Acme.new()
    id = acme.submit(scenario="duration=10")

    status, reply = acme.at(5, f"/shots/{id}/cancel", "POST")
    assert (status, reply) == (202, {"id": id, "status": "stopping"})
    assert acme.at(7, f"/shots/{id}")[1]["status"] == "off"
    assert acme.at(8, f"/shots/{id}/cancel", "POST") == (200, {"id": id, "status": "off"})
    assert acme.report()["cancels"] == 2


@pytest.mark.parametrize("path", ["/shots/nope", "/shots/nope/picture", "/shots/nope/cancel"])
def test_an_unknown_job(path: str) -> None:
    """An unknown id is 404 at every address."""
    assert Acme.new().ask("POST" if path.endswith("cancel") else "GET", path).status == 404


def test_a_job_of_another_lifecycle_is_unknown() -> None:
    """The id of one kind of job is 404 at the address of another."""
    acme = Acme.new()

    assert acme.at(0, f"/reports/{acme.submit()}")[0] == 404
