"""`bide new`: the spec that it writes is valid for any answers, and no file is overwritten."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bide.cli.app import main
from bide.lint.pipeline import checked, read_spec
from bide.spec.shape.schema import schema_text
from bide.spec.starter import BadAnswer, completed, written


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, without a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return tmp_path


def test_the_new_spec_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    """A new spec has no warnings and generates a package, without changes by its author."""
    assert main(["new", "acme"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "wrote specs/acme.yaml",
        "wrote specs/bide.schema.json, for editors",
        "next: edit it while `bide check specs/acme.yaml --watch` runs",
    ]

    assert main(["check", "specs/acme.yaml"]) == 0
    assert capsys.readouterr() == ("1 spec checked, no problem found\n", "")
    assert main(["generate", "specs/acme.yaml"]) == 0
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "generated/acme/tests"]
    done = subprocess.run(tests, env={**os.environ, "PYTHONPATH": "generated/acme"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_suggestions_are_valid() -> None:
    """With the `#` removed from every commented key, the spec is still valid."""
    text = written(completed("acme", {}), schema="x.json")
    meant = re.compile(r"^( *)# (?=[a-z_]+\??: )(?!yaml-language-server)", re.MULTILINE)

    assert len(meant.findall(text)) > 5
    assert checked("acme.yaml", meant.sub(r"\1", text))[1] == []


def test_the_spec_has_the_answers() -> None:
    """Each option is in the spec."""
    options = ["--title", "Acme: Speech", "--base-url", "https://api.acme.test", "--docs", "https://acme.test/api#jobs"]
    options += ["--auth", "header:X-Acme-Key", "--job", "transcript", "--submit", "/v2/transcripts"]
    assert main(["new", "acme", *options, "--poll", "/v2/status/{job_id}"]) == 0

    spec = read_spec("acme.yaml", Path("specs/acme.yaml").read_text())
    assert ("Acme: Speech", "https://api.acme.test", "https://acme.test/api#jobs") == (
        spec.title,
        spec.base_url,
        spec.docs,
    )
    assert [("header", "X-Acme-Key", "ACME_API_KEY")] == [(one.scheme, one.name, one.env) for one in spec.auth]
    assert ["transcript"] == [job.name for job in spec.jobs]
    text = Path("specs/acme.yaml").read_text()
    assert "post: /v2/transcripts\n" in text
    assert 'poll: {get: "/v2/status/{job_id}"}\n' in text


@pytest.mark.parametrize("poll", ["/{endpoint_id}/{+model}/status/{job_id}", None])
def test_names_in_the_path_of_a_submit_are_declared(poll: str | None) -> None:
    """They are arguments of the job. The poll repeats them, also if its path is the default."""
    assert main(["new", "acme", "--submit", "/{endpoint_id}/{+model}", *(["--poll", poll] if poll else [])]) == 0
    assert main(["check", "specs/acme.yaml", "--strict"]) == 0

    [job] = read_spec("acme.yaml", Path("specs/acme.yaml").read_text()).jobs
    assert {"endpoint_id", "model"} <= job.submit.named.keys()
    assert job.lifecycle.poll.path == (poll or "/{endpoint_id}/{+model}/{job_id}")


@pytest.mark.parametrize("auth", ["bearer", "header:X-Key", "query:key", "basic", "none"])
def test_each_place_of_a_key(auth: str) -> None:
    """A key in any place, or none, gives a valid spec."""
    assert main(["new", "acme", "--auth", auth]) == 0
    assert main(["check", "specs/acme.yaml"]) == 0


@settings(deadline=None, max_examples=30)
@given(
    title=st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=30),
    job=st.sampled_from(["task", "image", "url_scrape", "job", "null", "yes"]),
    submit=st.from_regex(r"/[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,12}", fullmatch=True).filter(lambda path: path.strip("/.")),
)
def test_any_answer_is_quoted(title: str, job: str, submit: str) -> None:
    """An answer is in the spec unchanged, or is refused; it cannot change the structure of the spec."""
    answers = completed("acme", {"title": title, "job": job, "submit": submit})
    assert not _is_title(title) or read_spec("", written(answers, schema="x.json")).title == title


def _is_title(text: str) -> bool:
    """Whether *text* is a valid title that YAML can hold."""
    return text == text.strip() and text.isprintable() and "\ufeff" not in text


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    """An existing spec is unchanged, and the error is one line."""
    Path("specs").mkdir()
    Path("specs/acme.yaml").write_text("mine")

    assert main(["new", "acme"]) == 1
    assert capsys.readouterr().err == (
        "bide: specs/acme.yaml exists already and was not overwritten: choose another name, or edit it\n"
    )
    assert Path("specs/acme.yaml").read_text() == "mine"
    assert [path.name for path in Path("specs").iterdir()] == ["acme.yaml"]


def test_an_existing_schema_is_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    """A second spec uses the same schema file."""
    assert main(["new", "acme"]) == 0
    assert Path("specs/bide.schema.json").read_text() == schema_text()
    Path("specs/bide.schema.json").write_text("{}")

    assert main(["new", "brick"]) == 0
    assert Path("specs/bide.schema.json").read_text() == "{}"


def test_in_a_checkout_the_spec_refers_to_the_schema_itself(here: Path) -> None:
    """No second copy is written beside the specs of this repository."""
    from bide.spec import starter

    checkout = Path(starter.__file__).parents[3]
    folder = checkout / "specs-of-a-test"
    try:
        assert main(["new", "acme", "--out", str(folder)]) == 0
        first, *_ = (folder / "acme.yaml").read_text().splitlines()
        assert first == "# yaml-language-server: $schema=../generator/bide/spec/shape/spec.schema.json"
        assert [path.name for path in folder.iterdir()] == ["acme.yaml"]
    finally:
        (folder / "acme.yaml").unlink(missing_ok=True)
        folder.rmdir()


def test_the_client_class_has_the_capitals_of_the_title() -> None:
    """If the title is the name with other capitals."""
    classes = {
        ("acme_ai", "AcmeAI"): "AcmeAI",
        ("acme_ai", "Acme AI"): "AcmeAI",
        ("acme", "Acme Works"): "Acme",
        ("acme", "acme"): "Acme",
    }
    for (name, title), wanted in classes.items():
        assert f"\nclass: {wanted}\n" in written(completed(name, {"title": title}), schema="x.json")


REFUSED = {
    "capitals": (
        ["Acme-Speech"],
        '"Acme-Speech" is not a valid name: use lowercase letters',
        "did you mean acme_speech?",
    ),
    "a file": (["specs/Acme.yaml"], '"specs/Acme.yaml" is not a valid name', "did you mean acme?"),
    "a digit": (["9x"], '"9x" is not a valid name', "as in acme_speech"),
    "a keyword": (["import"], '"import" is not a valid Python name', ""),
    "upwards": (["../x"], '"../x" is not a valid name', "did you mean x?"),
    "docs": (["x", "--docs", "foo"], '"foo" is not a valid URL: write it like', "(--docs)"),
    "auth": (["x", "--auth", "foo"], '"foo" is not a way to send the API key: use bearer,', "none (--auth)"),
    "no id": (["x", "--poll", "/x"], "nothing says which job this is about: use {job_id}", "(--poll)"),
    "no job": (["x", "--job", ""], '"" is not a valid name', "(--job)"),
    "no class": (["x", "--job", "true"], '"True" is not a valid Python name', "(--job)"),
    "our name": (["x", "--job", "close"], 'every client already has an attribute "close"', "(--job)"),
}


@pytest.mark.parametrize(("arguments", "beginning", "end"), REFUSED.values(), ids=REFUSED)
def test_an_invalid_answer_is_one_line(
    arguments: list[str], beginning: str, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An invalid name or option is an error of one line, with exit code 2, and nothing is written."""
    assert main(["new", *arguments]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bide: {beginning}")
    assert line.endswith(end)
    assert not Path("specs").exists()


def test_a_folder_that_cannot_be_made_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of the file system is one line, with exit code 1."""
    Path("file").write_text("")

    assert main(["new", "acme", "--out", "file"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "file" in line


def typed(*keys: str, arguments: list[str]) -> tuple[int, str]:
    """The output for a person who types this at a terminal, and the exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bide", "new", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        seen = ""
        for key in keys:
            while not seen.rsplit("\n", 1)[-1].endswith("]: "):
                seen += os.read(ours, 1000).decode()
            os.write(ours, key.encode())
            seen += os.read(ours, 1000).decode()
        try:
            while more := os.read(ours, 1000).decode():
                seen += more
        except OSError:
            pass  # the process has closed its end
        os.close(ours)
        return process.wait(), seen.replace("\r\n", "\n")


def test_a_terminal_prompts_for_missing_options() -> None:
    """Enter takes the default in brackets, and an invalid answer is asked for again."""
    code, seen = typed("\n", "\n", "\n", "cookie\n", "query:key\n", "\n", "/go\n", "\n", arguments=["acme"])

    assert code == 0, seen
    assert "Name of the provider, as people write it [Acme]: " in seen
    assert '"cookie" is not a way to send the API key' in seen
    assert "Path to poll a job at (GET) [/go/{job_id}]: " in seen
    spec = Path("specs/acme.yaml").read_text()
    assert "auth: {query: key, env: ACME_API_KEY}" in spec
    assert "post: /go\n" in spec


def test_with_an_option_nothing_is_prompted_for() -> None:
    """The command of a page does the same in a terminal as elsewhere."""
    code, seen = typed(arguments=["acme", "--job", "scan"])

    assert code == 0, seen
    assert "]: " not in seen


def test_the_end_of_the_input_writes_nothing() -> None:
    """It ends the command with one line."""
    code, seen = typed("\x04", arguments=["acme"])

    assert code == 130
    assert seen.rstrip().endswith("bide: stopped")
    assert not Path("specs").exists()


def test_an_answer_that_yaml_cannot_hold_is_refused() -> None:
    """It is an error, and no spec is written."""
    with pytest.raises(BadAnswer, match="is not a valid name"):
        written(completed("acme", {"job": "a: b"}), schema="x.json")
