"""`bide import session.har`: a recorded job becomes a spec with that job."""

from __future__ import annotations

import gzip
import json
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bide.cli.app import main
from bide.importer.documents.openapi import api_of
from bide.importer.documents.reading import Unreadable
from bide.importer.importing import NotImported, Wanted, imported, opened
from bide.importer.recording.document import Recording
from bide.importer.recording.exchanges import exchanges_of, is_recording
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from bide.verifier.verifying import verify
from tests.importer.recording.recorder import Recorder, entry, har
from tests.simulator.simulated_acme import PICTURE, PROVIDER

KEY = "k-4f9a2b7c1d8e"
URL = "https://api.acme.example/v1"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """A picture that is taken, slowly enough for each of its statuses to be seen, and one that fails."""
    speed = 20.0
    with (
        Simulator(PROVIDER, speed=speed) as simulator,
        Recorder(simulator, speed, X_Key=KEY, X_Version="7", Cookie="sid=b0a1c2d3e4f5") as recorder,
    ):
        for scenario, ends in (("duration=24", {"done"}), ("fail; duration=2", {"broken"})):
            id = recorder.ask("POST", "/shots", PICTURE, X_Bide_Scenario=scenario)["ticket"]
            recorder.poll(f"/shots/{id}", "status", {*ends, "done", "broken", "half"}, 1.1)
            recorder.ask("GET", f"/shots/{id}/picture")
        return recorder.har


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_recorded_job_becomes_a_package_whose_job_runs(
    here: Path, recorded: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The job is found with its statuses, the spec checks clean, generates, and runs on its simulator."""
    Path("session.har").write_text(json.dumps(recorded))
    assert 0 == main(["import", "session.har", "--name", "acme"])
    assert 0 == main(["check", "specs/acme.yaml"])
    assert "no problem found" in capsys.readouterr().out
    assert 0 == main(["generate", "specs/acme.yaml"])
    text = Path("specs/acme.yaml").read_text()
    spec = yaml.safe_load(text)
    (job,) = spec["jobs"].values()
    (lifecycle,) = spec["lifecycles"].values()

    assert job["submit"]["post"].endswith("/shots")
    assert job["submit"]["job_id"] == "ticket"
    assert list(lifecycle["states"].items())[:3] == [
        ("queued", "pending"),
        ("working", "running"),
        ("done", "succeeded"),
    ]
    assert lifecycle["result"]["get"].endswith("/shots/{job_id}/picture")
    assert spec["auth"] == {"header": "X-Key", "env": "ACME_API_KEY"}
    assert KEY not in text
    assert "b0a1c2d3e4f5" not in text

    provider = read_spec("acme.yaml", text)
    with Simulator(provider, speed=20) as simulator, Recorder(simulator, 20, X_Key="any", X_Version="7") as client:
        id = client.ask("POST", provider.jobs[0].submit.path, PICTURE)["ticket"]
        done = client.poll(provider.lifecycles[0].poll.path.replace("{job_id}", id), "status", {"done"}, 1)
        result = provider.lifecycles[0].result.endpoint
        assert result is not None
        assert client.ask("GET", result.path.replace("{job_id}", id))
    assert done["status"] == "done"


def test_a_recording_is_known_by_its_content(here: Path) -> None:
    """Not by its name."""
    Path("anything.txt").write_text(json.dumps(har([entry("GET", f"{URL}/things", said='{"a": 1}')])))

    assert opened(Path("anything.txt")).recording is not None
    assert not is_recording({"openapi": "3.1.0", "log": "entries"})


def test_fields_are_optional_by_absence_and_nullable_by_null() -> None:
    """And a number is one if any of its values has a fraction."""
    bodies = [{"a": 1, "b": None, "c": 1}, {"a": 2, "b": "x", "c": 1.5, "d": []}]
    raw = har([entry("GET", f"{URL}/things", said=json.dumps(body)) for body in bodies])
    operation = Recording(raw).document["paths"]["/v1/things"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]

    assert schema["required"] == ["a", "b", "c"]
    assert schema["properties"] == {
        "a": {"type": "integer"},
        "b": {"type": ["string", "null"]},
        "c": {"type": "number"},
        "d": {"type": "array", "items": {}},
    }


@pytest.mark.parametrize(
    "value", ["6f1c1f0e-52a5-4f3c-9b52-8a3f5d2f7c10", "42", "job_9f3k2m1c", "9f86d081884c7d659a2feaa0", "seen-1"]
)
def test_an_id_in_a_path_is_a_parameter(value: str) -> None:
    """By its shape, or because an earlier reply had it."""
    raw = har(
        [
            entry("POST", f"{URL}/jobs", sent="{}", said=json.dumps({"id": value})),
            entry("GET", f"{URL}/jobs/{value}", began=1_790_000_001, said=json.dumps({"id": value})),
        ]
    )
    paths = Recording(raw).document["paths"]

    assert list(paths) == ["/v1/jobs", "/v1/jobs/{job_id}"]
    (link,) = paths["/v1/jobs"]["post"]["responses"]["200"]["links"].values()
    assert link["parameters"] == {"job_id": "$response.body#/id"}


def test_the_origin_with_most_exchanges_is_taken() -> None:
    """Unless `--only` says another, or a path."""
    raw = har(
        [
            entry("GET", "https://a.example/x/one"),
            entry("GET", "https://b.example/x/one"),
            entry("GET", "https://b.example/y/two"),
            entry("GET", "https://c.example/app.js", mimeType="text/javascript"),
        ]
    )

    assert Recording(raw).origin == "https://b.example"
    assert Recording(raw, "a.example").origin == "https://a.example"
    assert list(Recording(raw, "b.example/y").document["paths"]) == ["/y/two"]
    assert list(Recording(raw, "/y").document["paths"]) == ["/y/two"]


def test_bodies_in_base64_and_compressed_are_read() -> None:
    """As tools write them."""
    text = '{"a": 1}'
    packed = gzip.compress(text.encode())
    forms: list[dict[str, Any]] = [
        {"said": text},
        {"said": b64encode(text.encode()).decode(), "encoding": "base64"},
        {"said": b64encode(packed).decode(), "encoding": "base64"},
        {"said": packed.decode("latin-1")},
    ]
    found = exchanges_of(har([entry("GET", f"{URL}/a", **form) for form in forms]))

    assert [each.said for each in found] == [{"a": 1}] * 4


@pytest.mark.parametrize(
    "raw",
    [
        har([]),
        har([entry("GET", f"{URL}/a", said="<p>", mimeType="text/html")]),
        har([{}, {"request": 1}, {"request": {"url": "https://[", "method": 1}, "response": {"status": 200}}]),
        har([entry("GET", f"{URL}/a", status=500)]),
    ],
)
def test_a_recording_without_an_api_is_refused(here: Path, raw: dict[str, Any]) -> None:
    """With the hosts it has, not with a traceback."""
    Path("session.har").write_text(json.dumps(raw))

    with pytest.raises(NotImported, match=r"recording|nothing to import"):
        opened(Path("session.har"))


def test_a_bomb_is_not_unpacked() -> None:
    """A body is read up to a limit."""
    bomb = b64encode(gzip.compress(b'"' + b"a" * (40 * 2**20) + b'"')).decode()
    began = time.monotonic()
    (found,) = exchanges_of(har([entry("GET", f"{URL}/a", said=bomb, encoding="base64")]))

    assert not found.has_json
    assert time.monotonic() - began < 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
ENTRIES = st.builds(
    entry,
    st.sampled_from(["GET", "POST", "put", "", "X"]),
    st.text(max_size=20).map(lambda text: f"https://a.example/{text}") | st.text(max_size=9) | st.just("https://[/a"),
    status=st.sampled_from([200, 202, 404, 0]),
    said=JSON.map(json.dumps) | st.text(max_size=9),
    sent=st.none() | JSON.map(json.dumps),
    reply_headers=st.dictionaries(
        st.sampled_from(["Location", "Set-Cookie", "a"]), st.text(max_size=9) | st.just("http://[")
    ),
    encoding=st.none() | st.just("base64") | JSON,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES | JSON, max_size=5))
def test_any_recording_is_imported_or_refused(entries: list[Any]) -> None:
    """And compared with a spec, without a traceback."""
    raw = har(entries)
    try:
        api = api_of(Recording(raw).document)
        imported(api, Wanted(name="acme", operations=True), source="session.har", schema="bide.schema.json")
    except (Unreadable, NotImported):
        pass
    verify(PROVIDER, exchanges_of(raw))
