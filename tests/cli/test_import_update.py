"""`bide import --update`: a new version of the document for a spec that its author has edited."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bide.cli.app import main
from tests.importer.documents import JOB, JOBS, document, poll, submit

SPEC = Path("specs/acme.yaml")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a document, the next version of it, and a spec that its author has edited."""
    monkeypatch.chdir(tmp_path)
    Path("one.json").write_text(json.dumps(JOBS))
    schema: Any = copy.deepcopy(JOB)
    schema["properties"]["status"]["enum"].append("cancelled")
    schema["properties"]["result"]["properties"]["words"] = {"type": "integer"}
    Path("two.json").write_text(
        json.dumps(document({"/jobs": {"post": submit(schema)}, "/jobs/{id}": {"get": poll(schema)}}))
    )
    assert 0 == main(["import", "one.json", "--operations"])
    edit("title: Acme", "title: Acme Inc.  # as they write it")
    edit("\njobs:\n", "\n# Ours.\njobs:\n")
    capsys.readouterr()
    return tmp_path


def edit(old: str, new: str) -> None:
    """Edit the spec."""
    text = SPEC.read_text("utf-8")
    assert old in text
    SPEC.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_new_comes_in_and_what_the_author_wrote_stays(capsys: pytest.CaptureFixture[str]) -> None:
    """The spec checks clean; a second time there is nothing to do."""
    before = SPEC.read_text("utf-8").splitlines()

    assert 0 == main(["import", "two.json", "--update", "specs/acme.yaml"])
    told = capsys.readouterr().out
    assert "  + lifecycles.job.states.cancelled\n" in told
    assert "words" in told
    after = SPEC.read_text("utf-8").splitlines()
    gone = [line for line in before if line not in after]
    assert all("failed" in line or "Result: {fields" in line or line.startswith("# Imported from") for line in gone)
    assert "title: Acme Inc.  # as they write it" in after
    assert "# Ours." in after
    assert 0 == main(["check", "specs/acme.yaml"])
    assert "no problem found" in capsys.readouterr().out

    assert 0 == main(["import", "two.json", "--update", "specs/acme.yaml"])
    assert "specs/acme.yaml is up to date\n" in capsys.readouterr().out
    assert after == SPEC.read_text("utf-8").splitlines()


def test_conflicts_are_shown_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Unless someone is there to answer, or `--keep` answers for all."""
    edit("failed: failed", "failed: expired")
    found = json.loads(Path("two.json").read_text())
    found["servers"] = [{"url": "https://eu.acme.example"}]
    Path("two.json").write_text(json.dumps(found))
    edit("base_url: https://api.acme.example/v1", "base_url: https://us.acme.example")
    text = SPEC.read_text("utf-8")

    assert 1 == main(["import", "two.json", "--update", "specs/acme.yaml"])
    told = capsys.readouterr()
    assert (
        "base_url:\n    before    https://api.acme.example/v1\n  - yours     https://us.acme.example\n"
        "  + document  https://eu.acme.example\n"
    ) == told.out
    assert "1 conflict between what you wrote and the document, so nothing is written" in told.err
    assert text == SPEC.read_text("utf-8")

    assert 0 == main(["import", "two.json", "--update", "specs/acme.yaml", "--keep", "document"])
    assert "base_url: https://eu.acme.example\n" in SPEC.read_text("utf-8")
    assert "failed: expired" in SPEC.read_text("utf-8")


@pytest.mark.parametrize(("answer", "address"), [("y", "eu"), ("n", "us")])
def test_in_a_terminal_each_conflict_is_asked_about(
    answer: str, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Yes takes the document's."""
    Path("two.json").write_text(json.dumps({**JOBS, "servers": [{"url": "https://eu.acme.example"}]}))
    edit("base_url: https://api.acme.example/v1", "base_url: https://us.acme.example")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: answer == "y")

    assert 0 == main(["import", "two.json", "--update", "specs/acme.yaml"])
    assert f"base_url: https://{address}.acme.example\n" in SPEC.read_text("utf-8")


def test_a_job_that_was_declined_is_not_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers of `--interactive` are kept, and the options of the first import hold."""
    thin = {"type": "object", "properties": {"export_id": {"type": "string"}}}
    paths = {**JOBS["paths"], "/exports": {"post": submit(thin, "201")}, "/progress/{export_id}": {"get": poll()}}
    Path("one.json").write_text(json.dumps(document(paths)))
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert 0 == main(["import", "one.json", "--interactive", "--only", "/", "--force"])
    text = SPEC.read_text("utf-8")

    assert "/exports" not in text
    assert 0 == main(["import", "one.json", "--update", "specs/acme.yaml"])
    assert text == SPEC.read_text("utf-8")


def test_without_the_last_import_the_author_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """A spec that was not imported, or lost its record, is compared with the document alone."""
    Path("specs/.import/acme.yaml").unlink()
    edit("base_url: https://api.acme.example/v1", "base_url: https://us.acme.example")

    assert 1 == main(["import", "two.json", "--update", "specs/acme.yaml"])
    told = capsys.readouterr().out
    assert "base_url:\n  - yours     https://us.acme.example\n  + document  https://api.acme.example/v1\n" == told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--update", "missing.yaml"], "missing.yaml: no such file"),
        (["--update", "specs/acme.yaml", "--out", "x.yaml"], "leave out --out"),
        (["--keep", "mine"], "--keep is for --update"),
    ],
)
def test_wrong_usage_is_explained(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""
    assert 2 == main(["import", "two.json", *words])
    assert says in capsys.readouterr().err


def test_a_spec_that_cannot_be_read_is_not_updated(capsys: pytest.CaptureFixture[str]) -> None:
    """The place of the error is shown."""
    SPEC.write_text("a: [")

    assert 1 == main(["import", "two.json", "--update", "specs/acme.yaml"])
    told = capsys.readouterr().err
    assert "specs/acme.yaml:2:1: error[bad-yaml]" in told
    assert "so it is not updated" in told
    assert "a: [" == SPEC.read_text()


def test_the_comment_at_the_top_names_the_last_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where nothing else has changed, and where the title needs several lines."""
    found = json.loads(Path("two.json").read_text())
    found["info"] = {"title": f"Acme. The API {'of many words ' * 12}", "version": "2.0.1"}
    Path("three.json").write_text(json.dumps(found))

    for name, said in (("two.json", "Acme 1.2)."), ("three.json", " 2.0.1)."), ("two.json", "Acme 1.2).")):
        assert 0 == main(["import", name, "--update", "specs/acme.yaml", "--keep", "mine"])
        top = SPEC.read_text("utf-8").partition("# Few documents")[0]
        assert f"# Imported from {name} (OpenAPI 3.1.0, Acme" in top
        assert top.endswith(f"{said}\n")
        assert 1 == SPEC.read_text("utf-8").count("# Imported from")


def test_a_renamed_type_is_followed_in_fields_of_any_name() -> None:
    """A field `title` or `default` names a type like any other."""
    from bide.importer.updating.merging import renamed

    given = {"models": {"Card": {"fields": {"title": "Head", "default?": "list of Head", "description": "string"}}}}

    assert {"title": "Heading", "default?": "list of Heading", "description": "string"} == renamed(
        given, {("models", "Head"): "Heading"}
    )["models"]["Card"]["fields"]
