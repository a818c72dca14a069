"""The page of each rule: what it says of its example is what `bide diff` says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bide.differ.comparing import compared
from bide.differ.pages import HITS, all_pages, as_markdown
from bide.differ.version import Version
from bide.ir.build import build
from bide.lint import pipeline
from bide.spec import document as source

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]


def data(text: str) -> Any:
    """YAML as specs have it."""
    return source.read("part.yaml", text).data


def merged(spec: Any, part: Any) -> Any:
    """A spec with a part of another version of it."""
    if not (isinstance(spec, Mapping) and isinstance(part, Mapping)):
        return part
    said = {key: value for key, value in part.items() if key in spec or value not in ({}, [])}
    return {**spec, **{key: merged(spec.get(key), value) for key, value in said.items()}}


def version(part: str) -> Version:
    """The version of the base with the part of a page."""
    base = data((HERE / "example.yaml").read_text("utf-8"))
    document, _ = pipeline.checked("acme.yaml", json.dumps(merged(base, data(part)), indent=1))
    return Version(document, build(document))


@pytest.mark.parametrize("code", all_pages())
def test_a_page_says_what_is_said(code: str) -> None:
    """The example of a page gives one finding: its code and its words."""
    page = all_pages()[code]
    found = compared(version(page.old), version(page.new))

    assert [(one.code, one.message) for one in found] == [(code, page.says)]
    assert compared(version(page.new), version(page.new)) == []


POLL = 'lifecycles: {page: {poll: {get: "/pages/{job_id}", '
SUBMIT = "jobs: {page: {submit: {post: /pages, returns: Page, job_id: id, body: {url: string, "


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            POLL + "long_poll: {query: wait, max: 20s}}}}",
            POLL + "long_poll: {query: wait, max: 2m}}}}",
            'lifecycle "page": `long_poll.max` was 20s and is 2m',
        ),
        (
            POLL + 'query: {view: "1"}}}}',
            POLL + 'query: {view: "2"}}}}',
            'lifecycle "page": `poll.query.view` was "1" and is "2"',
        ),
        (
            POLL + 'headers: {X-View: "1"}}}}',
            POLL + 'headers: {X-View: "2"}}}}',
            'lifecycle "page": `poll.headers.X-View` was "1" and is "2"',
        ),
        (
            SUBMIT + "kind: {const: a}}}}}",
            SUBMIT + "kind: {const: b}}}}}",
            'job "page": `submit.body.kind` was "a" and is "b"',
        ),
    ],
)
def test_a_change_is_told_by_the_keys_of_the_spec(old: str, new: str, said: str) -> None:
    """Not by the names that they have in the code."""
    assert said in [one.message for one in compared(version(old), version(new))]


@pytest.mark.parametrize("code", all_pages())
def test_a_page_has_its_parts(code: str) -> None:
    """What changed, who notices, and why it matters."""
    page = all_pages()[code]

    assert page.what.endswith(".")
    assert page.why
    assert set(page.hits) <= set(HITS)
    assert page.hits or page.severity == "docs"


def test_the_docs_have_the_pages(request: pytest.FixtureRequest) -> None:
    """docs/diff-rules.md is made of the pages; `--update-golden` rewrites it."""
    page = REPOSITORY / "docs" / "diff-rules.md"
    if request.config.getoption("--update-golden"):
        page.write_text(as_markdown(), encoding="utf-8")

    assert page.read_text("utf-8") == as_markdown()
