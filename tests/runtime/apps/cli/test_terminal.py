"""In a real terminal: the progress line, Ctrl-C, narrow widths, colour, and the prompt for the key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.runtime.apps.cli.conftest import Shells, spec_of
from tests.runtime.apps.cli.terminal import Terminal

SPEED = 8.0
RUN = ("fetch", "run", "--url", "https://example.com")


@pytest.fixture
def env_of(shells: Shells) -> Any:
    """Makes the environment of a command for a simulator."""
    folder = Path(import_module(shells.package("scrapio")).__file__ or "").parents[1]

    @contextmanager
    def opened(scenario: str) -> Iterator[dict[str, str]]:
        with Simulator(spec_of("scrapio"), key="key", speed=SPEED, scenarios=f"- scenario: {scenario}") as simulator:
            yield {
                "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
                "SCRAPIO_BASE_URL": simulator.url,
                "SCRAPIO_API_KEY": "key",
                "BIDE_SPEED": str(SPEED),
                "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            }

    return opened


def _words(*words: str) -> list[str]:
    return ["-m", "scrapio_client", *words]


def test_a_wait_shows_status_time_and_the_next_poll(env_of: Any) -> None:
    """On one line, which ends with the last status; then the result comes, in colour."""
    with env_of("succeed; duration=20") as env, Terminal(_words(*RUN), env) as terminal:
        terminal.until("fetch running")
        terminal.until("next poll in")
        terminal.until("fetch completed")
        assert 0 == terminal.code()

    assert '"status": "completed"' in terminal.text
    assert b"\x1b[" in terminal.raw.split(b'"status"')[0]


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_keeps_the_line_on_one_line(columns: int, env_of: Any) -> None:
    """The line is cut, and never wrapped: otherwise each refresh would leave a line behind."""
    with (
        env_of("succeed; duration=8") as env,
        Terminal(_words(*RUN, "--to", os.devnull), env, columns=columns) as narrow,
    ):
        assert 0 == narrow.code()

    assert narrow.text.strip("\r\n ").count("\n") <= 1
    assert max(len(line) for line in narrow.text.replace("\r", "\n").split("\n")) <= columns


def test_ctrl_c_leaves_the_job_and_says_how_to_go_on(env_of: Any) -> None:
    """Exit code 130, and a command that works."""
    with env_of("succeed; duration=40") as env:
        with Terminal(_words(*RUN), env, columns=300) as terminal:
            terminal.until("fetch running")
            terminal.interrupt()
            assert 130 == terminal.code()
        command = terminal.text.split("to wait for it: scrapio ")[1].strip()
        token = command.split("'")[1]
        again = subprocess.run(
            [sys.executable, *_words("fetch", "wait", token)],
            env={**os.environ, **env},
            capture_output=True,
            check=False,
        )

    assert "interrupted; the job is still running" in terminal.text
    assert "Traceback" not in terminal.text
    assert 0 == again.returncode, again.stderr


def test_ctrl_c_ends_a_batch_and_loses_no_job(env_of: Any, tmp_path: Path) -> None:
    """Jobs that are still running are lines of the output, with their tokens."""
    inputs, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    inputs.write_text('{"url": "https://a.example"}\n{"url": "https://b.example"}\n')
    with env_of("succeed; duration=400") as env:
        words = _words("fetch", "run-many", str(inputs), "--to", str(out))
        with Terminal(words, env, columns=200) as terminal:
            terminal.until("2 running")
            terminal.interrupt()
            assert 130 == terminal.code()

    assert 2 == out.read_text("utf-8").count('"state": "running"')
    assert 2 == out.read_text("utf-8").count('"token"')
    assert "their tokens are in the output" in terminal.text


def test_ctrl_c_in_a_batch_on_a_ledger_leaves_its_jobs_to_the_next_run(env_of: Any, tmp_path: Path) -> None:
    """They are in the ledger, so nothing is printed of them, and nothing says that there were no inputs."""
    inputs = tmp_path / "in.jsonl"
    inputs.write_text('{"url": "https://a.example"}\n')
    with env_of("succeed; duration=400") as env:
        words = _words("fetch", "run-many", str(inputs), "--ledger", str(tmp_path / "jobs.db"))
        with Terminal(words, env, columns=200) as terminal:
            terminal.until("1 running")
            terminal.interrupt()
            assert 130 == terminal.code()

    assert "run the same command again" in terminal.text
    assert "no inputs" not in terminal.text


def test_the_key_is_asked_for_without_showing_it(env_of: Any) -> None:
    """Where there is a terminal and no key in the environment."""
    with env_of("succeed; duration=1") as env:
        del env["SCRAPIO_API_KEY"]
        with Terminal(_words(*RUN, "--to", os.devnull), {**env, "SCRAPIO_API_KEY": ""}) as terminal:
            terminal.until("SCRAPIO_API_KEY:")
            terminal.type("key\n")
            assert 0 == terminal.code()

    assert "key\r" not in terminal.text


def test_nothing_is_drawn_where_nobody_looks(env_of: Any) -> None:
    """In a pipe there is no progress, no colour and no prompt."""
    with env_of("succeed; duration=1") as env:
        ended = subprocess.run(
            [sys.executable, *_words(*RUN)], env={**os.environ, **env}, capture_output=True, text=True, check=False
        )
        no_key = subprocess.run(
            [sys.executable, *_words(*RUN)],
            env={**os.environ, **env, "SCRAPIO_API_KEY": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    assert (0, "") == (ended.returncode, ended.stderr)
    assert "\x1b" not in ended.stdout
    assert 2 == no_key.returncode
    assert "SCRAPIO_API_KEY" in no_key.stderr


def test_colour_can_be_turned_off(env_of: Any) -> None:
    """By NO_COLOR, as everywhere."""
    with env_of("succeed; duration=1") as env:
        words = _words("search-inline", "--query", "x")
        with Terminal(words, {**env, "NO_COLOR": "1"}) as terminal:
            assert 0 == terminal.code()

    assert b"\x1b[3" not in terminal.raw
