"""`Unknowns` in production: its report has no values, and gives the findings of a recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from bide_runtime import Provider, Response, Unknowns

from bide.cli.app import main
from bide.cli.live.package import imported
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.simulator.simulated_acme import SPEC
from tests.verifier.test_live import SPEED, findings
from tests.verifier.test_verify import URLS, drifted

PROVIDER = Provider(name="acme", title="Acme", base_url="https://acme.example", words=frozenset({"status"}))


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    made = Driver(request.param)
    yield made
    made.close()


@pytest.fixture(scope="module")
def package() -> Iterator[ModuleType]:
    with imported(read_spec("acme.yaml", SPEC)) as found:
        yield found


def report(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def noted(path: Path, *bodies: object) -> list[dict[str, object]]:
    """The rows of the report after these replies to one poll."""
    with Unknowns(path) as unknowns:
        for body in bodies:
            reply = Response(status=200, headers={}, body=json.dumps(body).encode())
            unknowns.replied(PROVIDER, "GET /jobs/{job_id}", reply)
    rows: list[dict[str, object]] = json.loads(report(path))["replies"]
    return rows


def test_a_drifted_server_in_production(
    tmp_path: Path,
    driver: Driver,
    package: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A new status, a new field and another type are in the report of either client, and what it says fits no more."""
    monkeypatch.chdir(tmp_path)
    server = drifted(
        ("BUSY: running", "LOADING: running"),
        (
            "      share?: {type: number,",
            "      region: {type: string, description: Where., source: docs}\n      share?: {type: number,",
        ),
        ('{"batch": "b-1234567",', '{"batch": "b-1234567", "region": "eu",'),
        ("score?: {type: number", "score?: {type: string"),
        ('"score": 3.5', '"score": "3.5"'),
    )
    with Simulator(read_spec("acme.yaml", server), speed=SPEED) as simulator, Unknowns("unknowns.json") as unknowns:
        client = driver.client(package, simulator.url, speed=SPEED, observer=unknowns)
        for _ in range(2):
            with pytest.raises(package.DecodeError):
                driver.call(client.batch.run, urls=URLS)
    Path("acme.yaml").write_text(SPEC)

    assert main(["verify", "acme.yaml", "--report", "unknowns.json"]) == 1
    said = capsys.readouterr().out
    assert findings(said) == [
        'BatchJob has no field "region" [unknown-field]',
        "Check.score is text, and not a number [wrong-type]",
        'the status "LOADING" has no state [unknown-status]',
    ]
    assert "LOADING: " in said.partition("These changes would fit")[2]
    assert not any(secret in report(Path("unknowns.json")) for secret in ("a.example", '"eu"', "3.5", "key"))


def test_a_report_has_no_values(tmp_path: Path) -> None:
    """Only statuses and names of fields; no keys of maps that look like data, no text in place of a status."""
    body = {
        "status": "busy",
        "id": "j-1",
        "at": "2026-01-02T03:04:05Z",
        "n": 17,
        "who": {"a@b.example": 1, "u12345": 2},
    }
    (row,) = noted(tmp_path / "u.json", body)

    assert row["reply"] == {
        "status": "busy",
        "id": "some text",
        "at": "2000-01-01T00:00:00Z",
        "n": 1,
        "who": {"*": 1},
    }
    (row,) = noted(tmp_path / "v.json", {"status": "Dear Sir, my password is 1234"})
    assert row["reply"] == {"status": "some text"}


def test_only_what_is_new_is_kept(tmp_path: Path) -> None:
    """A thousand replies that are alike are one row with their count; one without a field is another."""
    rows = noted(tmp_path / "u.json", *({"status": "busy", "n": n + 1} for n in range(1000)), {"status": "busy"})

    assert [row["count"] for row in rows] == [1001, 1] or [row["count"] for row in rows] == [1000, 1]


def test_a_report_is_bounded(tmp_path: Path) -> None:
    """However many new fields there are."""
    rows = noted(tmp_path / "u.json", *({f"field_{'abcdefghij'[n % 10] * (n // 10 + 1)}": 1} for n in range(400)))

    assert len(rows) <= 200
    assert json.loads(report(tmp_path / "u.json"))["dropped"] > 0


def test_it_never_disturbs_a_run(tmp_path: Path, driver: Driver, package: ModuleType) -> None:
    """A file that cannot be written is a warning in the log."""
    with Simulator(read_spec("acme.yaml", SPEC), speed=SPEED) as simulator:
        unknowns = Unknowns(tmp_path / "missing" / "unknowns.json")
        client = driver.client(package, simulator.url, speed=SPEED, observer=unknowns)
        driver.call(client.batch.run, urls=URLS)
        unknowns.close()


def test_the_report_of_another_provider_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a file that is none."""
    monkeypatch.chdir(tmp_path)
    Path("acme.yaml").write_text(SPEC)
    Path("other.json").write_text('{"bide": "unknowns", "version": 1, "provider": "other", "replies": []}')
    Path("none.json").write_text("{}")

    assert main(["verify", "acme.yaml", "--report", "other.json"]) == 1
    assert "the report is of other, and the spec of acme" in capsys.readouterr().err
    assert main(["verify", "acme.yaml", "--report", "none.json"]) == 2
    assert main(["verify", "acme.yaml"]) == 2
