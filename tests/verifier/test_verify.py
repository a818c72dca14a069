"""`bide verify`: what a server says that has drifted from its spec, and exactly that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bide import ir
from bide.cli.app import main
from bide.importer.recording.exchanges import exchanges_of
from bide.lint.pipeline import examined, read_spec
from bide.simulator import Simulator
from bide.spec import document as source
from bide.verifier.patching import patched
from bide.verifier.values import Comparison
from bide.verifier.verifying import Verdict, verify
from tests.importer.recording.recorder import Recorder, entry, har
from tests.simulator.simulated_acme import PICTURE, SPEC

SPEED = 20.0
URLS = ["https://a.example/", "https://b.example/"]
ORIGIN = "https://api.acme.example/v2"


def recorded(spec: str) -> dict[str, Any]:
    """A batch and a picture, by the simulator of a spec."""
    with (
        Simulator(read_spec("acme.yaml", spec), speed=SPEED) as simulator,
        Recorder(simulator, SPEED, X_Key="k", X_Version="7") as client,
    ):
        id = client.ask("POST", "/batches", {"urls": URLS}, X_Bide_Scenario="duration=5")["batch"]
        client.poll(f"/batches/{id}", "status", {"DONE"}, 1)
        id = client.ask("POST", "/shots", PICTURE, X_Bide_Scenario="duration=4")["ticket"]
        client.poll(f"/shots/{id}", "status", {"done"}, 1.3)
        client.ask("GET", f"/shots/{id}/picture")
        client.ask("GET", "/shots/shot-none")
        return client.har


def verdict(spec: str, raw: dict[str, Any]) -> Verdict:
    return verify(read_spec("acme.yaml", spec), exchanges_of(raw))


def drifted(*changes: tuple[str, str]) -> str:
    """A copy of the spec with changes."""
    text = SPEC
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def kinds(found: Verdict) -> list[tuple[str, str]]:
    return sorted((str(each.kind), each.message) for each in found.findings)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_server_that_follows_its_spec_fits() -> None:
    """No finding, and every exchange is compared."""
    found = verdict(SPEC, recorded(SPEC))

    assert found.findings == []
    assert found.others == 0


def test_a_drifted_server_is_found_out_exactly() -> None:
    """A new status, a new field, a field that is gone, and another type; and the patch makes all but the type fit."""
    copy = drifted(
        ("BUSY: running", "LOADING: running"),
        ("      duration_ms: {type: integer or null, description: How long it took., source: docs}\n", ""),
        (
            (', "duration_ms": 5000}', "}")
            if ', "duration_ms": 5000}' in SPEC
            else ('"error": null, "duration_ms": 5000}', '"error": null}')
        ),
        (
            "      share?: {type: number,",
            "      region: {type: string, description: Where., source: docs}\n      share?: {type: number,",
        ),
        ('{"batch": "b-1234567",', '{"batch": "b-1234567", "region": "eu",'),
        ("score?: {type: number", "score?: {type: string"),
        ('"score": 3.5', '"score": "3.5"'),
    )
    raw = recorded(copy)
    found = verdict(SPEC, raw)

    assert kinds(found) == [
        ("missing-field", "BatchJob.duration_ms is required, and is missing"),
        ("unknown-field", 'BatchJob has no field "region"'),
        ("unknown-status", 'the status "LOADING" has no state'),
        ("wrong-type", "Check.score is text, and not a number"),
    ]
    assert all(each.count >= 1 for each in found.findings)
    mended = patched(source.read("acme.yaml", SPEC), found.findings)
    assert [each for each in examined("acme.yaml", mended).problems if each.severity == "error"] == []
    assert [kind for kind, _ in kinds(verdict(mended, raw))] == ["wrong-type"]


def test_a_new_status_of_a_submit_is_patched_into_a_spec_that_checks() -> None:
    """A value of the enum of a status gets a state too, in each lifecycle, also if no poll has it."""
    said = {"ticket": "shot-123456", "status": "parked", "watch": "/v2/shots/shot-123456"}
    found = verdict(SPEC, har([entry("POST", f"{ORIGIN}/shots", sent=json.dumps(PICTURE), said=json.dumps(said))]))
    mended = patched(source.read("acme.yaml", SPEC), found.findings)

    assert ("unknown-value", 'Status has no value "parked"') in kinds(found)
    assert ("unknown-status", 'the status "parked" has no state') in kinds(found)
    assert [each for each in examined("acme.yaml", mended).problems if each.severity == "error"] == []


def polls(*bodies: Any, path: str = "/shots/shot-1", apart: float = 5, **more: Any) -> dict[str, Any]:
    """A recording of polls."""
    return har(
        [
            entry("GET", ORIGIN + path, said=json.dumps(body), began=1.79e9 + number * apart, **more)
            for number, body in enumerate(bodies)
        ]
    )


def shot(status: str, **more: Any) -> dict[str, Any]:
    """A poll's reply with all that a shot has."""
    example = read_spec("acme.yaml", SPEC).model("ShotJob").examples[0].value
    return {**example, "status": status, **more}


def test_polls_that_come_too_soon() -> None:
    """Sooner than min_interval, of a job that is not over."""
    early = verdict(SPEC, polls(shot("queued"), shot("working"), apart=0.5))
    late = verdict(SPEC, polls(shot("queued"), shot("working"), apart=1))
    over = verdict(SPEC, polls(shot("done"), shot("done"), apart=0.5))

    assert [str(each.kind) for each in early.findings] == ["polled-too-soon"]
    assert late.findings == over.findings == []


def test_transitions_that_are_not_declared() -> None:
    """Statuses between two polls are not seen, so what can be reached is fine."""
    back = verdict(SPEC, polls(shot("working"), shot("queued")))
    after = verdict(SPEC, polls(shot("done"), shot("working")))
    skipped = verdict(SPEC, polls(shot("queued"), shot("done")))

    assert [str(each.kind) for each in back.findings] == ["undeclared-transition"]
    assert [str(each.kind) for each in after.findings] == ["undeclared-transition"]
    assert skipped.findings == []


def test_an_optional_field_may_be_null() -> None:
    """As the language says, and as clients read it; a required field may not."""
    optional = verdict(SPEC, polls(shot("working", country=None)))
    required = verdict(SPEC, polls(shot("working", created_at=None)))

    assert optional.findings == []
    assert kinds(required) == [("wrong-type", "ShotJob.created_at is null")]


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (ir.Kind.DATETIME, "2026-05-03T00:00:00Z", ""),
        (ir.Kind.DATETIME, "2026-05-03T00:00:00.1234567+02:00", ""),
        (ir.Kind.DATETIME, "2026-05-03T00:00:00", "a date and time without a time zone, and not a date and time"),
        (ir.Kind.DATETIME, "2026-05-03", "text, and not a date and time"),
        (ir.Kind.DATETIME, "20260503T000000Z", "text, and not a date and time"),
        (ir.Kind.LOCAL_DATETIME, "2026-05-03T00:00:00", ""),
        (
            ir.Kind.LOCAL_DATETIME,
            "2026-05-03T00:00:00Z",
            "a date and time, and not a date and time without a time zone",
        ),
        (ir.Kind.DATE, "2026-05-03", ""),
        (ir.Kind.DATE, "20260503", "text, and not a date"),
    ],
)
def test_times_are_those_that_clients_read(kind: ir.Kind, text: str, found: str) -> None:
    """RFC 3339, with a time zone or without; other forms of ISO 8601 are none."""
    comparison = Comparison(read_spec("acme.yaml", SPEC))
    said = [each.message for each in comparison.misfits(ir.Scalar(kind), text, ("models", "Shot", "fields", "at"))]

    assert said == ([f"Shot.at is {found}"] if found else [])


def test_promises_of_a_state() -> None:
    """A field with `when` has to be there in that state, and only then."""
    job = {"batch": "b", "status": "DONE", "error": None, "duration_ms": 1}
    done = verdict(SPEC, polls(job, path="/batches/b"))
    busy = verdict(SPEC, polls({**job, "status": "BUSY"}, path="/batches/b"))

    assert kinds(done) == [("missing-in-state", "BatchJob.checks is promised in state succeeded, and is missing")]
    assert busy.findings == []


def test_a_submit_without_a_job_id() -> None:
    """Clients cannot go on without it, though the model does not require it. A field that is required is said once."""

    def submitted(spec: str, said: Any) -> list[tuple[str, str]]:
        raw = har([entry("POST", f"{ORIGIN}/shots", sent=json.dumps({"kind": "film"}), said=json.dumps(said))])
        return kinds(verdict(spec, raw))

    loose = drifted(("      ticket: {type", "      ticket?: {type"))
    assert submitted(loose, {"ticket": "shot-1", "status": "queued"}) == []
    assert submitted(loose, {"status": "queued"}) == [
        ("missing-field", "the reply to the submit of film has no job id")
    ]
    assert submitted(SPEC, {"status": "queued"}) == [("missing-field", "Accepted.ticket is required, and is missing")]


def test_a_reply_that_may_be_a_job_is_compared() -> None:
    """An operation answers at once or with a job, told apart by the HTTP status."""
    job = {"id": "r-1", "state": "waiting", "percent": None, "report": None}
    good = har([entry("POST", f"{ORIGIN}/find", status=202, said=json.dumps(job))])
    bad = har([entry("POST", f"{ORIGIN}/find", status=202, said=json.dumps({**job, "state": 3}))])

    assert verdict(SPEC, good).findings == []
    assert kinds(verdict(SPEC, bad)) == [("wrong-type", "ReportJob.state is an integer, and not text")]


def test_a_poll_that_is_the_result_is_compared_as_both() -> None:
    """If its model as a result wants more than as a snapshot."""
    job = {"batch": "b", "status": "DONE", "error": None, "duration_ms": 1}
    own = "    source: docs\n    fields:\n      checks: {type: list of Check, description: The checks., source: docs}\n"
    spec = drifted(
        ("      checks?: {type: list of Check, when: succeeded", "      checks?: {type: list of Check"),
        ("    is: BatchJob\n    when: succeeded\n", own),
    )
    done = verdict(spec, polls(job, path="/batches/b"))
    busy = verdict(spec, polls({**job, "status": "BUSY"}, path="/batches/b"))

    assert kinds(done) == [("missing-field", "Batch.checks is required, and is missing")]
    assert busy.findings == []


def test_http_statuses_without_a_meaning() -> None:
    """Of results; 425 is declared, 404 is not. An error body that no shape fits is one too."""
    error = {"error": {"code": "X", "message": "y"}}
    declared = verdict(SPEC, polls(error, path="/shots/a/picture", status=425))
    unknown = verdict(SPEC, polls(error, path="/shots/a/picture", status=404))
    shape = verdict(SPEC, polls({"problem": 1}, status=500))
    created = verdict(SPEC, polls(shot("queued"), status=201))

    assert declared.findings == []
    assert kinds(unknown) == [("http-status", "the result of film answered HTTP 404, which has no meaning")] or kinds(
        unknown
    ) == [("http-status", "the result of picture answered HTTP 404, which has no meaning")]
    assert kinds(shape) == [("http-status", "the body of HTTP 500 is none of the error shapes")]
    assert [str(each.kind) for each in created.findings] == ["http-status"]


def test_the_same_finding_is_counted() -> None:
    """And shown once, without the value, which may be secret."""
    bodies = [shot("working", ready="s3cret-value") for _ in range(3)]
    (found,) = verdict(SPEC, polls(*bodies)).findings

    assert found.count == 3
    assert "s3cret" not in found.message
    assert found.example == "GET /v2/shots/shot-1 at $.ready"


def test_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the place in the spec and the patch, and fails if something does not fit."""
    Path("acme.yaml").write_text(SPEC)
    Path("good.har").write_text(json.dumps(polls(shot("working"))))
    Path("bad.har").write_text(json.dumps(polls(shot("paused"))))
    Path("other.har").write_text(json.dumps(polls({}, path="/elsewhere")))
    Path("none.har").write_text('{"a": 1}')

    assert main(["verify", "acme.yaml", "--recording", "good.har"]) == 0
    assert "1 exchange compared, 0 others: all fits" in capsys.readouterr().out
    assert main(["verify", "acme.yaml", "--recording", "bad.har"]) == 1
    said = capsys.readouterr().out
    line = next(number for number, text in enumerate(SPEC.splitlines(), 1) if text.strip() == "states:")
    assert f'acme.yaml:{line}: the status "paused" has no state [unknown-status]' in said
    assert "+      paused: " in said
    assert main(["verify", "acme.yaml", "--recording", "bad.har", "--patch"]) == 1
    assert capsys.readouterr().out.startswith("--- a/acme.yaml\n+++ b/acme.yaml\n")
    assert main(["verify", "acme.yaml", "--recording", "other.har"]) == 1
    assert main(["verify", "acme.yaml", "--recording", "none.har"]) == 2
