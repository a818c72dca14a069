"""Where the result of a job is: evidence decides, and the spec says which."""

from __future__ import annotations

from typing import Any

import pytest

from bide.spec.document import read
from tests.importer.documents import JOB, document, poll, reply, spec_of, submit

THIN = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
AUDIO = {"200": {"description": "Audio", "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}}


def imported_with(last: str, submitted: Any = THIN, job: Any = JOB, **operation: Any) -> tuple[dict[str, Any], str]:
    """The data and the words of the spec of a document with a job and one address below its poll."""
    paths = {
        "/jobs": {"post": submit(submitted, "202")},
        "/jobs/{id}": {"get": poll(job)},
        f"/jobs/{{id}}/{last}": {"get": {"responses": AUDIO, **operation}},
    }
    text = spec_of(document(paths)).text
    return read("acme.yaml", text).data, " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize(
    "summary",
    [
        "Download the audio file used for this job",
        "Get the original media",
        "The source recording",
        "What you uploaded",
        "Return the input",
    ],
)
@pytest.mark.parametrize("last", ["file", "content", "data"])
def test_the_input_is_not_the_result(summary: str, last: str) -> None:
    """A field of the poll that is named for a result is, and the spec says why."""
    data, text = imported_with(last, summary=summary)

    assert {"field": "result"} == data["lifecycles"]["job"]["result"]
    assert "The result is the field result of the poll: its name says so, and its type is known; not GET" in text
    assert "TODO bide: whether" not in text


def test_the_input_is_not_the_result_without_another_place_either() -> None:
    """The whole reply is; the address is named in the reason."""
    job = {**JOB, "properties": {key: JOB["properties"][key] for key in ("id", "status")}}
    data, text = imported_with("file", job=job, summary="The audio used for this job")

    assert "result" not in data["lifecycles"]["job"]
    assert 'The result is the whole reply of the poll: not GET /jobs/{id}/file: its text says "used for"' in text


def test_a_field_of_both_replies_beats_an_address_that_may_be_the_input() -> None:
    """Without such an address it is the whole reply, as before."""
    data, _ = imported_with("file", submitted=JOB)

    assert {"field": "result"} == data["lifecycles"]["job"]["result"]


def test_an_address_that_says_it_is_the_result() -> None:
    """A field that only may be one does not come before it."""
    job = {**JOB, "properties": {**JOB["properties"], "data": {"type": "string"}}}
    del job["properties"]["result"]
    data, text = imported_with("transcript", job=job, summary="Get the transcript")

    assert {"get": "/jobs/{job_id}/transcript"} == data["lifecycles"]["job"]["result"]
    assert "The result is GET /jobs/{id}/transcript: its address says so; not the field data of the poll" in text


def test_places_that_are_close_are_asked_about() -> None:
    """Whichever is written."""
    data, text = imported_with("result")

    assert {"get": "/jobs/{job_id}/result"} == data["lifecycles"]["job"]["result"]
    assert "TODO bide: whether the result is GET /jobs/{id}/result or the field result of the poll or the whole" in text


def test_a_result_says_when_it_is_not_ready_or_gone() -> None:
    """By the texts of its replies; the usual statuses are not written."""
    usual = {**reply(THIN), "409": {"description": "Not ready yet"}, "404": {"description": "Not found"}}
    other = {**reply(THIN), "425": {"description": "Still in progress"}, "403": {"description": "The file has expired"}}
    got = [imported_with("result", responses=each)[0]["lifecycles"]["job"]["result"] for each in (usual, other)]

    assert [{"get": "/jobs/{job_id}/result"}, {"not_ready": [409, 425], "gone": [403, 404, 410]}] == [
        got[0],
        {key: got[1][key] for key in ("not_ready", "gone")},
    ]
