"""Mathpix, PDF conversion."""

import time

from evidence.unseen.caller import Caller
from evidence.unseen.checks.check import Api
from evidence.unseen.servers import mathpix as server

API = Api("mathpix", "Mathpix", server.Provider, "/v3", {"app_id": "APP_ID", "app_key": "APP_KEY"})

URL = "https://cdn.mathpix.com/examples/cs229-notes1.pdf"


@API.check(part="the text takes one more call (`file`). Language: a submit has one kind of result")
def document_is_read(a: Caller) -> None:
    """`run()` sees received, loaded, split and completed, and returns the text of `.mmd`."""
    a.play.seconds = 2.0
    statuses = []
    job = a.do(a.client.pdf.submit(url=URL))
    a.do(job.wait(on_update=lambda update: statuses.append(update.status), policy=a.package.Fixed(2)))
    assert list(dict.fromkeys(statuses)) == ["received", "loaded", "split", "completed"]
    assert a.do(a.client.file(pdf_id=job.id, ext="mmd")).startswith(b"# CS229 Lecture notes")


@API.check(missing="language: two submits at one address, JSON and multipart, are refused (`same-address`)")
def file_is_read(a: Caller) -> None:
    """The same works with a file: `file` and `options_json` in one multipart body."""
    assert not hasattr(a.client, "pdf_file")


@API.check(part="the caller polls the conversions. Language: one job at one address, and it ends with its document")
def conversion_is_fetched(a: Caller) -> None:
    """`.docx` comes as bytes after its conversion is complete, `.lines.json` as JSON with nine pages."""
    job = a.do(a.client.pdf.submit(url=URL, conversion_formats={"docx": True}))
    assert len(a.do(job.wait()).pages) == 9
    while a.do(a.client.conversions(pdf_id=job.id)).conversion_status["docx"].status == "processing":
        time.sleep(0.05)
    assert a.do(a.client.file(pdf_id=job.id, ext="docx")) == b"PK\x03\x04docx" + b"\x00\xff\r\n" * 100


@API.check()
def both_headers_are_sent(a: Caller) -> None:
    """`app_id` and `app_key` go with every request; wrong ones raise `http_unauthorized`."""
    job = a.do(a.client.pdf.submit(url=URL))
    a.do(job.wait())
    a.do(a.client.file(pdf_id=job.id, ext="mmd"))
    assert {(seen.headers["app_id"], seen.headers["app_key"]) for seen in a.stage.seen} == {("APP_ID", "APP_KEY")}
    client = a.another(app_key="bad")
    error = a.error(lambda: client.pdf.run(url=URL))
    assert isinstance(error, a.package.AuthenticationError)
    assert error.code == "http_unauthorized"


@API.check()
def refusal_with_200_is_an_error(a: Caller) -> None:
    """A submit without a URL is HTTP 200 with `error`: it raises `pdf_missing`."""
    error = a.error(lambda: a.client.pdf.run(url=""))
    assert error.code == "pdf_missing"
    assert a.sent("GET") == 0


@API.check()
def failed_document_is_told(a: Caller) -> None:
    """A document that fails raises `JobFailed` with `pdf_encrypted` and its message."""
    error = a.error(lambda: a.client.pdf.run(url="https://example.com/encrypted.pdf"))
    assert isinstance(error, a.package.JobFailed)
    assert (error.code, error.reason) == ("pdf_encrypted", "PDF is encrypted")


def _passes(a: Caller, fault: str) -> None:
    a.play.faults = [fault]
    assert len(a.do(a.client.pdf.run(url=URL)).pages) == 9
    assert a.play.faults == []


@API.check()
def poll_429_passes(a: Caller) -> None:
    """A 429 at a poll, without `Retry-After`, is waited out."""
    _passes(a, "429@poll")


@API.check()
def poll_200_with_an_error_passes(a: Caller) -> None:
    """`sys_exception` at a poll, HTTP 200 without `status`, is never taken for a status."""
    _passes(a, "200@poll")


@API.check()
def poll_503_passes(a: Caller) -> None:
    """A 503 with an HTML body at a poll is asked again."""
    _passes(a, "503@poll")


@API.check()
def deleted_document_is_unknown(a: Caller) -> None:
    """`delete()` sends DELETE; a status after that raises `pdf_unknown_id`."""
    job = a.do(a.client.pdf.submit(url=URL))
    a.do(a.client.delete(pdf_id=job.id))
    assert a.sent("DELETE", f"/v3/pdf/{job.id}") == 1
    assert a.error(lambda: a.client.pdf.get(job.id)).code == "pdf_unknown_id"
