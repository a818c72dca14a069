"""The shape of a spec, and the messages for its problems."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bide.spec import document as source
from bide.spec.diagnostics import SpecError
from bide.spec.shape import schema
from tests.acme_spec import FILE, TEXT, changed, said


def faults(text: str) -> list[str]:
    return [said(found) for found in schema.check(source.read(FILE, text))]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_a_valid_spec() -> None:
    """A spec with all keys has no problems."""
    assert faults(TEXT) == []


def test_the_schema_is_valid() -> None:
    """For JSON Schema 2020-12, as editors need it."""
    Draft202012Validator.check_schema(schema.spec_schema())


def test_patterns_end_where_the_text_ends() -> None:
    """No pattern accepts a line break at the end."""
    text = changed(
        ("title: Acme", 'title: "Acme\\n"'), ("class: Acme", 'class: "Acme\\n"'), ("name: acme", 'name: "acme\\n"')
    )

    assert [fault.split(" ")[1] for fault in faults(text)] == ["bad-value:"] * 3


def test_patterns_are_of_the_schemas_own_dialect() -> None:
    """Every pattern is anchored at both ends, so that editors and Bide agree on it."""
    patterns = re.findall(r'"pattern": "([^"]*)"', json.dumps(schema.spec_schema()))

    assert patterns
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)


CASES = [
    ("bide: 1", "bide: 2", '2:7 bad-value: "bide" must be 1'),
    ("bide: 1", "bide: true", '2:7 bad-value: "bide" must be 1'),
    ("name: acme", "nam: acme", '3:1 unknown-key: unknown key "nam" (did you mean "name"?)'),
    ("title: Acme", "title: 5", '4:8 bad-type: "title" must be text, not a whole number (put it in quotes: "5")'),
    ("title: Acme", "title:", '4:1 bad-type: "title" is empty; it must be text'),
    ("title: Acme", "title: ''", '4:1 empty: "title" is empty'),
    (
        "class: Acme",
        "class: acme",
        '5:8 bad-value: "acme" is not a valid class name (write it like Page or ScrapeStatus)',
    ),
    (
        "class: Acme\n",
        "",
        '2:1 missing-key: a spec has no "class" (class: The class of the client. `Acme` also makes',
    ),
    (
        "docs: https://acme.example/docs",
        "docs: javascript:alert(1)",
        '7:7 bad-value: "javascript:alert(1)" is not a valid URL',
    ),
    ("base_url: https://api.acme.example/v1", "base_url: https://a:b@acme.example", "8:11 bad-value:"),
    ("base_url: https://api.acme.example/v1", "base_url: https://acme.example?x=1", "8:11 bad-value:"),
    (
        "env: ACME_API_KEY",
        "env: $(id)",
        '9:32 bad-value: "$(id)" is not a valid environment variable (write it like ACME_API_KEY)',
    ),
    (
        ", env: ACME_API_KEY}",
        "}",
        '9:1 missing-key: "auth" has no "env" (env: The environment variable that has the secret; '
        "for OAuth, one for client id and one for secret.)",
    ),
    (
        "{header: X-API-Key,",
        "{",
        '9:1 missing-key: "auth" has no "header", "bearer", "query", "basic" or "oauth" (add one of them)',
    ),
    ("{header: X-API-Key,", "{heder: X-API-Key,", '9:8 unknown-key: unknown key "heder" (did you mean "header"?)'),
    (
        "{header: X-API-Key,",
        "{header: X-API-Key, bearer: true,",
        '9:27 conflicting-keys: "header" and "bearer" cannot be used together (keep one of header, bearer',
    ),
    ("{header: X-API-Key,", "{bearer: false,", '9:16 bad-value: "bearer" must be true'),
    ('X-Api-Version: "2"', 'X-Api-Version: "2\\r\\nX-Evil: 1"', None),
    ('X-Api-Version: "2"', 'X-Api-Version: "2\\nX-Evil: 1"', "10:26 bad-value:"),
    ('X-Api-Version: "2"', "X-Api-Version: 2", '10:26 bad-type: "X-Api-Version" must be text, not a whole number'),
    (
        'X-Api-Version: "2"',
        '"X Api": "2"',
        '10:11 bad-name: "X Api" is not a valid header name (write it like X-API-Key)',
    ),
    ("hosts: [files.acme.example]", "hosts: []", '12:1 empty: "hosts" is empty'),
    (
        "hosts: [files.acme.example]",
        "hosts: [5]",
        '12:9 bad-type: item 1 of "hosts" must be text, not a whole number',
    ),
    ("hosts: [files.acme.example]", "hosts: [a.b, a.b]", '12:8 bad-value: "hosts" has duplicate items'),
    ("- {name: flat, code: error, message: message}", "- {name: flat}", '17:5 missing-key: item 2 of "errors" has no'),
    ("Item:", "item:", 'bad-name: "item" is not a valid class name'),
    (
        "{url: string, status: string, error?: string}",
        "{url: 5}",
        '"url" must be text or a mapping, not a whole number',
    ),
    (
        "{url: string, status: string, error?: string}",
        "{url: {typ: string}}",
        'unknown key "typ" (did you mean "type"?)',
    ),
    ("{url: string, status: string, error?: string}", "{url: {}}", '"url" has no "type" or "const"'),
    (
        "when: [succeeded, partial]",
        "when: [succeeded, done]",
        'bad-value: "done" is not a valid state (allowed here: pending, running,',
    ),
    (
        "when: [succeeded, partial]",
        "when: parial",
        'bad-value: "parial" is not a valid state (did you mean "partial"?)',
    ),
    (
        "error: {code: error.code, message: error.message}\n    progress",
        "error: error\n    progress",
        '"error" must be a mapping, not text (write it like {code: error.code, message: error.message})',
    ),
    (
        "    is: FetchJob\n    when: succeeded",
        "    is: FetchJob\n    when: completed",
        'bad-value: "completed" is not a valid state ("completed" is a status; write its state, succeeded)',
    ),
    (
        "  Progress:\n    fields: {completed: integer,",
        "  Progress: {completed: integer,",
        '"Progress" has no "fields" or "is" (put the fields under the key fields, as in {fields: {completed: ...}})',
    ),
    ("when: [succeeded, partial]", "when: 5", '"when" must be text or a list, not a whole number'),
    ("    is: FetchJob\n", "    iz: FetchJob\n", 'unknown key "iz" (did you mean "is"?)'),
    ("    when: succeeded\n", "", 'missing-key: "is" also needs "when"'),
    ("is: FetchJob\n    when: succeeded", "is: FetchJob\n    when: succeeded\n    fields: {}", "conflicting-keys:"),
    ('    get: "/monitors/{id}"\n', "", 'missing-key: "monitor" has no "get", "post", "put", "patch" or "delete"'),
    (
        '    get: "/monitors/{id}"\n',
        '    get: "/monitors/{id}"\n    post: /x\n',
        '"get" and "post" cannot be used together',
    ),
    (
        "timeout: 90s",
        "timeout: 5 minutes",
        '"5 minutes" is not a valid duration (write it like 500ms or 2s or 5m or 24h)',
    ),
    ("post: /search", "post: search", '"search" is not a valid path (write it like /v1/jobs or "/v1/jobs/{job_id}")'),
    ("post: /search", "post: /a/../b", '"/a/../b" is not a valid path'),
    ("post: /search", "post: /a?b=c", '"/a?b=c" is not a valid path'),
    ("post: /search", 'post: "/{a.__class__}"', '"/{a.__class__}" is not a valid path'),
    ("idempotent: true", "idempotent: yes", '"idempotent" must be true or false, not text'),
    ("{200: SearchReply,", "{20: SearchReply,", 'bad-name: "20" is not a valid HTTP status (write it like 200 or 202)'),
    ("{job: fetch, job_id: job_id}", "{job_id: job_id}", 'missing-key: "202" has no "job"'),
    ("    lifecycle: job\n", "    lifecyle: job\n", 'unknown-key: unknown key "lifecyle" (did you mean "lifecycle"?)'),
    (
        "    lifecycle: job\n",
        "",
        'missing-key: "fetch" has no "lifecycle" (lifecycle: The lifecycle of the job: a key of `lifecycles`.)',
    ),
    ("accepts: [200, 202]", "accepts: [200, 2000]", 'item 2 of "accepts" is more than 599'),
    ("accepts: [200, 202]", "accepts: [200.0]", 'item 1 of "accepts" must be a whole number, not a number'),
    ("      running: running\n", "      running: runing\n", '"runing" is not a valid state (did you mean "running"?)'),
    ("{milliseconds: retry_after_ms}", "{}", '"retry_after" has no "seconds" or "milliseconds"'),
    (
        "interval: 15s..30s",
        "interval: 15..30s",
        '"15..30s" is not a valid duration or range (write it like 2s..5s or 10s)',
    ),
    (
        "status: status\n    states",
        "status: a..b\n    states",
        '"a..b" is not a valid pointer (write it like status or error.message)',
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES, ids=[case[1][:40] for case in CASES])
def test_problems(old: str, new: str, expected: str | None) -> None:
    """Each is reported once, at its place, with what to write instead."""
    text = changed((old, new))
    if expected is None:
        with pytest.raises(SpecError):
            source.read(FILE, text)
        return
    found = faults(text)

    assert len(found) == 1
    assert expected in found[0]


def test_all_problems_at_once() -> None:
    """In the order of the file."""
    text = changed(
        ("bide: 1", "bide: 0"), ("post: /search", "post: search"), ("    lifecycle: job\n", "    lifecycle: 5\n")
    )

    assert [int(fault.split(":")[0]) for fault in faults(text)] == [
        2,
        line_of(text, "post: search"),
        line_of(text, "lifecycle: 5"),
    ]


@pytest.mark.parametrize("text", ["[]", "5", "null", "text"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    """The message says what is expected."""
    found = faults(text)

    assert len(found) == 1
    assert found[0].startswith("1:1 bad-type: a spec ")


DATA = source.read(FILE, TEXT).data
junk: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({}) | st.just({"x": ["y"]})
)


def paths(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, value in inside for found in paths(value, (*path, key)))]


@settings(deadline=None)
@given(st.sampled_from(paths(DATA)), junk)
def test_any_value_anywhere(path: tuple[str | int, ...], value: object) -> None:
    """For any value at any place, every problem has a place and no word of JSON Schema."""
    text = json.dumps(replaced(DATA, path, value))
    try:
        document = source.read(FILE, text)
    except SpecError:
        return
    for found in schema.check(document):
        assert found.place.file == FILE
        assert not re.search(r"is not valid under|does not match|is not of type|propert(y|ies)|schema", found.message)


def replaced(node: object, path: tuple[str | int, ...], value: object) -> object:
    """*node* with *value* at *path*."""
    if not path:
        return value
    if isinstance(node, dict):
        return {key: replaced(inner, path[1:], value) if key == path[0] else inner for key, inner in node.items()}
    assert isinstance(node, list)
    return [replaced(inner, path[1:], value) if index == path[0] else inner for index, inner in enumerate(node)]
