"""`run-many`: a job for each line, an outcome on each line, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

QUICK = "- scenario: succeed; duration=1"
URLS = [f"https://example.com/{number}" for number in range(5)]
INPUTS = "".join(f"{json.dumps({'url': url})}\n" for url in URLS)


def test_each_line_is_a_job(shell_of: Any) -> None:
    """Each outcome has its input, and the last line on standard error counts them."""
    with shell_of("scrapio", scenarios=QUICK) as (shell, simulator):
        ended = shell("fetch", "run-many", stdin=INPUTS)
        state = simulator.state()

    assert 0 == ended.code, ended.err
    assert sorted(URLS) == sorted(line["input"]["url"] for line in ended.lines)
    assert {"done"} == {line["state"] for line in ended.lines}
    assert all(line["result"]["job_id"] == line["job"] for line in ended.lines)
    assert "5 done\n" == ended.err
    assert 5 == len(state["jobs"])


def test_csv_has_arguments_by_header(shell_of: Any, tmp_path: Path) -> None:
    """Cells have the types of the arguments, and an empty one is not given; also on standard input."""
    text = "url,render_js,output,timeout_ms\nhttps://a.example,true,html,5000\nhttps://b.example,,,\n"
    (tmp_path / "in.csv").write_text(text, "utf-8")
    for words, stdin in (((str(tmp_path / "in.csv"),), ""), ((), text)):
        with shell_of("scrapio", scenarios=QUICK) as (shell, _):
            ended = shell("fetch", "run-many", *words, stdin=stdin)
        assert 0 == ended.code, ended.err
        inputs = sorted((line["input"] for line in ended.lines), key=lambda each: each["url"])
        assert inputs == [
            {"url": "https://a.example", "render_js": True, "output": ["html"], "timeout_ms": 5000},
            {"url": "https://b.example"},
        ]


def test_a_bad_line_stops_no_other(shell_of: Any) -> None:
    """It is an outcome of its own, with its number and what is wrong; the exit code is 1."""
    text = 'nope\n{"url": "https://a.example"}\n\n[1]\n{"address": "https://b.example"}\n{"device": "tv"}\n'
    with shell_of("scrapio", scenarios=QUICK) as (shell, simulator):
        ended = shell("fetch", "run-many", stdin=text)
        state = simulator.state()

    refused = {line["line"]: line["message"] for line in ended.lines if line["state"] == "refused"}
    assert [1, 4, 5, 6] == list(refused)
    assert "line 1 is not JSON" in refused[1]
    assert "line 4 is no JSON object" == refused[4]
    assert "has no argument 'address'" in refused[5]
    assert "fetch needs url" in refused[6]
    assert 1 == ended.code
    assert 1 == len(state["jobs"])
    assert "1 done, 4 refused\n" == ended.err


def test_a_failed_job_has_the_reason_of_the_provider(shell_of: Any) -> None:
    """And its token."""
    with shell_of("scrapio", scenarios="- scenario: fail; duration=1") as (shell, _):
        ended = shell("fetch", "run-many", stdin=INPUTS[: INPUTS.index("\n") + 1])

    [line] = ended.lines
    assert ("failed", "JobFailed") == (line["state"], line["error"])
    assert line["message"]
    assert line["token"].startswith("{")
    assert 1 == ended.code


def test_a_ledger_goes_on_where_it_was(shell_of: Any, tmp_path: Path) -> None:
    """The same command again pays for nothing again; `--retry` submits what failed."""
    file = ("--ledger", str(tmp_path / "jobs.db"))
    scenarios = "- {match: {job: fetch, nth: 2}, scenario: fail; duration=1}\n- scenario: succeed; duration=1"
    with shell_of("scrapio", scenarios=scenarios) as (shell, simulator):
        first = shell("fetch", "run-many", *file, stdin=INPUTS)
        again = shell("fetch", "run-many", *file, stdin=INPUTS)
        made = len(simulator.state()["jobs"])
        retried = shell("fetch", "run-many", *file, "--retry", "failed", stdin=INPUTS)
        more = len(simulator.state()["jobs"])
        status = shell("ledger", "status", file[1])
        exported = shell("ledger", "export", file[1], "--to", str(tmp_path / "out.jsonl"))

    assert "4 done, 1 failed\n" == first.err
    assert 5 == made
    assert again.code in (0, 1)
    assert 6 == more
    assert "1 done" in retried.err
    assert 0 == status.code == exported.code
    assert "fetch" in status.out
    assert 5 == len((tmp_path / "out.jsonl").read_text("utf-8").splitlines())


@pytest.mark.parametrize("more", [(), ("--ledger", "films.db")], ids=["", "ledger"])
def test_files_of_a_batch_are_given_by_their_paths(
    more: tuple[str, ...], shell_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes have the paths; one that is not there is an outcome of its own."""
    monkeypatch.chdir(tmp_path)
    Path("film.mp4").write_bytes(b"film")
    text = "".join(f"{json.dumps({'film': name})}\n" for name in ("film.mp4", "none.mp4"))
    with shell_of("darkroom", scenarios=QUICK) as (shell, simulator):
        ended = shell("print", "run-many", *more, stdin=text)
        state = simulator.state()

    told = {line["input"]["film"]: line["state"] for line in ended.lines}
    assert {"film.mp4": "done", "none.mp4": "refused"} == told, ended.err
    assert 1 == len(state["jobs"])


def test_a_job_that_is_gone_is_called_as_in_the_ledger(shell_of: Any, tmp_path: Path) -> None:
    """It stays running, and `--retry running` submits it again."""
    ledger = ("--ledger", str(tmp_path / "batch.db"))
    with shell_of("scrapio", scenarios="- scenario: stall") as (shell, _):
        shell("fetch", "run-many", *ledger, "--timeout", "40s", stdin=INPUTS)  # a real second
    with shell_of("scrapio", scenarios=QUICK) as (shell, simulator):
        gone = shell("fetch", "run-many", *ledger, stdin=INPUTS)
        again = shell("fetch", "run-many", *ledger, "--retry", "running", stdin=INPUTS)
        state = simulator.state()

    assert [("running", "NotFound")] * 5 == [(line["state"], line["error"]) for line in gone.lines]
    assert "5 running" in gone.err
    assert 5 == len(state["jobs"])
    assert "5 done" in again.err


def test_a_ledger_adds_to_the_file_of_outcomes(shell_of: Any, tmp_path: Path) -> None:
    """So that running it again loses none. A line that a crash has cut goes, since its outcome comes again."""
    out, words = tmp_path / "out.jsonl", ("--ledger", str(tmp_path / "batch.db"), "--to", str(tmp_path / "out.jsonl"))
    with shell_of("scrapio", scenarios=QUICK) as (shell, _):
        shell("fetch", "run-many", *words, stdin="".join(INPUTS.splitlines(keepends=True)[:2]))
        out.write_bytes(out.read_bytes() + b'{"input": {"url": "htt')
        ended = shell("fetch", "run-many", *words, stdin=INPUTS)
        again = shell("fetch", "run-many", *words, stdin=INPUTS)

    assert sorted(URLS) == sorted(json.loads(line)["input"]["url"] for line in out.read_text("utf-8").splitlines())
    assert "3 done\n  2 more ended in earlier runs: scrapio ledger export" in ended.err
    assert again.err.startswith("nothing is left to do\n  5 more ended in earlier runs: scrapio ledger export")


def test_a_key_tells_inputs_apart(shell_of: Any, tmp_path: Path) -> None:
    """With `--key url`, another value of another argument is the same input."""
    file = ("--ledger", str(tmp_path / "jobs.db"), "--key", "url")
    with shell_of("scrapio", scenarios=QUICK) as (shell, simulator):
        shell("fetch", "run-many", *file, stdin=INPUTS)
        changed = INPUTS.replace("}", ', "device": "mobile"}')
        ended = shell("fetch", "run-many", *file, stdin=changed)
        state = simulator.state()

    assert 0 == ended.code, ended.err
    assert 5 == len(state["jobs"])


@pytest.mark.parametrize(
    "words", [("--retry", "failed"), ("--key", "url"), ("missing.jsonl",), ("--max-in-flight", "0")]
)
def test_wrong_options_send_nothing(words: tuple[str, ...], shell_of: Any) -> None:
    """Exit code 2."""
    with shell_of("scrapio") as (shell, simulator):
        ended = shell("fetch", "run-many", *words, stdin=INPUTS)
        state = simulator.state()

    assert 2 == ended.code
    assert ended.err.startswith("error: ")
    assert [] == state["jobs"]


@pytest.mark.parametrize("ledger", [False, True])
def test_a_line_that_is_no_text_stops_no_other(ledger: bool, shell_of: Any, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and characters that no JSON of a ledger can hold."""
    text = b'{"url": "\xff"}\n{"url": "\\ud800"}\n{"url": "https://a.example"}\n'
    words = ("--ledger", str(tmp_path / "jobs.db")) if ledger else ()
    with shell_of("scrapio", scenarios=QUICK) as (shell, _):
        ended = shell("fetch", "run-many", *words, stdin=text)

    assert 1 == ended.code
    assert "1 done, 2 refused\n" == ended.err
    assert "line 1 is not JSON: it is not UTF-8" == ended.lines[0]["message"]


def test_a_row_that_is_no_csv_stops_no_other(shell_of: Any) -> None:
    """A cell may be larger than the csv module takes, or no UTF-8."""
    text = b"url\n" + b"a" * 200_000 + b"\nhttps://a.example\n\xff\n"
    with shell_of("scrapio", scenarios=QUICK) as (shell, _):
        ended = shell("fetch", "run-many", stdin=text)

    assert 1 == ended.code
    assert "1 done, 2 refused\n" == ended.err


def test_an_input_that_nobody_refused_is_new(shell_of: Any, tmp_path: Path) -> None:
    """As in the ledger: the same command tries it again. It did not end in an earlier run either."""
    words = ("fetch", "run-many", "--ledger", str(tmp_path / "jobs.db"))
    with shell_of("scrapio", scenarios="- scenario: submit=401*5") as (shell, _):
        ended = shell(*words, stdin=INPUTS)
    with shell_of("scrapio", scenarios=QUICK) as (shell, _):
        again = shell(*words, stdin=INPUTS)

    assert {"new"} == {line["state"] for line in ended.lines}
    assert "5 new\n" == ended.err
    assert "5 done\n" == again.err
