"""Zamzar, file conversion."""

import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

from bide_runtime import UploadFile

from evidence.unseen.caller import Caller
from evidence.unseen.checks.check import Api
from evidence.unseen.servers import zamzar as server

API = Api("zamzar", "Zamzar", server.Provider, "/v1", {"api_key": "GiVUYsF4A8ssq93FR48H"})


def _file(name: str = "portrait.gif") -> UploadFile:
    return UploadFile(b"GIF89a", name)


def _convert(a: Caller, name: str = "portrait.gif", target: str = "png", **how: Any) -> Any:
    return a.client.convert.run(source_file=_file(name), target_format=target, **how)


@API.check(part="the bytes take one more call (`content`), one for each file. Spec: its result is the job")
def file_is_converted(a: Caller) -> None:
    """`run()` sees initialising, converting and successful, and gives the bytes of the target file."""
    a.play.seconds = 1.0
    statuses = []
    how = {"on_update": lambda update: statuses.append(update.status), "policy": a.package.Fixed(2)}
    [file] = a.do(_convert(a, **how)).target_files
    assert list(dict.fromkeys(statuses)) == ["initialising", "converting", "successful"]
    assert a.do(a.client.content(file_id=file.id)) == server.CONTENT


@API.check(missing="language: no `file or string`, and a second submit at the address is refused (`same-address`)")
def address_is_converted(a: Caller) -> None:
    """A job starts from a URL as well, as a plain field of the form."""
    assert isinstance(
        a.error(lambda: a.client.convert.run(source_file="https://a.b/c.gif", target_format="png")), ValueError
    )


@API.check()
def key_is_the_user_name(a: Caller) -> None:
    """The key is the user name, the password is empty; a wrong key raises an authentication error with code 20."""
    a.do(a.client.welcome())
    assert a.stage.seen[-1].headers["authorization"] == "Basic " + b64encode(b"GiVUYsF4A8ssq93FR48H:").decode()
    client = a.another(api_key="bad")
    error = a.error(lambda: client.welcome())
    assert isinstance(error, a.package.AuthenticationError)
    assert error.code == "20"


@API.check()
def unknown_format_is_refused(a: Caller) -> None:
    """An unknown `target_format` raises 422 with code 12, and names the parameter."""
    error = a.error(lambda: _convert(a, target="zzz"))
    assert (error.status, error.code) == (422, "12")
    assert error.body["errors"][0]["context"]["parameter"] == "target_format"


@API.check()
def failed_conversion_is_told(a: Caller) -> None:
    """A conversion that fails raises `JobFailed` with code 3 and the message."""
    error = a.error(lambda: _convert(a, "corrupt.gif"))
    assert isinstance(error, a.package.JobFailed)
    assert (error.code, error.reason) == ("3", "The source file could not be converted")


@API.check()
def cancel_cancels(a: Caller) -> None:
    """`cancel()` sends DELETE, and the job is then cancelled."""
    job = a.do(a.client.convert.submit(source_file=_file("endless.gif"), target_format="png"))
    a.do(job.cancel())
    assert a.sent("DELETE", f"/v1/jobs/{job.id}") == 1
    assert isinstance(a.error(job.wait), a.package.JobCancelled)


@API.check()
def job_cancelled_elsewhere_ends(a: Caller) -> None:
    """A job that someone else cancels ends the wait with an error that says so."""
    a.play.outcome = "cancelled"
    assert isinstance(a.error(lambda: _convert(a)), a.package.JobCancelled)


@API.check()
def errors_at_polls_pass(a: Caller) -> None:
    """A 429 at a poll and a 500 at another are asked again."""
    a.play.faults = ["429@poll", "500@poll"]
    assert a.do(_convert(a)).status == "successful"
    assert a.play.faults == []


@API.check(
    part="by `download_file`. Language: the reply of an operation cannot be a redirect; it raises `ApiError` 307"
)
def redirect_is_followed(a: Caller) -> None:
    """A download that answers with a redirect is followed, and gives the same bytes."""
    a.play.faults = ["307@content", "307@content"]
    [file] = a.do(_convert(a)).target_files
    assert a.error(lambda: a.client.content(file_id=file.id)).status == 307
    with tempfile.TemporaryDirectory() as folder:
        path = a.do(a.client.download_file(f"files/{file.id}/content", Path(folder, file.name)))
        assert path.read_bytes() == server.CONTENT


@API.check()
def two_files_come(a: Caller) -> None:
    """A job with two target files gives both."""
    files = a.do(_convert(a, "many.gif")).target_files
    assert [file.name for file in files] == ["many-1.png", "many-2.png"]
    assert [a.do(a.client.content(file_id=file.id)) for file in files] == [server.CONTENT] * 2
