"""The entry of a changelog for a new version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bide.differ.finding import Finding, Severity
from bide.differ.semver import VERSION_CHANGED

_HEADINGS = {
    Severity.BREAKING: "Breaking",
    Severity.BEHAVIOUR: "Changed",
    Severity.ADDITION: "Added",
    Severity.DOCS: "Documentation",
}


def entry(findings: Iterable[Finding], version: str) -> str:
    """An entry in Markdown: a heading for each severity, and a line for each change."""
    return "\n".join(_lines(list(findings), version))


def _lines(findings: list[Finding], version: str) -> Iterator[str]:
    yield f"## {version}"
    for severity, heading in _HEADINGS.items():
        messages = list(
            dict.fromkeys(one.message for one in findings if one.severity is severity and one.code != VERSION_CHANGED)
        )
        if messages:
            yield from ("", f"### {heading}", "")
            yield from (f"- {message[0].upper()}{message[1:]}." for message in messages)
    older = [one for one in findings if "older versions" in one.hits and one.severity is not Severity.DOCS]
    if older:
        yield ""
        yield "Upgrade soon: if the provider has changed, versions before this one may wait in vain or fail."
