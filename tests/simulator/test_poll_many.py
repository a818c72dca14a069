"""`poll_many`: what a spec may say of an address for many jobs, what it means, and how it is simulated."""

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
def test_a_good_one(many: str) -> None:
    """Neither the schema nor the rules mind an address for many jobs."""
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
def test_faults_of_shape(many: str, expected: str) -> None:
    """Each fault is told once, in words that say what to write instead."""
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
    """The rules find what cannot work."""
    [found] = [said(problem) for problem in linted(with_many(many))]

    assert expected in found


def test_what_is_listed_counts_as_200() -> None:
    """A lifecycle whose polls do not accept 200 cannot take jobs out of a list."""
    [found] = [said(problem) for problem in linted(with_many(GOOD, ("accepts: [200, 202]", "accepts: [202]")))]

    assert 'bad-poll-many: "poll_many" needs 200 in "accepts"' in found


# --- what it means


def many_of(text: str) -> ir.PollMany:
    [lifecycle] = read_spec(FILE, text).lifecycles
    assert lifecycle.poll_many is not None
    return lifecycle.poll_many


def test_what_a_get_means() -> None:
    """The ids go into the query; the list is where the pointer says."""
    many = many_of(with_many(GOOD))

    assert (many.endpoint.method, many.endpoint.path) == ("GET", "/jobs")
    assert many.endpoint.rate_limit == ir.Rate(count=30, seconds=60.0)
    assert (many.ids_in, many.ids, many.max_ids) == ("query", "ids", 100)
    assert (many.list, many.job_id) == (("data", "jobs"), ("id",))


def test_what_a_post_means() -> None:
    """The ids go into the body; without a pointer the reply is the list."""
    many = many_of(with_many(POST))

    assert (many.endpoint.method, many.endpoint.path, many.endpoint.rate_limit) == ("POST", "/jobs/search", None)
    assert (many.ids_in, many.ids, many.max_ids) == ("body", "job_ids", 50)
    assert (many.list, many.job_id) == ((), ("id",))


def test_most_providers_have_none() -> None:
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
    """The generated lifecycle says it in one line, and the provider knows its rate limit."""
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
    """Status and body of a request about many shots."""
    acme.now = now
    answer = acme.ask("GET", "/shots", query=f"ids={','.join(ids)}")
    return answer.status, decoded(answer)


def test_many_jobs_in_one_reply() -> None:
    """The list has what a poll of each job returns, and leaves out those that are not known."""
    acme = new()
    first, second = acme.submit(scenario="duration=2"), acme.submit(scenario="fail; duration=9")

    status, body = asked(acme, second, "shot-unknown", first, now=3.0)

    assert status == 200
    assert [(shot["id"], shot["status"]) for shot in body["found"]["shots"]] == [(second, "working"), (first, "done")]
    assert body["found"]["shots"][1] == acme.at(5.0, f"/shots/{first}")[1]


def test_the_ids_in_a_body() -> None:
    """With POST the ids are a list in the body; the reply is the list itself if the spec says no more."""
    acme = new()
    id = acme.submit("/reports", {"words": "abc"}, scenario="duration=2")

    answer = acme.ask("POST", "/reports/search", {"ids": [id, "nobody"]})

    assert [job["id"] for job in decoded(answer)] == [id]


def test_one_request_is_one_poll_of_each() -> None:
    """What is counted is one request, and one poll for each job that is known."""
    acme = new()
    ids = [acme.submit(scenario="duration=9") for _ in range(3)]
    asked(acme, *ids[:2], now=1.0)

    report = acme.world.report(1.0)

    assert report["requests_by_path"]["GET /shots"] == 1
    assert [job["polls"] for job in report["jobs"]] == [1, 1, 0]


def test_the_floor_holds_for_each_job() -> None:
    """A job that is asked about too soon spoils the request, and is counted."""
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
        ("GET", "/shots", "", None, "query.ids has to be a list of ids"),
        ("GET", "/shots", "ids=a,,b", None, "query.ids has to be a list of ids"),
        ("GET", "/shots", "ids=a&ids=b", None, "query.ids has to be a list of ids"),
        ("GET", "/shots", "ids=a,b,c,d", None, "query.ids has 4 ids, expected at most 3"),
        ("GET", "/shots", "ids=a&all=1", None, "query.all is not known here"),
        ("POST", "/reports/search", "", {"ids": "a"}, "$.ids has to be a list of ids"),
        ("POST", "/reports/search", "", {"ids": [1]}, "$.ids has to be a list of ids"),
        ("POST", "/reports/search", "", b"{", "$.ids has to be a list of ids"),
        ("POST", "/reports/search", "", ["a"], "$.ids has to be a list of ids"),
    ],
)
def test_what_is_refused(method: str, path: str, query: str, body: Any, expected: str) -> None:
    """A request that is not as the spec says is refused, and says why."""
    answer = new().ask(method, path, body, query=query)

    assert answer.status == 400
    assert decoded(answer)["error"]["message"] == expected


def test_jobs_of_another_lifecycle_are_not_listed() -> None:
    """An address tells of the jobs of its own lifecycle."""
    acme = new()
    report = acme.submit("/reports", {"words": "abc"})

    assert asked(acme, report)[1] == {"found": {"shots": []}}


def test_a_fault_of_one_job_spoils_the_reply() -> None:
    """A job's script goes on with each request that asks about it; what it spoils is the whole reply."""
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


def test_an_unknown_status_is_its_own() -> None:
    """A status that the spec does not list is shown for its job alone."""
    acme = new()
    first, second = acme.submit(scenario="duration=9; poll=unknown_status"), acme.submit(scenario="duration=9")

    _, body = asked(acme, first, second, now=5.0)

    assert [shot["status"] for shot in body["found"]["shots"]] == ["not_in_the_spec", "working"]
    assert json.dumps(body)
