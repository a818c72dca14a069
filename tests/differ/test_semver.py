"""The version that follows from the changes, and its line in a spec."""

from __future__ import annotations

import pytest

from bide.differ.changelog import entry
from bide.differ.finding import Finding, Severity
from bide.differ.semver import NoVersion, Step, after, is_at_least, step, with_version
from bide.spec import document as source
from bide.spec.diagnostics import Place


def finding(severity: str, code: str = "docs-changed", *hits: str) -> Finding:
    place = Place("acme.yaml")
    return Finding(code, Severity(severity), place, place, f"it is {severity}", hits, "")


@pytest.mark.parametrize(
    ("severities", "version", "expected"),
    [
        (["breaking", "docs"], "1.2.3", "2.0.0"),
        (["breaking"], "0.2.3", "0.3.0"),
        (["behaviour"], "1.2.3", "1.3.0"),
        (["addition", "docs"], "1.2.3", "1.3.0"),
        (["docs"], "1.2.3", "1.2.4"),
        ([], "1.2.3", "1.2.3"),
        (["breaking"], "1.2.3rc1", "1.2.3rc1"),
    ],
)
def test_the_worst_change_decides(severities: list[str], version: str, expected: str) -> None:
    """A breaking change is a major step, or a minor one until 1.0; another form of version is left alone."""
    assert after(version, step(map(finding, severities), version)) == expected


def test_a_version_alone_asks_for_no_step() -> None:
    """The author's own new number is no reason for another."""
    assert step([finding("docs", "version-changed")], "1.0.0") is Step.NONE


@pytest.mark.parametrize(
    ("version", "other", "expected"),
    [("1.10.0", "1.9.0", True), ("1.9.0", "1.10.0", False), ("1.0.0", "1.0.0", True), ("2.0.0rc1", "1.0.0", True)],
)
def test_versions_are_compared_as_numbers(version: str, other: str, expected: bool) -> None:
    """Part by part, not as text."""
    assert is_at_least(version, other) is expected


SPEC = "# mine\nname: acme   # here\n{}base_url: https://acme.example\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", 'package: {version: "0.2.0"}\n'),
        ("package: {version: 0.1.0, license: MIT}  # mine\n", "package: {version: 0.2.0, license: MIT}  # mine\n"),
        ("package: {version: '0.1.0'}\n", "package: {version: '0.2.0'}\n"),
        ("package: {license: MIT}\n", 'package: {version: "0.2.0", license: MIT}\n'),
        ("package:\n  license: MIT\n", 'package:\n  version: "0.2.0"\n  license: MIT\n'),
        ('package:\n  version: "0.1.0"  # old\n', 'package:\n  version: "0.2.0"  # old\n'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_version_is_written_into_a_spec(old: str, new: str, end: str) -> None:
    """Only the number is different; comments, quotes and line ends stay."""
    before, expected = (SPEC.format(each).replace("\n", end) for each in (old, new))

    assert with_version(source.read("acme.yaml", before), "0.2.0") == expected


def test_a_version_without_a_place() -> None:
    """A spec that leaves no place for it is not touched."""
    with pytest.raises(NoVersion, match="write it yourself"):
        with_version(source.read("acme.yaml", '{name: acme, base_url: "https://acme.example"}'), "0.2.0")


def test_the_entry_of_a_changelog() -> None:
    """The worst changes first, each once, and a call to upgrade if older versions may fail."""
    found = [finding("breaking", "x", "older versions"), finding("breaking", "x"), finding("docs", "version-changed")]

    assert entry(found, "2.0.0") == (
        "## 2.0.0\n\n### Breaking\n\n- It is breaking.\n\n"
        "Upgrade soon: if the provider has changed, versions before this one may wait in vain or fail."
    )
