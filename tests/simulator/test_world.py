"""The simulated server without sockets: requests and times in, replies out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bide.ir import Named
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.validation import Validator
from bide.simulator.life.answer import Ending
from bide.simulator.life.scenario import ScenarioError
from tests.simulator.simulated_acme import PICTURE, PROVIDER, Acme, decoded

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}


def message(reply: Any) -> str:
    return str(reply["error"]["message"])


# --- validation of requests ---


def test_a_key_is_needed() -> None:
    """Without a key, or with a wrong one, everything is 401 in the provider's own shape."""
    acme = Acme.new(key="right")

    for headers in ({"x-version": "7"}, {"x-version": "7", "x-key": "wrong"}):
        acme.headers = headers
        answer = acme.ask("POST", "/shots", PICTURE)
        assert (answer.status, decoded(answer)["error"]["code"]) == (401, "unauthorized")
    acme.headers["x-key"] = "right"
    assert acme.ask("POST", "/shots", PICTURE).status == 202


def test_headers_of_every_request_are_checked() -> None:
    """A header that the spec sends with every request is required."""
    acme = Acme.new()
    acme.headers = {"x-key": "k"}

    answer = acme.ask("GET", "/shots/1")

    assert answer.status == 400
    assert message(decoded(answer)) == "header.X-Version is '', expected '7'"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/batches", 405)])
def test_unknown_addresses(method: str, path: str, status: int) -> None:
    """An unknown path is 404, a known one with another method 405."""
    assert Acme.new().ask(method, path).status == status


def test_every_reply_has_a_request_id() -> None:
    """If the spec has a request id."""
    acme = Acme.new()

    assert acme.ask("GET", "/nowhere").headers["x-request-id"] == "req_000001"
    assert acme.ask("POST", "/shots", PICTURE).headers["x-request-id"] == "req_000002"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/shots", b"{", "$ is not JSON"),
        ("/shots", b"[NaN]", "$ is not JSON"),
        ("/shots", {"kind": "opera", "input": {}}, '$.kind is not one of "picture", "film"'),
        ("/shots", {"kind": "film", "input": {}}, "$.input.url is missing"),
        ("/shots", {**PICTURE, "loud": True}, "$.loud is not known here"),
        ("/shots", {"kind": "film", "input": {"url": "x"}}, '$.input.url is "x", expected a text like ^https?://'),
        ("/shots", {"kind": "film", "input": {"url": 3}}, "$.input.url is 3, expected a text"),
        ("/batches", {"urls": []}, "$.urls has 0 items, expected at least 1"),
        ("/batches", {"urls": ["a", None]}, "$.urls[1] is null, expected a text"),
        ("/batches", [], "$ is [], expected an object"),
        ("/reports", {"words": "a"}, "$.words has 1 characters, expected at least 2"),
    ],
)
def test_bodies_are_checked(path: str, body: Any, expected: str) -> None:
    """An invalid body is 400, with the JSON path of the problem; unknown keys are invalid."""
    answer = Acme.new().ask("POST", path, body)

    assert (answer.status, message(decoded(answer))) == (400, expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "query.words is missing"),
        ("words=ab&limit=10", "query.limit is 10, expected at most 9"),
        ("words=ab&limit=many", 'query.limit is "many", expected an integer'),
        ("words=ab&depth=3", "query.depth is not known here"),
    ],
)
def test_queries_are_checked(query: str, expected: str) -> None:
    """An invalid query is 400."""
    answer = Acme.new().ask("GET", "/find/here", query=query)

    assert (answer.status, message(decoded(answer))) == (400, expected)


# --- a job over time ---


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


# --- results ---


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


# --- batches ---


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


# --- min_interval, keys, cancel ---


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


# --- faults ---


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


# --- operations and streams ---


def test_an_operation() -> None:
    """An operation replies at once, with the values of its arguments."""
    answer = Acme.new().ask("GET", "/find/here", query="words=abc&limit=2")

    assert (answer.status, decoded(answer)) == (200, {"words": "abc", "hits": ["example"]})


def test_faults_of_operations() -> None:
    """The repeated call continues in its script."""
    acme = Acme.new()
    faults = {"query": "words=abc", "x_bide_scenario": "call=502,429"}

    assert [acme.ask("GET", "/find/here", **faults).status for _ in range(3)] == [502, 429, 200]
    assert acme.ask("GET", "/find/here", query="words=abc", x_bide_scenario="fail").status == 500


def test_a_refused_call_is_over() -> None:
    """A client does not repeat it, so the next call starts the script anew."""
    acme = Acme.new()
    refused = {"query": "words=abc", "x_bide_scenario": "call=402"}

    assert [acme.ask("GET", "/find/here", **refused).status for _ in range(2)] == [402, 402]


def test_an_operation_that_may_return_a_job() -> None:
    """It replies inline unless the scenario wants a job, which is then polled like any other."""
    acme = Acme.new()
    later = acme.ask("POST", "/find", WORDS, x_bide_scenario="answer=job; duration=2")

    assert acme.ask("POST", "/find", WORDS).status == 200
    assert later.status == 202
    assert acme.at(3, f"/reports/{decoded(later)['id']}")[1]["state"] == "written"


def events(*words: str, scenario: str = "") -> tuple[list[tuple[str, Any]], Ending]:
    headers = {"x_bide_scenario": scenario} if scenario else {}
    answer = Acme.new().ask("POST", "/listen", WORDS, **headers)
    blocks = b"".join(chunk for _, chunk in answer.chunks).decode().split("\n\n")
    pairs = [block.split("\n") for block in blocks if block.startswith("event: ")]
    assert answer.headers["content-type"] == "text/event-stream"
    return [(name[7:], json.loads(data[6:])) for name, data in pairs], answer.ending


def test_a_stream() -> None:
    """A stream has each event of the spec once, in order, and ends with the last one."""
    told, ending = events()

    assert [name for name, _ in told] == ["begin", "line", "end"]
    assert told[2][1]["words"] == "abc"
    assert ending is Ending.WHOLE


@pytest.mark.parametrize(
    ("scenario", "names", "ending"),
    [
        ("fail", ["begin", "failed"], Ending.WHOLE),
        ("call=cut_short", ["begin"], Ending.CUT),
        ("stall", ["begin"], Ending.HANG),
    ],
)
def test_a_stream_that_ends_early(scenario: str, names: list[str], ending: Ending) -> None:
    """A stream can end half way with the provider's error event, be truncated, or stay open."""
    told, how = events(scenario=scenario)

    assert ([name for name, _ in told], how) == (names, ending)


def test_the_report_counts_requests() -> None:
    """Every request is counted, by path template and status."""
    acme = Acme.new()
    id = acme.submit()
    acme.at(0, f"/shots/{id}")
    acme.at(5, f"/shots/{id}")
    acme.ask("GET", "/nowhere")
    report = acme.world.report(5)

    assert report["requests"] == 4
    assert report["requests_by_path"] == {"GET /shots/{job_id}": 2, "GET /v2/nowhere": 1, "POST /shots": 1}
    assert report["replies_by_status"] == {"200": 2, "202": 1, "404": 1}
    assert acme.report() == {
        "id": id,
        "job": "picture",
        "status": "working",
        "state": "running",
        "outcome": "succeed",
        "submits": 1,
        "polls": 2,
        "early_polls": 0,
        "result_fetches": 0,
        "cancels": 0,
    }
