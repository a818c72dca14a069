"""`bide verify --live`: the generated client calls a server, and what the spec does not say is found, and only that."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bide.cli.app import main
from bide.cli.live import running
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.simulator.simulated_acme import SPEC
from tests.verifier.test_verify import URLS, drifted

SPEED = 20.0
KEY = "k-secret-1234567"

Verify = Callable[..., int]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """The simulator of the spec, and a folder with the same spec and its key in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACME_API_KEY", KEY)
    monkeypatch.setenv("BIDE_SPEED", str(SPEED))
    with Simulator(read_spec("acme.yaml", SPEC), speed=SPEED, key=KEY) as simulator:
        yield simulator


@pytest.fixture
def verify(server: Simulator) -> Verify:
    """Run the command with a spec."""

    def verified(spec: str, *arguments: str) -> int:
        Path("acme.yaml").write_text(spec)
        return main(["verify", "acme.yaml", "--live", "--base-url", server.url, *arguments])

    return verified


def requests(server: Simulator) -> int:
    """The number of jobs at the server."""
    return len(server.state()["jobs"])


def findings(text: str) -> list[str]:
    """The messages of the findings, sorted."""
    return sorted(line.split(": ", 1)[1].split(" (")[0] for line in text.splitlines() if line.startswith("acme.yaml:"))


def test_a_server_that_fits(verify: Verify, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 0, and what was done is said before it was."""
    assert verify(SPEC, "--job", "batch", "--job", "report", "--yes") == 0
    said = capsys.readouterr()

    assert said.out.endswith("0 others: all fits\n")
    assert "job batch: POST /batches, once; then polls, at least 0.5 s apart" in said.err
    assert said.err.index("it may cost") < said.err.index("batch: submitted")
    assert KEY not in said.out + said.err


def test_a_drifted_spec_is_found_out_exactly(verify: Verify, capsys: pytest.CaptureFixture[str]) -> None:
    """A status with another name, and a field of another type."""
    spec = drifted(
        ("BUSY: running", "LOADING: running"),
        ("score?: {type: number", "score?: {type: string"),
        ('"score": 3.5', '"score": "3.5"'),
    )

    assert verify(spec, "--job", "batch", "--yes", *_input({"batch": {"urls": URLS}})) == 1
    assert findings(capsys.readouterr().out) == [
        "Check.score is a number, and not text [wrong-type]",
        'the status "BUSY" has no state [unknown-status]',
    ]


def test_a_required_field_that_is_not_there(verify: Verify, capsys: pytest.CaptureFixture[str]) -> None:
    """The patch makes it optional, and then all fits."""
    spec = drifted(
        (
            "      share?: {type: number,",
            "      region: {type: string, description: Where., source: docs}\n      share?: {type: number,",
        ),
        ('{"batch": "b-1234567",', '{"batch": "b-1234567", "region": "eu",'),
    )

    assert verify(spec, "--job", "batch", "--yes", "--patch") == 1
    patch = capsys.readouterr().out
    assert "+      region?: " in patch
    assert verify(spec.replace("      region: ", "      region?: "), "--job", "batch", "--yes") == 0


def test_a_result_at_another_address(verify: Verify, capsys: pytest.CaptureFixture[str]) -> None:
    """The 404 of the result is reported, for the job that was run."""
    spec = drifted(("/picture", "/photo"))

    assert verify(spec, "--job", "film", "--yes", "--timeout", "60") == 1
    assert findings(capsys.readouterr().out) == [
        "the result of film answered HTTP 404, which has no meaning [http-status]"
    ]


def test_a_min_interval_that_is_too_low(verify: Verify, server: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The server refuses polls that keep to the spec."""
    spec = drifted(("interval: 2s..5s, min_interval: 1s", "interval: 100ms, min_interval: 100ms"))

    assert verify(spec, "--job", "film", "--yes") == 1
    assert findings(capsys.readouterr().out) == [
        "a poll of shot got HTTP 429, although it kept to the min_interval of 0.1 s [polled-too-soon]"
    ]


def test_it_asks_first(
    verify: Verify, server: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal it refuses, and after a no nothing is sent."""
    assert verify(SPEC, "--job", "batch") == 2
    assert "pass --yes" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *args, **options: False)
    assert verify(SPEC, "--job", "batch") == 1
    assert requests(server) == 0


def test_only_what_is_free_or_named(verify: Verify, server: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is free in this spec; then one job is."""
    assert verify(SPEC, "--yes") == 2
    assert "nothing to call: mark what costs nothing with `free: true`" in capsys.readouterr().err
    assert verify(drifted(("  batch:\n    description", "  batch:\n    free: true\n    description")), "--yes") == 0
    assert "batch: submitted" in (said := capsys.readouterr().err)
    assert "the spec says that it is free" in said
    assert requests(server) == 1
    assert verify(SPEC, "--job", "nothing", "--yes") == 2


def test_a_saved_recording_has_no_secrets(verify: Verify, capsys: pytest.CaptureFixture[str]) -> None:
    """And verifies as the calls did."""
    assert verify(SPEC, "--job", "batch", "--yes", "--save", "session.har") == 0
    assert KEY not in Path("session.har").read_text()
    assert main(["verify", "acme.yaml", "--recording", "session.har"]) == 0


def test_a_wrong_key_ends_it(
    verify: Verify, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other call follows, and the key is not shown."""
    monkeypatch.setenv("ACME_API_KEY", "another-key-7654321")

    assert verify(SPEC, "--job", "batch", "--job", "report", "--yes") == 1
    said = capsys.readouterr()
    assert said.err.count("AuthenticationError") == 1
    assert "report: " not in said.err.partition("AuthenticationError")[2]
    assert "another-key" not in said.out + said.err


@pytest.mark.parametrize("way", ["interrupt", "deadline"])
def test_a_job_that_goes_on_is_named(
    verify: Verify, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """After Ctrl-C, and after its deadline: with its token, and how to cancel it."""
    if way == "interrupt":
        send = running.Recorder.send

        def interrupted(self: running.Recorder, request: running.Any, *, timeout: float) -> running.Any:
            if request.method == "GET":
                raise KeyboardInterrupt
            return send(self, request, timeout=timeout)

        monkeypatch.setattr(running.Recorder, "send", interrupted)
    code = verify(SPEC, "--job", "film", "--yes", *(["--timeout", "0.1"] if way == "deadline" else []))
    said = capsys.readouterr().err

    assert code == (130 if way == "interrupt" else 1)
    assert "goes on at the provider; its token is {" in said
    assert "wait()" not in said
    assert "to cancel it: client.film.resume(token).cancel()" in said
    assert ("stopped; this was sent:" in said) == (way == "interrupt")


def _input(arguments: dict[str, object]) -> list[str]:
    Path("input.json").write_text(json.dumps(arguments))
    return ["--input", "input.json"]
