"""`poll_many`: its schema and lint rules, its meaning, and its simulation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bide import ir
from bide.emit.render import render
from bide.lint.pipeline import read_spec
from bide.simulator.life.answer import Ending
from bide.simulator.life.script import Script
from bide.simulator.world.world import World
from bide.spec import document as source
from bide.spec.shape import schema
from tests.acme_spec import FILE, changed, linted, said
from tests.simulator.simulated_acme import SPEC, Acme, decoded

POLL = '    poll: {get: "/jobs/{job_id}", accepts: [200, 202], rate_limit: 60/min}\n'
GOOD = "{get: /jobs, ids: {query: ids}, max_ids: 100, list: data.jobs, job_id: id, rate_limit: 30/min}"
POST = "{post: /jobs/search, ids: {body: job_ids}, max_ids: 50, job_id: id}"


def with_many(many: str, *replacements: tuple[str, str]) -> str:
    return changed((POLL, f"{POLL}    poll_many: {many}\n"), *replacements)


# --- the language


@pytest.mark.parametrize("many", [GOOD, POST])
def test_a_valid_poll_many(many: str) -> None:
    """Neither the schema nor the rules report it."""
    assert linted(with_many(many)) == []


@pytest.mark.parametrize(
    ("many", "expected"),
    [
        ("{get: /jobs, ids: {query: ids}, job_id: id}", 'missing-key: "poll_many" has no "max_ids"'),
        ("{get: /jobs, max_ids: 9, job_id: id}", 'missing-key: "poll_many" has no "ids"'),
        ("{get: /jobs, ids: {query: ids}, max_ids: 9}", 'missing-key: "poll_many" has no "job_id"'),
        ("{ids: {query: ids}, max_ids: 9, job_id: id}", '"poll_many" has no "get" or "post"'),
        ("{put: /jobs, ids: {query: ids}, max_ids: 9, job_id: id}", 'unknown-key: unknown key "put"'),
        ("{get: /jobs, ids: {}, max_ids: 9, job_id: id}", '"ids" has no "query" or "body"'),
        ("{get: /jobs, ids: {querry: ids}, max_ids: 9, job_id: id}", 'unknown key "querry" (did you mean "query"?)'),
        ("{get: /jobs, ids: ids, max_ids: 9, job_id: id}", '"ids" must be a mapping, not text'),
        ("{get: /jobs, ids: {query: 'ids?'}, max_ids: 9, job_id: id}", '"ids?" is not a valid key (write it like ids)'),
        ("{get: /jobs, ids: {query: ids}, max_ids: 0, job_id: id}", '"max_ids" is less than 1'),
        ("{get: jobs, ids: {query: ids}, max_ids: 9, job_id: id}", '"jobs" is not a valid path'),
    ],
)
def test_invalid_shapes(many: str, expected: str) -> None:
    """Each is reported once, with what to write instead."""
    found = [said(fault) for fault in schema.check(source.read(FILE, with_many(many)))]

    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    ("many", "expected"),
    [
        (
            "{get: /jobs, ids: {query: ids}, max_ids: 9, job_id: ID}",
            'unknown-pointer: FetchJob has no field "ID" (did you mean "id"?)',
        ),
        (
            "{get: /jobs, ids: {query: ids}, max_ids: 9, job_id: links}",
            'wrong-pointer: "links" is list of string, but it must be text or a whole number',
        ),
        (
            '{get: "/jobs/{job_id}/all", ids: {query: ids}, max_ids: 9, job_id: id}',
            'path-parameter: {job_id} is not known here (the ids of the jobs are sent as "ids" says)',
        ),
        (
            "{get: /jobs, ids: {body: ids}, max_ids: 9, job_id: id}",
            "bad-poll-many: a GET request has no body (send the ids in the query, or use post)",
        ),
    ],
)
def test_findings(many: str, expected: str) -> None:
    """The rules report a `poll_many` that cannot work."""
    [found] = [said(problem) for problem in linted(with_many(many))]

    assert expected in found


def test_poll_many_needs_an_accepted_200() -> None:
    """A lifecycle whose polls do not accept 200 cannot read jobs from a list."""
    [found] = [said(problem) for problem in linted(with_many(GOOD, ("accepts: [200, 202]", "accepts: [202]")))]

    assert 'bad-poll-many: "poll_many" needs 200 in "accepts"' in found


# --- the meaning


def many_of(text: str) -> ir.PollMany:
    [lifecycle] = read_spec(FILE, text).lifecycles
    assert lifecycle.poll_many is not None
    return lifecycle.poll_many


def test_the_meaning_of_get() -> None:
    """The ids are in the query; the list is at the pointer."""
    many = many_of(with_many(GOOD))

    assert (many.endpoint.method, many.endpoint.path) == ("GET", "/jobs")
    assert many.endpoint.rate_limit == ir.Rate(count=30, seconds=60.0)
    assert (many.ids_in, many.ids, many.max_ids) == ("query", "ids", 100)
    assert (many.list, many.job_id) == (("data", "jobs"), ("id",))


def test_the_meaning_of_post() -> None:
    """The ids are in the body; without a pointer the reply is the list."""
    many = many_of(with_many(POST))

    assert (many.endpoint.method, many.endpoint.path, many.endpoint.rate_limit) == ("POST", "/jobs/search", None)
    assert (many.ids_in, many.ids, many.max_ids) == ("body", "job_ids", 50)
    assert (many.list, many.job_id) == ((), ("id",))


def test_poll_many_is_optional() -> None:
    """It may be left out."""
    [lifecycle] = read_spec(FILE, changed()).lifecycles

    assert lifecycle.poll_many is None


@pytest.mark.parametrize(
    ("many", "printed"),
    [
        (GOOD, 'PollMany(path="/jobs", ids="ids", max_ids=100, list=("data", "jobs"), job_id=("id",))'),
        (
            POST,
            'PollMany(path="/jobs/search", ids="job_ids", max_ids=50, method="POST", ids_in="body", job_id=("id",))',
        ),
    ],
)
def test_the_generated_table(many: str, printed: str) -> None:
    """The generated lifecycle has it in one line, and the provider has its rate limit."""
    files = render(read_spec(FILE, with_many(many)))

    assert f"    poll_many={printed},\n" in files["acme_client/_jobs.py"]
    assert "PollMany, " in files["acme_client/_jobs.py"].partition("\n\n\n")[0]
    assert ('"GET /jobs": Rate(count=30, seconds=60.0)' in files["acme_client/_provider.py"]) == (many == GOOD)


# --- the simulator

SHOT = '    poll: {get: "/shots/{job_id}", accepts: [200, 202]}\n'
SHOTS = "    poll_many: {get: /shots, ids: {query: ids}, max_ids: 3, list: found.shots, job_id: id}\n"
REPORT = '    poll: {get: "/reports/{job_id}"}\n'
REPORTS = "    poll_many: {post: /reports/search, ids: {body: ids}, max_ids: 3, job_id: id}\n"
PROVIDER = read_spec("acme.yaml", SPEC.replace(SHOT, SHOT + SHOTS).replace(REPORT, REPORT + REPORTS))


def new(**options: Any) -> Acme:
    return Acme(World(PROVIDER, script=Script(), **options))


def asked(acme: Acme, *ids: str, now: float = 0.0) -> tuple[int, Any]:
    """Status and body of a poll of many shots."""
    acme.now = now
    answer = acme.ask("GET", "/shots", query=f"ids={','.join(ids)}")
    return answer.status, decoded(answer)


def test_many_jobs_in_one_reply() -> None:
    """The list has the poll reply of each job, without unknown ids."""
    acme = new()
    first, second = acme.submit(scenario="duration=2"), acme.submit(scenario="fail; duration=9")

    status, body = asked(acme, second, "shot-unknown", first, now=3.0)

    assert status == 200
    assert [(shot["id"], shot["status"]) for shot in body["found"]["shots"]] == [(second, "working"), (first, "done")]
    assert body["found"]["shots"][1] == acme.at(5.0, f"/shots/{first}")[1]


def test_the_ids_in_a_body() -> None:
    """With POST, the ids are a list in the body; by default the reply is the list itself."""
    acme = new()
    id = acme.submit("/reports", {"words": "abc"}, scenario="duration=2")

    answer = acme.ask("POST", "/reports/search", {"ids": [id, "nobody"]})

    assert [job["id"] for job in decoded(answer)] == [id]


def test_one_request_is_one_poll_of_each() -> None:
    """It counts as one request, and as one poll of each known job."""
    acme = new()
    ids = [acme.submit(scenario="duration=9") for _ in range(3)]
    asked(acme, *ids[:2], now=1.0)

    report = acme.world.report(1.0)

    assert report["requests_by_path"]["GET /shots"] == 1
    assert [job["polls"] for job in report["jobs"]] == [1, 1, 0]


def test_min_interval_holds_for_each_job() -> None:
    """A job that is polled too soon fails the request, and is counted."""
    acme = new()
    first, second = acme.submit(scenario="duration=9"), acme.submit(scenario="duration=9")
    asked(acme, first, now=1.0)

    status, _ = asked(acme, first, second, now=1.5)

    assert status == 429
    assert [job["early_polls"] for job in acme.world.report(2.0)["jobs"]] == [1, 0]
    assert asked(acme, second, first, now=3.0)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "expected"),
    [
        ("GET", "/shots", "", None, "query.ids must be a list of ids"),
        ("GET", "/shots", "ids=a,,b", None, "query.ids must be a list of ids"),
        ("GET", "/shots", "ids=a&ids=b", None, "query.ids must be a list of ids"),
        ("GET", "/shots", "ids=a,b,c,d", None, "query.ids has 4 ids, expected at most 3"),
        ("GET", "/shots", "ids=a&all=1", None, "query.all is not known here"),
        ("POST", "/reports/search", "", {"ids": "a"}, "$.ids must be a list of ids"),
        ("POST", "/reports/search", "", {"ids": [1]}, "$.ids must be a list of ids"),
        ("POST", "/reports/search", "", b"{", "$.ids must be a list of ids"),
        ("POST", "/reports/search", "", ["a"], "$.ids must be a list of ids"),
    ],
)
def test_invalid_requests_are_refused(method: str, path: str, query: str, body: Any, expected: str) -> None:
    """The error says what is wrong."""
    answer = new().ask(method, path, body, query=query)

    assert answer.status == 400
    assert decoded(answer)["error"]["message"] == expected


def test_jobs_of_another_lifecycle_are_not_listed() -> None:
    """An address has only jobs of its own lifecycle."""
    acme = new()
    report = acme.submit("/reports", {"words": "abc"})

    assert asked(acme, report)[1] == {"found": {"shots": []}}


def test_a_fault_of_one_job_is_one_of_the_whole_reply() -> None:
    """A job's script advances with each request that polls it."""
    acme = new()
    first = acme.submit(scenario="duration=9; poll=ok,503:none,cut_short")
    second = acme.submit(scenario="duration=9; poll=ok,unknown_status")

    assert asked(acme, first, second, now=1.0)[0] == 200
    assert asked(acme, second, first, now=3.0)[0] == 503
    acme.now = 5.0
    assert acme.ask("GET", "/shots", query=f"ids={first},{second}").ending is Ending.CUT
    status, body = asked(acme, first, second, now=7.0)
    assert status == 200
    assert [shot["status"] for shot in body["found"]["shots"]] == ["working", "working"]


def test_an_unknown_status_is_only_of_its_job() -> None:
    """Other jobs of the reply are not affected."""
    acme = new()
    first, second = acme.submit(scenario="duration=9; poll=unknown_status"), acme.submit(scenario="duration=9")

    _, body = asked(acme, first, second, now=5.0)

    assert [shot["status"] for shot in body["found"]["shots"]] == ["not_in_the_spec", "working"]
    assert json.dumps(body)
