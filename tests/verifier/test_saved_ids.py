"""A recording that `--save` wrote has made-up ids that stay apart, so that it can be imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bide.cli.app import main
from bide.cli.live.har import without_secrets

IDS = "3f0c1a52-77d1-4c0e-9a55-0b6a1f0e9d11", "b7Zk29QxR4tLm8Wc1VnY"
KEY = "sk-0123456789abcdef"
URL = "https://api.acme.example/v1/films"


def exchange(number: int, method: str, url: str, status: int, said: Any, sent: Any = None) -> dict[str, Any]:
    """One entry of a recording."""
    request: dict[str, Any] = {"method": method, "url": url, "headers": [{"name": "x-api-key", "value": KEY}]}
    if sent is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
    content = {"mimeType": "application/json", "text": json.dumps(said)}
    headers = [{"name": "content-type", "value": "application/json"}]
    return {
        "startedDateTime": f"2026-11-30T10:00:{number:02}+00:00",
        "request": request,
        "response": {"status": status, "headers": headers, "content": content},
    }


def recording() -> dict[str, Any]:
    """Two jobs, one after the other."""
    entries: list[dict[str, Any]] = []
    for job in IDS:
        entries.append(exchange(len(entries), "POST", URL, 202, {"id": job, "status": "queued"}, {"prompt": "a cat"}))
        for status in ("running", "done"):
            said = {"id": job, "status": status}
            entries.append(exchange(len(entries), "GET", f"{URL}/{job}", 200, said))
    return {"log": {"version": "1.2", "creator": {"name": "bide", "version": "1"}, "entries": entries}}


def test_ids_stay_apart() -> None:
    """In addresses and replies; the key and the ids themselves are gone."""
    entries = without_secrets(recording(), [KEY])["log"]["entries"]

    addresses = [each["request"]["url"].rpartition("/")[2] for each in entries]
    told = [json.loads(each["response"]["content"]["text"])["id"] for each in entries]
    assert addresses == ["films", "id_000001", "id_000001", "films", "id_000002", "id_000002"]
    assert told == ["id_000001"] * 3 + ["id_000002"] * 3
    text = json.dumps(entries)
    assert not [secret for secret in (*IDS, KEY) if secret in text]


def test_a_key_in_an_address_is_no_id() -> None:
    """Although a reply quotes it."""
    quoted = exchange(0, "GET", URL, 200, {"you": KEY})
    har = {"log": {"entries": [quoted, exchange(1, "GET", f"{URL}/{KEY}", 200, {})]}}

    text = json.dumps(without_secrets(har))

    assert KEY not in text
    assert "id_" not in text


def test_it_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id of the submit is found in the address of the poll."""
    monkeypatch.chdir(tmp_path)
    Path("session.har").write_text(json.dumps(without_secrets(recording(), [KEY])))

    assert main(["import", "session.har", "--out", "acme.yaml"]) == 0

    spec = Path("acme.yaml").read_text()
    assert "job_id: id" in spec
    assert "/films/{job_id}" in spec
