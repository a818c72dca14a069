"""Which operations are jobs, and what a spec says of them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from bide.importer.importing import NotImported
from bide.importer.words import guess, is_of_a_job, state_of, states
from bide.spec.document import read
from tests.importer.documents import BODY, JOB, JOBS, STATUS, api, document, poll, reply, spec_of, submit


def data_of(found: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """The spec of a document as data."""
    data: dict[str, Any] = read("acme.yaml", spec_of(found, **wanted).text).data
    return data


THIN = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


@pytest.mark.parametrize(
    ("what", "paths", "polled"),
    [
        ("below the submit", {"/jobs": {"post": submit()}, "/jobs/{id}": {"get": poll()}}, "/jobs/{job_id}"),
        (
            "and status behind it",
            {"/jobs": {"post": submit(THIN)}, "/jobs/{id}/status": {"get": poll()}},
            "/jobs/{job_id}/status",
        ),
        (
            "an id with the name of the parameter",
            {
                "/exports": {
                    "post": submit({"type": "object", "properties": {"snapshot_id": {"type": "string"}}}, "202")
                },
                "/progress/{snapshot_id}": {"get": poll()},
            },
            "/progress/{job_id}",
        ),
        (
            "one poll for all",
            {"/flux-pro": {"post": submit(THIN)}, "/flux-dev": {"post": submit(THIN)}, "/tasks/{id}": {"get": poll()}},
            "/tasks/{job_id}",
        ),
        (
            "the same path",
            {"/export": {"post": submit(status="202")}, "/export/{id}": {"get": poll()}},
            "/export/{job_id}",
        ),
        (
            "a link of the document",
            {
                "/statements": {
                    "post": {
                        **submit(THIN, "202"),
                        "responses": {
                            "202": {
                                **reply(THIN, "202")["202"],
                                "links": {
                                    "poll": {"operationId": "look", "parameters": {"handle": "$response.body#/id"}}
                                },
                            }
                        },
                    }
                },
                "/results/{handle}": {"get": poll(operationId="look")},
            },
            "/results/{job_id}",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) and not each.startswith("/") else "",
)
def test_a_submit_is_found_with_its_poll(what: str, paths: dict[str, Any], polled: str) -> None:
    """By its place, its id, its text, its model, or as the only poll there is."""
    data = data_of(document(paths))

    lifecycles = {each["lifecycle"] for each in data["jobs"].values()}
    assert [polled] == [data["lifecycles"][name]["poll"]["get"] for name in lifecycles]
    assert len(data["jobs"]) == sum("post" in item for item in paths.values())


def test_the_parts_of_a_job_are_found() -> None:
    """Id, status, states, result, error, progress and cancellation, and the key for idempotency."""
    paths = {
        "/jobs": {
            "post": submit(parameters=[{"in": "header", "name": "Idempotency-Key", "schema": {"type": "string"}}])
        },
        "/jobs/{id}": {"get": poll(), "delete": {"summary": "Cancel a job", "responses": {"204": {"description": ""}}}},
    }
    data = data_of(document(paths))
    job, lifecycle = data["jobs"]["job"], data["lifecycles"]["job"]

    assert ("id", "Idempotency-Key") == (job["submit"]["job_id"], job["submit"]["idempotency_key"])
    assert lifecycle == {
        "poll": {"get": "/jobs/{job_id}"},
        "status": "status",
        "states": {"queued": "pending", "running": "running", "completed": "succeeded", "failed": "failed"},
        "cancel": {"delete": "/jobs/{job_id}"},
        "error": {"code": "error.code", "message": "error.message"},
        "progress": {"percent": "progress"},
    }


@pytest.mark.parametrize(
    "parameter",
    [
        {"in": "query", "name": "idempotency_key", "schema": {"type": "string"}},
        {"in": "query", "name": "requestId", "schema": {"type": "string"}, "description": "Makes the call idempotent."},
        {"in": "query", "name": "idempotency-key", "schema": {"type": "string"}, "required": True},
    ],
    ids=["by its name", "by its text", "a required one"],
)
def test_an_idempotency_key_may_be_in_the_query(parameter: Any) -> None:
    """It is no argument then."""
    paths = {"/jobs": {"post": submit(parameters=[parameter])}, "/jobs/{id}": {"get": poll()}}
    request = data_of(document(paths))["jobs"]["job"]["submit"]

    assert request["idempotency_key"] == {"query": parameter["name"]}
    assert "query" not in request


def test_a_delete_that_only_deletes_is_no_cancellation() -> None:
    """It would remove a result."""
    found = document(
        {
            "/jobs": {"post": submit()},
            "/jobs/{id}": {"get": poll(), "delete": {"summary": "Delete a job", "responses": {}}},
        }
    )

    assert "cancel" not in data_of(found)["lifecycles"]["job"]


@pytest.mark.parametrize(
    "result",
    [
        (reply({"type": "object", "properties": {"text": {"type": "string"}}}), "object"),
        (
            {"200": {"description": "", "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}}},
            "bytes",
        ),
        ({"200": {"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}}}, "string"),
    ],
    ids=["json", "bytes", "text"],
)
def test_a_result_at_its_own_address(result: tuple[dict[str, Any], str]) -> None:
    """With the type of its reply; text is asked for."""
    replies, kind = result
    data = data_of(document({**JOBS["paths"], "/jobs/{id}/result": {"get": {"responses": replies}}}))
    asked = {"headers": {"Accept": "text/plain"}} if kind == "string" else {}

    assert {"get": "/jobs/{job_id}/result", **asked} == data["lifecycles"]["job"]["result"]
    assert kind in ("object", data["jobs"]["job"]["result"])


def test_a_synchronous_twin_is_no_job() -> None:
    """`/parse` answers at once where there is `/parse_async`."""
    twin = submit({"type": "object", "properties": {"job_id": {"type": "string"}, "text": {"type": "string"}}})
    found = document(
        {"/parse": {"post": twin}, "/parse_async": {"post": submit(THIN, "202")}, "/job/{job_id}": {"get": poll()}}
    )

    assert ["parse_async"] == list(data_of(found)["jobs"])


@pytest.mark.parametrize("noun", ["domains", "sessions", "vector_stores", "deployments"])
def test_what_lives_on_is_no_job(noun: str) -> None:
    """A status of a resource is no end, whatever its words are."""
    found = document({f"/{noun}": {"post": submit()}, f"/{noun}/{{id}}": {"get": poll()}})

    assert "jobs" not in data_of(found)


def test_an_extension_names_the_header_with_the_address() -> None:
    """`x-ms-long-running-operation` without a poll in the document: the HTTP status of the poll says how the job is."""
    put = {
        "x-ms-long-running-operation": True,
        "x-ms-long-running-operation-options": {"final-state-via": "azure-async-operation"},
        "parameters": [{"in": "path", "name": "name", "required": True, "schema": {"type": "string"}}],
        "responses": {"202": {"description": ""}},
    }
    data = data_of(document({"/clusters/{name}": {"put": put}}))

    assert {"header": "Azure-AsyncOperation"} == data["lifecycles"]["cluster"]["poll"]["get"]


def test_jobs_with_the_same_polls_share_a_lifecycle() -> None:
    """So what the document does not say of it is asked once."""
    delete = {"x-ms-long-running-operation": True, "responses": {"202": {"description": ""}}}
    found = document({f"/{noun}": {"delete": delete} for noun in ("disks", "images")})

    data = data_of(found)

    assert 2 == len(data["jobs"])
    assert 1 == len(data["lifecycles"])
    assert 1 == spec_of(found).text.count("the document does not say what a poll returns")


def test_what_a_document_does_not_say_is_asked() -> None:
    """With TODO, and a default that is safe; words that differ between providers are never guessed in silence."""
    status = {"type": "string", "enum": ["queued", "ready", "failed"]}
    job = {**JOB, "properties": {**JOB["properties"], "status": status}}
    found = document({"/jobs": {"post": submit(job)}, "/jobs/{id}": {"get": poll(job)}})
    found.pop("servers")
    text = spec_of(found).text

    assert "# TODO bide: the base URL; the document has none" in text
    assert "# TODO bide: what ready means: it differs between providers" in text
    assert "ready: succeeded" in text


def test_a_doubtful_job_says_so_and_can_be_refused() -> None:
    """Each job has its points and the reasons for them; `--interactive` asks about those with few."""
    from bide.importer.importing import Wanted, imported

    asked = document(
        {
            "/exports": {"post": submit({"type": "object", "properties": {"export_id": {"type": "string"}}}, "202")},
            "/progress/{export_id}": {"get": poll({**JOB, "properties": {"state": {"type": "string"}}})},
        }
    )
    text = spec_of(JOBS).text
    refused = []

    assert "# POST /jobs, polled at GET /jobs/{id}: " in text
    assert "# What speaks for it: the poll is below the submit; the reply has an id;" in text

    def answer(pair: Any) -> bool:
        refused.append(str(pair.submit))
        return False

    with suppress(NotImported):
        imported(api(asked), Wanted(name="acme"), source="x", schema="s", answer=answer)
    assert refused in ([], ["POST /exports"])


def test_only_a_part_and_operations() -> None:
    """`--only` is a tag or a path; operations that are no job come with `--operations`, or if there is no job."""
    found = document(
        {**JOBS["paths"], "/search": {"get": {"operationId": "search", "tags": ["find"], "responses": reply(BODY)}}}
    )

    assert "operations" not in data_of(found)
    assert ["search"] == list(data_of(found, operations=True)["operations"])
    assert "jobs" not in data_of(found, only="find")
    assert ["search"] == list(data_of(found, only="/search")["operations"])
    with pytest.raises(NotImported, match="has nothing that a spec can say"):
        spec_of(found, only="/nothing")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("IN_QUEUE IN_PROGRESS COMPLETED", ["pending", "running", "succeeded"]),
        ("JOB_STATE_PENDING JOB_STATE_RUNNING JOB_STATE_SUCCEEDED", ["pending", "running", "succeeded"]),
        (
            "notStarted dreaming partiallyCompleted timed_out Canceled expired",
            ["pending", "running", "partial", "failed", "cancelled", "expired"],
        ),
        ("created started done", ["pending", "running", "succeeded"]),
        ("ready ended uploaded requires_action", [None, None, None, None]),
    ],
)
def test_words_of_statuses(words: str, found: list[str | None]) -> None:
    """Whatever their case and prefix; those that mean different things at different providers mean nothing here."""
    assert found == list(states(words.split()).values())


@pytest.mark.parametrize(
    ("words", "is_job"),
    [
        (STATUS["enum"], True),
        (["active", "paused", "deleted"], False),
        (["enabled", "disabled"], False),
        (["draft", "published"], False),
        (["processing", "ready", "failed"], True),
        (["PENDING", "SUCCESS"], True),
    ],
)
def test_statuses_of_a_job_and_of_a_resource(words: list[str], is_job: bool) -> None:
    """A job has a way to its end; a resource is on or off."""
    assert is_job is is_of_a_job(words)


def test_a_guess_is_marked_as_one() -> None:
    """`state_of` never says what `guess` says."""
    assert (None, "succeeded") == (state_of("ready"), guess("ready"))


OPERATION = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "done": {"type": "boolean"},
        "error": {"type": "object", "properties": {"message": {"type": "string"}}},
        "response": {"type": "object", "properties": {"id": {"type": "string"}}},
    },
}


def with_schema(paths: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    """A document with named schemas."""
    found = document(paths)
    return {**found, "components": {**found["components"], "schemas": schemas}}


def test_the_name_of_an_operation_is_its_address() -> None:
    """As AIP-151 has it: `operations/7` is polled at `/v1/operations/7`, wherever the document has the poll."""
    ref = {"$ref": "#/components/schemas/Operation"}
    given = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths = {
        "/v1/models/{id}:tune": {"post": submit(ref, parameters=given)},
        "/v1/models/{id}/operations/{operation}": {"get": poll(ref)},
    }
    data = data_of(with_schema(paths, Operation=OPERATION))

    [job] = data["jobs"].values()
    [lifecycle] = data["lifecycles"].values()
    assert "name" == job["submit"]["job_id"]
    assert {"get": "/v1/{+job_id}"} == lifecycle["poll"]
    assert ("done", {"false": "running", "true": "succeeded"}) == (lifecycle["status"], lifecycle["states"])


def test_a_poll_may_need_another_value_of_the_reply() -> None:
    """By its name, or by the name of what has it; only a field that is always there."""
    run = {
        **JOB,
        "required": ["id", "status", "threadId"],
        "properties": {**JOB["properties"], "threadId": {"type": "string"}},
    }
    for name in ("thread_id", "id"):
        ref = {"$ref": "#/components/schemas/Run"}
        paths = {"/runs": {"post": submit(ref)}, f"/threads/{{{name}}}/runs/{{run_id}}": {"get": poll(ref)}}
        [lifecycle] = data_of(with_schema(paths, Run=run))["lifecycles"].values()
        assert {"get": "/threads/{threadId}/runs/{job_id}"} == lifecycle["poll"]


def test_a_result_that_cannot_be_said_is_that_of_the_poll() -> None:
    """Not of the type of an address that is left out, here since another job is polled there."""
    link = {"links": {"status": {"operationId": "lines", "parameters": {"id": "$response.body#/id"}}}}
    lines = {
        **JOB,
        "required": ["id", "status", "line"],
        "properties": {**JOB["properties"], "line": {"type": "string"}},
    }
    paths = {
        "/reports": {"post": {**submit(THIN), "responses": {"200": {**reply(THIN)["200"], **link}}}},
        "/jobs": {"post": submit()},
        "/jobs/{id}": {"get": poll()},
        "/jobs/{id}/result": {"get": poll(lines, operationId="lines")},
    }
    data = data_of(document(paths))

    assert {"report", "job"} == set(data["jobs"])
    assert "result" not in data["lifecycles"]["job"]
    assert data["jobs"]["job"]["snapshot"] == data["jobs"]["job"]["result"]


def test_a_reply_without_a_job_is_mentioned() -> None:
    """The job is for the others; a second reply with a job is nothing to mention."""
    done = {"type": "object", "properties": {"text": {"type": "string"}}}
    for other, is_mentioned in ((done, True), (JOB, False)):
        responses = {**reply(other), **reply(THIN, "202")}
        paths = {"/jobs": {"post": {**submit(), "responses": responses}}, "/jobs/{id}": {"get": poll()}}
        said = "# the document also has a reply with HTTP 200, without a job"

        assert is_mentioned == (said in spec_of(document(paths)).text)


def body_with(*names: str, **more: Any) -> dict[str, Any]:
    """The body of a request that needs these texts, beside others."""
    schema = {"type": "object", "required": [*names, *more], "properties": {name: {"type": "string"} for name in names}}
    schema["properties"] |= {**more, "note": {"type": "string"}}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def test_a_poll_may_need_a_body() -> None:
    """Of values of the submit and of its reply, and of constants; the result too, though it is a POST."""
    thin = {"type": "object", "properties": {"id": {"type": "string"}, "jobKey": {"type": "string"}}}
    needed = {"requestBody": body_with("job_key", "url", view={"type": "string", "enum": ["full"]})}
    paths = {
        "/jobs": {"post": submit(thin)},
        "/jobs/{id}": {"post": poll(summary="Check the status", **needed)},
        "/jobs/{id}/result": {"post": {**poll(BODY), **needed}},
    }
    data = data_of(document(paths))
    [lifecycle] = data["lifecycles"].values()
    body = {"job_key": "{jobKey}", "url": "{url}", "view": "full"}

    assert {"post": "/jobs/{job_id}", "body": body} == lifecycle["poll"]
    assert {"post": "/jobs/{job_id}/result", "body": body} == lifecycle["result"]
    assert "operations" not in data


def test_a_poll_that_needs_what_nothing_has_is_no_job() -> None:
    """The reason is said."""
    asked = poll(summary="Check the status", requestBody=body_with("signature"))

    with pytest.raises(NotImported, match="needs 'signature' in its body, which the submit does not have"):
        spec_of(document({"/jobs": {"post": submit()}, "/jobs/{id}": {"post": asked}}))


def test_a_reply_of_text_is_asked_for() -> None:
    """A server may refuse to send text to a client that accepts JSON alone."""
    replies = {"200": {"description": "", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    found = document({"/table": {"get": {"operationId": "table", "responses": replies}}})

    assert {"get": "/table", "headers": {"Accept": {"const": "text/csv"}}, "returns": "string"} == {
        key: value for key, value in data_of(found)["operations"]["table"].items() if key != "description"
    }


def test_an_id_may_be_in_a_list() -> None:
    """In the first item of the only list of the reply."""
    found = {"type": "object", "properties": {"renders": {"type": "array", "items": THIN}}}
    paths = {"/renders": {"post": submit(found, "202")}, "/renders/{id}": {"get": poll()}}
    [job] = data_of(document(paths))["jobs"].values()

    assert "renders.0.id" == job["submit"]["job_id"]


@pytest.mark.parametrize("quote", ['"', "'"])
def test_the_polling_of_a_document_tells_what_words_mean(quote: str) -> None:
    """`x-speakeasy-polling` has the status, and which words are a success or a failure; the others go on."""
    job = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "mood": {"type": "string", "enum": ["calm", "merry", "cross"]}},
    }
    polling = [
        {
            "name": "WaitFor",
            "delaySeconds": 3,
            "intervalSeconds": 10,
            "limitCount": 30,
            "successCriteria": [
                {"condition": "$statusCode == 200"},
                {"condition": f"$response.body#/mood == {quote}merry{quote}"},
            ],
            "failureCriteria": [{"condition": f"$response.body#/mood == {quote}cross{quote}"}],
        }
    ]
    paths = {"/jobs": {"post": submit(THIN)}, "/jobs/{id}": {"get": poll(job, **{"x-speakeasy-polling": polling})}}
    [lifecycle] = data_of(document(paths))["lifecycles"].values()

    assert ("mood", {"calm": "running", "merry": "succeeded", "cross": "failed"}) == (
        lifecycle["status"],
        lifecycle["states"],
    )
