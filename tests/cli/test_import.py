"""`bide import`: from a document on the disk to a package whose job runs on its simulator."""

from __future__ import annotations

import importlib
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bide.cli.app import main
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.importer.documents import JOBS, document, poll, submit


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("openapi.json").write_text(json.dumps(JOBS))
    return tmp_path


def test_a_document_becomes_a_package_whose_job_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With three commands; the spec checks clean, and says what is open."""
    assert 0 == main(["import", "openapi.json"])
    told = capsys.readouterr().out
    assert 0 == main(["check", "specs/acme.yaml"])
    assert 1 == main(["check", "--strict", "specs/acme.yaml"])
    checked = capsys.readouterr().out
    assert 0 == main(["generate", "specs/acme.yaml"])

    assert "wrote specs/acme.yaml\n  job  POST /jobs -> GET /jobs/{id}\n1 job, 0 operations, 1 TODO, 0 left out" in told
    assert 2 == checked.count("1 TODO of an import is left\n  specs/acme.yaml:")
    assert Path("specs/bide.schema.json").exists()
    monkeypatch.syspath_prepend("generated/acme")
    monkeypatch.delitem(sys.modules, "acme_client", raising=False)
    package: Any = importlib.import_module("acme_client")
    provider = read_spec("acme.yaml", Path("specs/acme.yaml").read_text("utf-8"))
    with Simulator(provider, speed=50) as simulator:
        client = package.Acme("key", base_url=simulator.url, clock=package.SystemClock(50))
        with client:
            assert "completed" == client.job.run(url="https://example.com").status


def test_a_spec_that_is_there_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    """Unless `--force` says so; another name or place is another spec."""
    Path("specs").mkdir()
    Path("specs/acme.yaml").write_text("mine")

    assert 1 == main(["import", "openapi.json"])
    assert "specs/acme.yaml is there already" in capsys.readouterr().err
    assert "mine" == Path("specs/acme.yaml").read_text()
    assert 0 == main(["import", "openapi.json", "--out", "other.yaml", "--name", "other"])
    assert "name: other" in Path("other.yaml").read_text()
    assert 0 == main(["import", "openapi.json", "--force"])
    assert "mine" != Path("specs/acme.yaml").read_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nope: [", "this is neither JSON nor YAML"),
        ("a: 1", "OpenAPI 2.0, 3.0, 3.1 and 3.2 with `paths` can be imported"),
        (json.dumps(document({})), "has nothing that a spec can say"),
    ],
)
def test_what_cannot_be_imported_is_explained(text: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In one message, and no spec is written."""
    Path("bad.yaml").write_text(text)

    assert 1 == main(["import", "bad.yaml"])
    assert says in capsys.readouterr().err
    assert not Path("specs").exists()


def test_a_missing_document_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """As the system says it."""
    assert 1 == main(["import", "missing.yaml"])
    assert "missing.yaml: no such file or directory" in capsys.readouterr().err


def test_interactive_asks_about_doubtful_jobs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certain one is written without a question."""
    thin = {"type": "object", "properties": {"export_id": {"type": "string"}}}
    paths = {**JOBS["paths"], "/exports": {"post": submit(thin, "201")}, "/progress/{export_id}": {"get": poll()}}
    Path("openapi.json").write_text(json.dumps(document(paths)))
    asked: list[str] = []

    def no(text: str, **_: Any) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr("click.confirm", no)

    assert 0 == main(["import", "openapi.json", "--interactive"])
    told = capsys.readouterr()
    assert 1 == len(asked) == told.err.count("may make a job that is polled at")
    assert "  job " in told.out


def test_interactive_asks_which_place_has_the_result(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is in the spec without a mark, and an update does not ask again."""
    thin = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    paths = {
        "/jobs": {"post": submit(thin, "202")},
        "/jobs/{id}": {"get": poll()},
        "/jobs/{id}/output": {"get": {"responses": {"200": {"description": "", "content": {"video/mp4": {}}}}}},
    }
    Path("openapi.json").write_text(json.dumps(document(paths)))
    assert 0 == main(["import", "openapi.json", "--out", "unasked.yaml"])
    unasked = " ".join(Path("unasked.yaml").read_text("utf-8").replace("#", " ").split())
    assert "TODO bide: whether the result is GET /jobs/{id}/output or the field result of the poll or" in unasked
    asked: list[str] = []

    def second(text: str, **_: Any) -> int:
        asked.append(text)
        return 2

    monkeypatch.setattr("click.prompt", second)

    assert 0 == main(["import", "openapi.json", "--out", "asked.yaml", "--interactive"])
    assert 1 == len(asked)
    told = capsys.readouterr().err
    assert "The result of POST /jobs may be:" in told
    assert "  1  GET /jobs/{id}/output\n  2  the field result of the poll\n  3  the whole reply of the poll\n" in told
    text = Path("asked.yaml").read_text("utf-8")
    assert "result: {field: result}" in text
    assert "whether the result" not in text
    assert 0 == main(["import", "openapi.json", "--update", "asked.yaml"])
    assert "asked.yaml is up to date" in capsys.readouterr().out


def test_a_document_at_an_address_is_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    """Only if the address is given as one; one that does not answer is explained."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(JOBS).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/openapi.json"
        code = main(["import", address])
        server.shutdown()

    assert 0 == code
    assert "wrote specs/acme.yaml" in capsys.readouterr().out
    assert 1 == main(["import", address, "--force"])
    assert address in capsys.readouterr().err
