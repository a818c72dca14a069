"""Comments that silence a warning: where they count, what they need, and what they cannot do."""

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
    """A comment on the line of a warning, or above it, silences it; what it says why is kept."""
    finding = examined(FILE, changed((KEY, lines)))

    assert finding.problems == []
    assert finding.document is not None
    assert reasons(finding) == [("key-in-query", "no header")]


def test_a_comment_is_about_its_line_alone() -> None:
    """A warning elsewhere is told, and the comment that stands in the wrong place as well, with where it fires."""
    text = changed((KEY, QUERY), ("headers: {X-Api", "# bide: allow key-in-query -- no header\nheaders: {X-Api"))

    assert [one.split(":")[0] for one in found(text)] == ["9", "10"]
    assert '10:1 unused-allow: "key-in-query" is not reported on this line (it is reported on line 9)' in found(text)


def test_a_blank_line_between() -> None:
    """A comment above an empty line is about nothing."""
    text = changed((KEY, f"# bide: allow key-in-query -- no header\n\n{QUERY}"))

    assert any("unused-allow" in one for one in found(text))


def test_several_codes() -> None:
    """One comment may name several codes, and each of them must be reported."""
    text = changed((KEY, f"{QUERY}  # bide: allow key-in-query, unused-model -- no header"))

    assert found(text) == ['9:40 unused-allow: "unused-model" is not reported on this line (remove the comment)']


def test_what_looks_like_a_comment() -> None:
    """What stands in a text is text, in quotes and in blocks; and the version of the language is no word to Bide."""
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
def test_a_bad_comment(comment: str, expected: str) -> None:
    """A comment that cannot be heeded is an error, and the warning is told."""
    finding = examined(FILE, changed((KEY, f"{QUERY}  # bide: {comment}")))

    assert [problem.code for problem in finding.problems] == ["key-in-query", "bad-allow"]
    assert expected in said(finding.problems[1])
    assert finding.document is None


def test_an_error_is_not_silenced() -> None:
    """What cannot be silenced is told beside the comment that tries."""
    text = changed(("    lifecycle: job\n", "    lifecycle: jbo  # bide: allow unknown-lifecycle -- it will come\n"))

    assert [one.split(" ")[1] for one in found(text)] == ["unknown-lifecycle:", "bad-allow:"]


def test_comments_in_a_spec_with_a_fault() -> None:
    """Where a fault keeps a rule from looking, nobody can say that a comment silences nothing."""
    text = changed((KEY, f"{QUERY}  # bide: allow key-in-query -- no header"), ("title: Acme", "title: 5"))

    assert [one.split(" ")[1] for one in found(text)] == ["bad-type:"]


def test_a_great_many_comments() -> None:
    """Comments without end are refused with as many problems as anybody would read."""
    text = TEXT + "# bide: allow key-in-query -- no header\n" * 20_000

    assert len(found(text)) == PROBLEM_LIMIT
