"""How a command ends: its exit code, and two lines that say what happened and what to do now."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bide_runtime.apps.cli import run

RUN = ("fetch", "run", "--url", "https://example.com")


@pytest.mark.parametrize(
    ("scenario", "words", "code", "says", "advice"),
    [
        ("succeed; duration=1", RUN, 0, "", ""),
        ("fail; duration=1", RUN, 1, "error: the job failed", ""),
        ("submit=402", RUN, 3, "(HTTP 402", ""),
        ("submit=401", RUN, 3, "(HTTP 401", "check SCRAPIO_API_KEY, or run: scrapio login"),
        ("stall", (*RUN, "-t", "5"), 124, "not finished after", "to wait for it: scrapio fetch wait '{"),
        ("stall", ("search-inline", "--query", ""), 2, "query: ", ""),
    ],
)
def test_exit_codes(scenario: str, words: tuple[str, ...], code: int, says: str, advice: str, shell_of: Any) -> None:
    """Each kind of end has its own code, and an error has at most two lines and no traceback."""
    with shell_of("scrapio", scenarios=f"- scenario: {scenario}") as (shell, _):
        ended = shell(*words)

    assert code == ended.code, ended.err
    assert says in ended.err
    assert advice in ended.err
    assert len(ended.err.splitlines()) <= 2
    assert "Traceback" not in ended.err


def test_a_lost_reply_without_keys_is_unsure(shell_of: Any) -> None:
    """Exit code 4, and the advice not to run the command again."""
    with shell_of("anakin", scenarios="- {scenario: succeed; submit=lost}") as (shell, simulator):
        ended = shell("url-scraper", "run", "--url", "https://example.com")
        state = simulator.state()

    assert 4 == ended.code, ended.err
    assert "before you run the command again: that may cost twice" in ended.err
    assert 1 == len(state["jobs"])


def test_a_job_that_the_provider_does_not_know(shell_of: Any) -> None:
    """The advice is not to wait for it."""
    with shell_of("scrapio") as (shell, _):
        ended = shell("fetch", "wait", "nobody")

    assert 3 == ended.code
    assert "is the id that of this provider?" in ended.err
    assert "scrapio fetch wait" not in ended.err


def test_a_missing_key(shell_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to do in a shell, not in Python."""
    with shell_of("scrapio") as (shell, _):
        monkeypatch.delenv("SCRAPIO_API_KEY")
        ended = shell(*RUN)

    assert 2 == ended.code
    assert "set SCRAPIO_API_KEY, or run: scrapio login" in ended.err
    assert "api_key=" not in ended.err


def test_a_provider_that_cannot_be_reached(shell_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 5."""
    with shell_of("scrapio") as (shell, _):
        monkeypatch.setenv("SCRAPIO_BASE_URL", "http://127.0.0.1:1")
        ended = shell(*RUN)

    assert 5 == ended.code
    assert "error: could not connect to 127.0.0.1:1" in ended.err


def test_a_wait_goes_on_with_the_printed_command(shell_of: Any) -> None:
    """The token of a wait that timed out is all that `wait`, `status`, `result` and `cancel` need."""
    with shell_of("scrapio", scenarios="- scenario: succeed; duration=60") as (shell, _):
        late = shell(*RUN, "-t", "4")
        token = late.err.split("wait '")[1].rstrip("'\n")
        early = shell("fetch", "result", token)
        status = shell("fetch", "status", token)
        by_id = shell("fetch", "status", status.json["job"])
        done = shell("fetch", "wait", token)
        result = shell("fetch", "result", token)

    assert (124, 124, 0, 0) == (late.code, early.code, status.code, by_id.code)
    assert status.json == by_id.json
    assert status.json["state"] in ("pending", "running")
    assert 0 == done.code == result.code
    assert done.json["outputs"] == result.json["outputs"]


def test_a_job_is_cancelled(shell_of: Any) -> None:
    """Where the provider has it; the wait for it then says so."""
    with shell_of("scrapio", scenarios="- scenario: stall") as (shell, _):
        token = shell(*RUN, "--no-wait").out.strip()
        cancelled = shell("fetch", "cancel", token)
        ended = shell("fetch", "wait", token)
        stopped = shell(*RUN, "--cancel-on-timeout", "-t", "5")

    assert 0 == cancelled.code
    assert "asked Scrapio to cancel the job" in cancelled.err
    assert 1 == ended.code
    assert "the job was cancelled" in ended.err
    assert 124 == stopped.code
    assert "asked Scrapio to cancel the job" in stopped.err


def test_a_damaged_token_is_refused(shell_of: Any) -> None:
    """Nothing is sent."""
    with shell_of("scrapio") as (shell, simulator):
        ended = shell("fetch", "wait", '{"bide": 1}')
        other = shell("fetch", "wait", json.dumps({"bide": 1, "provider": "acme", "job": "fetch", "id": "1"}))
        state = simulator.state()

    assert (2, 2) == (ended.code, other.code)
    assert "belongs to a job of 'acme'" in other.err
    assert not state["requests_by_path"]


def test_verbose_shows_each_request_without_the_key(shell_of: Any) -> None:
    """On standard error; the result stays alone on standard output."""
    with shell_of("scrapio", scenarios="- scenario: succeed; duration=1") as (shell, _):
        ended = shell(*RUN, "-v")

    assert "POST /v1/jobs: 202 in " in ended.err
    assert "/result: 200 in " in ended.err
    assert "key" not in ended.err.replace("idempotency-key", "")
    assert isinstance(ended.json, dict)


def test_a_missing_library_is_named(shells: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Without the extra, the command says how to install it."""
    import sys

    package = shells.package("scrapio")
    for name in [name for name in sys.modules if name.startswith(("click", "bide_runtime.apps.cli."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "click", None)

    assert 2 == run(package, ["--help"])
    assert "needs click, which is not installed: pip install 'scrapio-client[cli]'" in capsys.readouterr().err
