"""Read the page of each rule from the docstring of the module that reports it.

A docstring has a section for each code: the code with its severity and what changed, then who notices, why it matters,
the way out, an example of both versions, and what is said of it:

    timeout-fell (breaking): a job's default timeout is shorter.

    Hits: new version.

    Why: ...

    Way out: ...

        # old
        lifecycles: {page: {polling: {timeout: 10m}}}

        # new
        lifecycles: {page: {polling: {timeout: 5m}}}

    Says: ...
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bide.differ import rules
from bide.differ.finding import Severity

_HEAD = re.compile(
    r"(?P<code>[a-z]+(?:-[a-z]+)*) \((?P<severity>breaking|behaviour|addition|docs)\): (?P<what>\S.*)", re.DOTALL
)
_LABEL = re.compile(r"(?P<label>Hits|Why|Way out|Says): (?P<text>.*)", re.DOTALL)

HITS = ("new version", "older versions", "saved tokens", "money")
"""Who may notice a change."""


@dataclass(frozen=True, slots=True)
class Page:
    """The explanation of a code."""

    code: str
    severity: Severity
    what: str
    hits: tuple[str, ...]
    why: str
    way_out: str
    """Empty if there is nothing to do."""
    old: str
    new: str
    """The two versions of the example: parts of a spec, as YAML."""
    says: str
    """The message for the example."""


@cache
def all_pages() -> dict[str, Page]:
    """The page of each code, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."))
    docstrings = [inspect.getdoc(importlib.import_module(name)) or "" for name in modules]
    found = [page for docstring in docstrings for page in read(docstring)]
    return {page.code: page for page in sorted(found, key=lambda page: page.code)}


def read(docstring: str) -> Iterator[Page]:
    """The pages in a docstring. Text above the first page is skipped."""
    paragraphs = re.split(r"\n\n+", docstring.strip())
    begins = [index for index, paragraph in enumerate(paragraphs) if _HEAD.fullmatch(paragraph)]
    for begin, end in zip(begins, [*begins, len(paragraphs)][1:], strict=True):
        yield _page(paragraphs[begin], paragraphs[begin + 1 : end])


def _page(head: str, paragraphs: list[str]) -> Page:
    match = _HEAD.fullmatch(head)
    assert match is not None
    labels = {found["label"]: _flat(found["text"]) for each in paragraphs if (found := _LABEL.fullmatch(each))}
    examples = [inspect.cleandoc(each) for each in paragraphs if each.startswith("    ")]
    what = _flat(match["what"])
    return Page(
        code=match["code"],
        severity=Severity(match["severity"]),
        what=what[0].upper() + what[1:],
        hits=tuple(labels.get("Hits", "").removesuffix(".").split(", ")) if "Hits" in labels else (),
        why=labels.get("Why", ""),
        way_out=labels.get("Way out", ""),
        old=next((each for each in examples if each.startswith("# old")), ""),
        new=next((each for each in examples if each.startswith("# new")), ""),
        says=labels.get("Says", ""),
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def as_text(page: Page) -> str:
    """A page as plain text."""
    old, new = (inspect.cleandoc(each).replace("\n", "\n    ") for each in (page.old, page.new))
    parts = [f"{page.code} ({page.severity})", page.what, *_told(page), f"    {old}", f"    {new}"]
    return "\n\n".join([*parts, f"Says: {page.says}"])


def as_markdown() -> str:
    """All pages as Markdown: `docs/diff-rules.md`."""
    return "\n\n".join([_INTRODUCTION, *map(_section, all_pages().values())]) + "\n"


def _section(page: Page) -> str:
    parts = [f"## {page.code}", f"*{page.severity.capitalize()}.* {page.what}", *_told(page)]
    return "\n\n".join([*parts, f"```yaml\n{page.old}\n\n{page.new}\n```", f"Says: {page.says}"])


def _told(page: Page) -> list[str]:
    told = [f"Hits: {', '.join(page.hits)}."] if page.hits else []
    told.append(f"Why: {page.why}")
    return [*told, f"Way out: {page.way_out}"] if page.way_out else told


_INTRODUCTION = """\
# Changes

The codes that [`bide diff`](diff.md) reports. `bide explain CODE` prints the same text. An example is a part of a spec:
what is not shown is the same in both versions."""
