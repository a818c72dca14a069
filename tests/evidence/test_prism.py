"""`make prism` reads what Prism and `bide verify` print, and judges findings by a document of its own."""

from __future__ import annotations

from evidence.prism.document import Document
from evidence.prism.drift import edits, kind_of
from evidence.prism.judging import Reason, Silence, judged, silence, unreported
from evidence.prism.said import Found, Request, Violation, place_of, requests_of, verified

LOG = """\
[8:13:26 PM] \u203a [HTTP SERVER] get /jobs/j-1?full=true \u2139  info      Request received
[8:13:26 PM] \u203a     [NEGOTIATOR] \u2139  info      > Responding with "200"
[8:13:26 PM] \u203a     [VALIDATOR] \u2716  error     Violation: response.body.jobs.0.status Response body is bad
[8:13:27 PM] \u203a [HTTP SERVER] post /jobs \u2139  info      Request received
[8:13:27 PM] \u203a     [VALIDATOR] \u26a0  warning   Request did not pass the validation rules
[8:13:27 PM] \u203a     [VALIDATOR] \u2716  error     Request body property url must be string
[8:13:27 PM] \u203a [HTTP SERVER] post /jobs \u2716  error     \
Request terminated with error: https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY: Invalid request
"""
OUTPUT = """\
This sends requests to http://127.0.0.1:1, with your key:
  job render: POST /jobs, once; then polls, at least 0.5 s apart, for at most 3 s
    with url, from an example of the spec; it may cost what one such call costs
render: submitted, job j-1
render: JobTimeout: job j-1 not finished after 3 s (2 polls, last status 'paused')
render: job j-1 goes on at the provider; its token is {}
acme.yaml:12: the status "paused" has no state [unknown-status] (2 times)
  such as GET /jobs/j-1 at $.jobs[].status
acme.yaml:14: the body of HTTP 500 is none of the error shapes [http-status]
  such as GET /jobs/j-1
3 exchanges compared, 0 others: 2 findings
"""
DOCUMENT = Document(
    {
        "openapi": "3.1.0",
        "paths": {
            "/jobs/{id}": {
                "get": {
                    "responses": {
                        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
                    }
                }
            }
        },
        "components": {
            "schemas": {
                "Page": {
                    "type": "object",
                    "properties": {
                        "jobs": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Job"}]}}
                    },
                },
                "Job": {
                    "type": "object",
                    "properties": {
                        "status": {"type": "string", "enum": ["queued"]},
                        "phase": {"type": "string"},
                        "speed": {"anyOf": [{"type": "string", "enum": ["slow"]}, {"type": "string"}]},
                        "labels": {"type": "object", "additionalProperties": True},
                    },
                },
            }
        },
    }
)


def found(kind: str, place: str, message: str = "it") -> Found:
    return Found(kind, message, "get", "/jobs/j-1", place_of(place))


def reason(one: Found, *requests: Request, **known: str) -> Reason:
    return judged(one, DOCUMENT, requests, known).reason


def test_the_log_of_prism_is_read() -> None:
    """Its requests, what its validator says of replies, refusals and errors of its own."""
    good, refused = requests_of(LOG)

    assert ("get", "/jobs/j-1", 200) == (good.method, good.path, good.status)
    assert [("jobs", "status")] == [each.place for each in good.violations]
    assert "Request body property url must be string" == refused.refusal
    assert refused.error.startswith("UNPROCESSABLE_ENTITY")


def test_the_output_of_verify_is_read() -> None:
    """Findings with their places, how often, and how calls ended."""
    said = verified(OUTPUT)

    assert 3 == said.compared
    assert [("unknown-status", ("jobs", "status"), 2), ("http-status", (), 1)] == [
        (each.kind, each.place, each.times) for each in said.findings
    ]
    assert said.ends["render"].startswith("JobTimeout")


def test_a_finding_is_judged_by_others() -> None:
    """By Prism's validator at the same place, or by the document; what neither says is not explained."""
    [good, _] = requests_of(LOG)
    missing = Request("get", "/jobs/j-1", violations=[Violation(("jobs",), "must have required property 'id'")])
    broken = Request("get", "/jobs/j-1", error="Error: no")

    assert Reason.CONTRADICTS == reason(found("unknown-value", "$.jobs[].status"), good)
    assert Reason.NOT_EXPLAINED == reason(found("unknown-value", "$.jobs[].status"))
    assert Reason.CONTRADICTS == reason(found("missing-field", "$.jobs[].id"), missing)
    assert Reason.NOT_EXPLAINED == reason(found("missing-field", "$.jobs[].name"), missing)
    assert Reason.CONTRADICTS == reason(found("wrong-type", "$.jobs[].phase", "x is a list, and not text"))
    assert Reason.UNNAMED == reason(found("unknown-field", "$.jobs[].extra"))
    assert Reason.NOT_EXPLAINED == reason(found("unknown-field", "$.jobs[].phase"))
    assert Reason.ANY == reason(found("unknown-field", "$.jobs[].labels.a"))
    assert Reason.NO_LIST == reason(found("unknown-status", "$.jobs[].phase"))
    assert Reason.OPEN == reason(found("unknown-value", "$.jobs[].speed"))
    assert Reason.REFUSED == reason(found("http-status", "$"), broken)
    assert Reason.BY_HAND == reason(found("missing-field", "$.jobs[].name", "a twin"), twin="because")


def test_what_verify_does_not_say_is_explained() -> None:
    """Or not; what it has said at the same place is left out."""
    reply = {"jobs": [{"note": None, "kind": "b", "size": 1}]}
    note = Violation(("jobs", "note"), "Response body property jobs.0.note must be string")
    size = Violation(("jobs", "size"), "Response body property jobs.0.size must be > 1")
    kind = Violation(("jobs", "kind"), "Response body property jobs.0.kind must be equal to constant")
    either = Violation(("jobs",), "Response body property jobs.0 must match exactly one schema in oneOf")
    request = Request("get", "/jobs/j-1", violations=[note, size, kind])
    several = Request("get", "/jobs/j-1", violations=[kind, either])

    assert Silence.NULL == silence(note, request, reply)
    assert Silence.BOUND == silence(size, request, reply)
    assert Silence.NOT_EXPLAINED == silence(kind, request, reply)
    assert Silence.ALTERNATIVE == silence(kind, several, reply)
    assert Silence.ELSEWHERE == silence(kind, request, reply, [("items", "kind")])
    assert [note, size] == unreported(request, [("jobs", "kind")])


def test_each_kind_of_change_of_a_spec_says_what_has_to_be_found() -> None:
    """A field or a status less, a field that is required, another type."""
    spec = {
        "jobs": {"render": {"snapshot": "Render", "lifecycle": "render"}},
        "lifecycles": {"render": {"status": "status", "states": {"queued": "pending", "done": "succeeded"}}},
        "enums": {"Status": {"values": {"queued": "", "done": ""}}},
        "models": {"Render": {"fields": {"id": "string", "status": "Status", "note?": "string"}}},
    }
    made = {kind_of(each): each for each in edits(spec, "render", {"id": "r-1", "status": "queued"})}

    assert ["unknown-field", "unknown-status", "missing-field", "wrong-type"] == list(made)
    assert "Render.note is required, and is missing [missing-field]" == made["missing-field"].finding
    assert {"done": ""} == made["unknown-status"].spec["enums"]["Status"]["values"]
    assert {"id": "integer", "status": "Status", "note?": "string"} == made["wrong-type"].spec["models"]["Render"][
        "fields"
    ]
