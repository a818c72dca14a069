"""Databricks, SQL statement execution."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from evidence.unseen.caller import Caller
from evidence.unseen.checks.check import Api
from evidence.unseen.servers import databricks as server

API = Api("databricks", "Databricks", server.Provider, "/api/2.0/sql", {"token": "dapi0123"})

TUTORIAL = [["2", "71433.16", "1997-01-28"], ["7", "86152.02", "1996-01-15"]]


def _run(a: Caller, statement: str, wait: str | None = "0s", **how: Any) -> Any:
    return a.client.execute.run(statement=statement, warehouse_id="w1", wait_timeout=wait, **how)


def _submit(a: Caller, statement: str) -> Any:
    return a.do(a.client.execute.submit(statement=statement, warehouse_id="w1", wait_timeout="0s"))


@API.check()
def quick_statement_needs_no_poll(a: Caller) -> None:
    """A statement that ends within the wait of the submit needs no poll, and returns the two rows."""
    assert a.do(_run(a, "SELECT * FROM lineitem", None)).data_array == TUTORIAL
    assert a.sent("GET", "00000") == 0


@API.check()
def statement_is_polled(a: Caller) -> None:
    """With a wait of 0 s, `run()` sees PENDING, RUNNING, SUCCEEDED."""
    a.play.seconds = 1.0
    statuses = []
    how = {"on_update": lambda update: statuses.append(update.status), "policy": a.package.Fixed(2)}
    a.do(_run(a, "SELECT * FROM lineitem", **how))
    assert list(dict.fromkeys(statuses)) == ["PENDING", "RUNNING", "SUCCEEDED"]


@API.check()
def chunks_are_joined(a: Caller) -> None:
    """All seven rows of three chunks come in order, by the links, whose query is kept."""
    rows = a.do(_run(a, "SELECT n")).data_array
    assert [row[1] for row in rows] == list("1234567")
    assert a.sent("GET", "?row_offset=3") == 1


@API.check()
def failed_statement_is_told(a: Caller) -> None:
    """A statement that fails raises `JobFailed` with BAD_REQUEST, the message and the `sql_state`."""
    for wait in (None, "0s"):
        error = a.error(lambda wait=wait: _run(a, "SELECT * FROM no_such_table", wait))
        assert isinstance(error, a.package.JobFailed)
        assert error.code == "BAD_REQUEST"
        assert "no_such_table" in error.reason
        assert error.snapshot.body.status.sql_state == "42P01"


@API.check()
def cancel_cancels(a: Caller) -> None:
    """`cancel()` sends POST to `/cancel`, and the job is CANCELED at a later poll."""
    job = _submit(a, "SELECT sleep")
    a.do(job.cancel())
    assert a.sent("POST", f"{job.id}/cancel") == 1
    assert isinstance(a.error(job.wait), a.package.JobCancelled)


@API.check()
def closed_statement_ends(a: Caller) -> None:
    """A CLOSED statement ends the wait, and is not taken for a result."""
    assert isinstance(a.error(lambda: _run(a, "SELECT closed")), a.package.JobExpired)


@API.check()
def errors_pass(a: Caller) -> None:
    """A 429 at the submit is tried again after the second of `Retry-After`; a 503 at a poll is asked again."""
    a.play.faults = ["429@submit", "503@poll"]
    client = a.another(speed=1)
    began = time.monotonic()
    job = a.do(client.execute.submit(statement="SELECT * FROM lineitem", warehouse_id="w1", wait_timeout="0s"))
    assert time.monotonic() - began >= 1
    assert a.do(job.wait()).data_array == TUTORIAL
    assert a.play.faults == []


@API.check()
def token_is_fetched(a: Caller) -> None:
    """Client id and secret are changed for a token once, which all calls use."""
    client = a.another(token=None, client_id="client", client_secret="secret")
    for _ in range(2):
        assert len(a.do(client.execute.run(statement="SELECT * FROM lineitem", warehouse_id="w1")).data_array) == 2
    assert len(a.provider.tokens) == a.sent("POST", "/oidc/v1/token") == 1


@API.check()
def links_are_downloaded_without_the_key(a: Caller) -> None:
    """With EXTERNAL_LINKS the data is fetched from `external_link` without the key."""
    links = a.do(a.client.export.run(statement="SELECT n", warehouse_id="w1")).external_links
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for link in links:
            path = Path(a.do(a.client.download_file(link.external_link, Path(folder, "rows.json"))))
            rows += json.loads(path.read_text())
            path.unlink()
    assert [row[1] for row in rows] == list("1234567")


@API.check()
def refusals_are_told(a: Caller) -> None:
    """No warehouse raises INVALID_PARAMETER_VALUE, an unknown id NOT_FOUND, a wrong token an error."""
    error = a.error(lambda: a.client.execute.run(statement="SELECT 1", warehouse_id=""))
    assert error.code == "INVALID_PARAMETER_VALUE"
    assert a.error(lambda: a.client.execute.get("none")).code == "NOT_FOUND"
    client = a.another(token="?")
    assert isinstance(a.error(lambda: client.execute.get("none")), a.package.PermissionDenied)
    assert isinstance(a.error(lambda: a.another(token=None)), a.package.ConfigurationError)
