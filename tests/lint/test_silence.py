"""Comments that silence a warning: their place, their form, and their limits."""

from __future__ import annotations

import pytest

from bide.lint.pipeline import Finding, examined
from bide.spec.document import PROBLEM_LIMIT
from tests.acme_spec import FILE, TEXT, changed, said

KEY = "auth: {header: X-API-Key, env: ACME_API_KEY}"
QUERY = "auth: {query: key, env: ACME_API_KEY}"


def found(text: str) -> list[str]:
    return [said(problem) for problem in examined(FILE, text).problems]


def reasons(finding: Finding) -> list[tuple[str, str]]:
    return [(one.diagnostic.code, one.reason) for one in finding.silenced]


@pytest.mark.parametrize(
    "lines",
    [
        f"{QUERY}  # bide: allow key-in-query -- no header",
        f"# bide: allow key-in-query -- no header\n{QUERY}",
        f"# bide: allow key-in-query -- no header\n# The key.\n{QUERY}",
        f"#bide:allow key-in-query -- no header\r\n{QUERY}\r",
    ],
    ids=["behind", "above", "above another comment", "under Windows"],
)
def test_a_silenced_warning(lines: str) -> None:
    """A comment on the line of a warning, or above it, silences it; its reason is kept."""
    finding = examined(FILE, changed((KEY, lines)))

    assert finding.problems == []
    assert finding.document is not None
    assert reasons(finding) == [("key-in-query", "no header")]


def test_a_comment_is_only_for_its_line() -> None:
    """A warning elsewhere is reported, and so is the misplaced comment, with the right place."""
    text = changed((KEY, QUERY), ("headers: {X-Api", "# bide: allow key-in-query -- no header\nheaders: {X-Api"))

    assert [one.split(":")[0] for one in found(text)] == ["9", "10"]
    assert '10:1 unused-allow: "key-in-query" is not reported on this line (it is reported on line 9)' in found(text)


def test_a_blank_line_between() -> None:
    """A comment above an empty line silences nothing."""
    text = changed((KEY, f"# bide: allow key-in-query -- no header\n\n{QUERY}"))

    assert any("unused-allow" in one for one in found(text))


def test_several_codes() -> None:
    """One comment may have several codes, each of which must be reported."""
    text = changed((KEY, f"{QUERY}  # bide: allow key-in-query, unused-model -- no header"))

    assert found(text) == ['9:40 unused-allow: "unused-model" is not reported on this line (remove the comment)']


def test_texts_are_no_comments() -> None:
    """Quoted texts and blocks are texts, and the `yaml-language-server` comment is ignored."""
    description = 'description: "Fetches # bide: allow x -- y"'
    block = "description: |\n  Fetches.\n  # bide: allow x -- y"

    assert found(changed(("description: Fetches pages.", description))) == []
    assert found(changed(("description: Fetches pages.", block))) == []
    assert found(changed(("bide: 1", "# bide: 2\nbide: 1"))) == []
    assert found(changed(("bide: 1", "# not # bide: allow x -- y\nbide: 1"))) == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("allow key-in-query", "this comment gives no reason"),
        ("allow key-in-query --", "this comment gives no reason"),
        ("allow key-in-quary -- no header", 'there is no warning "key-in-quary" (did you mean "key-in-query"?)'),
        ("allow same-name -- both are there", '"same-name" is an error, and errors cannot be silenced'),
        (
            "alow key-in-query -- no header",
            '"alow key-in-query -- no header" is not a comment that Bide understands (write it like',
        ),
        ("allow -- no header", '"allow -- no header" is not a comment that Bide understands'),
    ],
)
def test_an_invalid_comment(comment: str, expected: str) -> None:
    """It is an error, and the warning is reported."""
    finding = examined(FILE, changed((KEY, f"{QUERY}  # bide: {comment}")))

    assert [problem.code for problem in finding.problems] == ["key-in-query", "bad-allow"]
    assert expected in said(finding.problems[1])
    assert finding.document is None


def test_an_error_is_not_silenced() -> None:
    """It is reported beside the comment that tries to."""
    text = changed(("    lifecycle: job\n", "    lifecycle: jbo  # bide: allow unknown-lifecycle -- it will come\n"))

    assert [one.split(" ")[1] for one in found(text)] == ["unknown-lifecycle:", "bad-allow:"]


def test_comments_in_an_invalid_spec() -> None:
    """If a problem of shape skips a rule, a comment for it is not reported as unused."""
    text = changed((KEY, f"{QUERY}  # bide: allow key-in-query -- no header"), ("title: Acme", "title: 5"))

    assert [one.split(" ")[1] for one in found(text)] == ["bad-type:"]


def test_a_great_many_comments() -> None:
    """They are refused with a bounded number of problems."""
    text = TEXT + "# bide: allow key-in-query -- no header\n" * 20_000

    assert len(found(text)) == PROBLEM_LIMIT
