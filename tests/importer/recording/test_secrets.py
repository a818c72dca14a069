"""No credential of a recording gets into a spec."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bide.importer.documents.openapi import api_of
from bide.importer.importing import Wanted, imported
from bide.importer.recording.document import Recording
from bide.importer.recording.secrets import DETECTORS, Secrets
from tests.importer.recording.recorder import entry, har

CASES = {
    "private key": [
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMII",
    ],
    "user in a URL": ["https://joe:pass@files.example/a"],
    "query of a URL": ["https://files.example/a?X-Amz-Signature=abc&Expires=1", "/a.png?sig=short"],
    "JWT": ["eyJhbGciOi.eyJzdWIi.c2ln", "x eyJhbGciOi.eyJzdWIi."],
    "authorization": ["Bearer abc.def-1", "token: abcdef1", "Basic am9lOnB3"],
    "cookie": ["sessionid=abcd", "a=1; csrf_token=wxyz"],
    "API key": ["sk-abcdefgh", "ghp_abcdefghij", "AKIAABCDEFGHIJKL", "AIzaabcdefghijklmnopqrst", "xoxb-aaaaaaaa"],
    "mail address": ["joe@acme.example", "Joe <joe.b+x@mail.acme.example>"],
    "UUID": ["6f1c1f0e-52a5-4f3c-9b52-8a3f5d2f7c10"],
    "IP address": ["from 10.20.30.40"],
    "phone number": ["+49 30 1234567", "(030) 123-4567", "555-123-4567"],
    "long number": ["4111 1111 1111 1111", "123456789012"],
    "random text": ["a8f5f167f44f4964", "Zx9Qw2Er7Ty1Ui0P"],
    "long random text": ["abcdefghijklmnopqrstuvwxyzABCDEF"],
}
PLAIN = [
    "completed",
    "in_progress",
    "2026-02-01T00:00:00Z",
    "2026-02-01",
    "The page was not found.",
    "https://files.example/a.png",
    "v1.2",
    "application/json",
    "gpt-large",
    "12.50",
]


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.name)
def test_a_detector_removes_its_secrets(detector: Any) -> None:
    """All of its cases, and no plain text."""
    for case in CASES[detector.name]:
        assert detector.pattern.search(case), case
        assert detector.pattern.sub(detector.instead, case) != case
    assert not [text for text in PLAIN if detector.pattern.search(text)]


def test_each_detector_has_cases() -> None:
    """And no cases are left over."""
    assert [each.name for each in DETECTORS] == list(CASES)


def test_values_of_secret_fields_are_removed() -> None:
    """Whatever they look like."""
    secrets = Secrets([])
    body = {"password": "abc", "nested": {"api_key": "x y", "email": "z"}, "pin_token": 123, "name": "a page"}

    assert secrets.without(body) == {
        "password": "removed",
        "nested": {"api_key": "removed", "email": "removed"},
        "pin_token": 0,
        "name": "a page",
    }


TOKENS = st.text(string.ascii_letters + string.digits, min_size=16, max_size=40).filter(
    lambda text: any(map(str.isdigit, text)) and any(map(str.isalpha, text))
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TOKENS, min_size=12, max_size=12, unique=True))
def test_no_planted_secret_is_in_the_spec(planted: list[str]) -> None:
    """Of headers, cookies, queries, bodies, paths and names of fields."""
    bearer, cookie, setting, query, plain_query, path, sent, said, text, key, status, user = planted
    api = "https://api.acme.example/v1"
    headers = {"Authorization": f"Bearer {bearer}", "Cookie": f"sid={cookie}", "X-Api-Key": setting, "X-Version": user}
    body = {
        "id": "job-1",
        "status": "queued",
        "note": f"it is {text}",
        "mail": f"{text}@acme.example",
        "file": f"https://files.example/a?sig={said}",
        "password": said,
        "by_key": {key: {"status": status}},
        "state": status,
    }
    order = json.dumps({"prompt": "a cat", "secret": sent, "note": sent})
    tail = f"?api_key={query}&page={plain_query}&{quote(key)}=1"
    more: dict[str, Any] = {"headers": headers, "reply_headers": {"Set-Cookie": f"sid={cookie}; Path=/"}}
    raw = har(
        [
            entry("POST", f"{api}/jobs{tail}", sent=order, said=json.dumps(body), **more),
            entry(
                "GET", f"{api}/jobs/job-1{tail}", said=json.dumps({**body, "status": "running"}), began=1.8e9, **more
            ),
            entry("GET", f"{api}/jobs/job-1", said=json.dumps({**body, "status": "done"}), began=1.81e9, **more),
            entry("GET", f"{api}/team/{path}/jobs", said=json.dumps([body]), began=1.82e9, **more),
        ]
    )
    recording = Recording(raw)
    api_found = api_of(recording.document)
    api_found.recording = recording
    wanted = Wanted(name="acme", operations=True)
    made = imported(api_found, wanted, source="session.har", schema="bide.schema.json").text

    assert "jobs:" in made
    assert "As recorded" in made
    assert not [secret for secret in planted if secret in made]


def test_words_beside_credentials_stay() -> None:
    """Attributes of cookies, and words in fields and cookies that are named like secrets, hide nothing of a spec."""
    headers = {"Set-Cookie": "sid=a1b2c3d4e5; Domain=api.acme.example; Path=/", "a": "b"}
    said = json.dumps({"status": "completed", "session_status": "completed", "token": "x9y8z7w6v5"})
    sent = {"Cookie": "consent=accepted; sid=a1b2c3d4e5"}
    raw = har([entry("GET", "https://api.acme.example/v1/a", headers=sent, said=said, reply_headers=headers)])

    assert sorted(Recording(raw).secrets.known) == ["a1b2c3d4e5", "x9y8z7w6v5"]
