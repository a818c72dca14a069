"""`bide diff`: files and revisions, formats, exit codes, the changelog and the next version."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bide.cli.app import main
from tests.acme_spec import TEXT

NEW = TEXT.replace("      failed: failed\n", "      failed: partial\n").replace("Fetch one page.", "Fetch a | page.")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions of a spec, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(TEXT)
    (tmp_path / "new.yaml").write_text(NEW)
    assert NEW.count("failed: partial") == 1


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Each change has its places in both files, who notices it, and the step that follows."""
    assert main(["diff", "old.yaml", "new.yaml"]) == 0
    status, job = line_of(NEW, "failed: partial"), line_of(NEW, "description: Fetch a")
    assert capsys.readouterr().out == (
        f'new.yaml:{status}:7: breaking[status-ends-otherwise]: lifecycle "job": a job with the status "failed" was'
        f" failed and is partial now\n  was: old.yaml:{status}:7\n  hits: new version, saved tokens\n\n"
        f'new.yaml:{job}:5: docs[docs-changed]: job "fetch": the description has changed\n  was: old.yaml:{job}:5\n\n'
        "1 breaking, 1 docs: a minor step, 0.1.0 -> 0.2.0\n"
    )


def test_equal_specs(capsys: pytest.CaptureFixture[str]) -> None:
    """A spec does not differ from itself."""
    assert main(["diff", "old.yaml", "old.yaml", "--fail-on", "docs"]) == 0
    assert capsys.readouterr().out == "nothing changes for users of the package\n"


@pytest.mark.parametrize(("severity", "code"), [("breaking", 1), ("docs", 1)])
def test_fail_on(severity: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A change of this severity, or of a worse one, is a failure."""
    assert main(["diff", "old.yaml", "new.yaml", "--fail-on", severity]) == code
    assert f"--fail-on {severity} does not allow that" in capsys.readouterr().err


def test_fail_on_what_is_not_there(tmp_path: Path) -> None:
    """A change that is less severe is none."""
    (tmp_path / "new.yaml").write_text(TEXT.replace("Fetch one page.", "Fetch a page."))

    assert main(["diff", "old.yaml", "new.yaml", "--fail-on", "addition"]) == 0


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get one document."""
    assert main(["diff", "old.yaml", "new.yaml", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert (found["step"], found["old_version"], found["next_version"]) == ("minor", "0.1.0", "0.2.0")
    assert [(one["code"], one["severity"]) for one in found["changes"]] == [
        ("status-ends-otherwise", "breaking"),
        ("docs-changed", "docs"),
    ]
    assert found["changes"][0]["new"] == {"file": "new.yaml", "line": line_of(NEW, "failed: partial"), "column": 7}


def test_github(capsys: pytest.CaptureFixture[str]) -> None:
    """A breaking change is an error beside its line, and what people read is a notice."""
    assert main(["diff", "old.yaml", "new.yaml", "--format", "github"]) == 0
    error, notice, _ = capsys.readouterr().out.splitlines()

    assert error.startswith(f"::error file=new.yaml,line={line_of(NEW, 'failed: partial')},col=7,title=bide ")
    assert notice.startswith("::notice file=new.yaml,")


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    """A table with a row for each change."""
    assert main(["diff", "old.yaml", "new.yaml", "--format", "markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == "**1 breaking, 1 docs: a minor step, 0.1.0 -> 0.2.0**"
    assert [line.count("|") for line in lines[2:]] == [6] * 4


def test_a_revision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A version can be one of the repository, by a path from this folder."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for arguments in (["init", "-q"], ["add", "old.yaml"], ["commit", "-qm", "One"]):
        subprocess.run([*git, *arguments], check=True, cwd=tmp_path)
    (tmp_path / "old.yaml").write_text(NEW)

    assert main(["diff", "git:HEAD:old.yaml", "old.yaml"]) == 0
    assert "was: git:HEAD:old.yaml:" in capsys.readouterr().out
    assert main(["diff", "git:HEAD:none.yaml", "old.yaml"]) == 2
    assert "none.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["git:HEAD", "git:--output=x:old.yaml", "git::old.yaml", "missing.yaml"])
def test_no_such_version(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a usage error. An option of git is not passed on."""
    assert main(["diff", name, "new.yaml"]) == 2
    assert capsys.readouterr().err.startswith(f"bide: {name}: ")


def test_a_spec_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its errors are printed, and nothing is compared."""
    (tmp_path / "new.yaml").write_text(TEXT.replace("docs: https", "dosc: https"))

    assert main(["diff", "old.yaml", "new.yaml"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "error[unknown-key]" in said.err
    assert "new.yaml has errors, so it cannot be compared" in said.err


def test_bump_and_changelog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The version that follows is written once, and the entry is of that version."""
    assert main(["diff", "old.yaml", "new.yaml", "--bump", "--changelog"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("## 0.2.0\n\n### Breaking\n\n- Lifecycle")
    assert said.err == "new.yaml: version 0.1.0 -> 0.2.0\n"
    package = 'package: {version: "0.2.0"}\n'
    assert (tmp_path / "new.yaml").read_text() == NEW.replace("base_url:", f"{package}base_url:")

    assert main(["diff", "old.yaml", "new.yaml", "--bump", "--changelog"]) == 0
    again = capsys.readouterr()
    assert (again.out, again.err) == (said.out, "new.yaml has version 0.2.0 already\n")


def test_a_revision_is_not_bumped(capsys: pytest.CaptureFixture[str]) -> None:
    """Only a file can be written."""
    assert main(["diff", "old.yaml", "git:HEAD:new.yaml", "--bump"]) == 2
    assert capsys.readouterr().err.startswith("bide: --bump writes into NEW, so it must be a file")
