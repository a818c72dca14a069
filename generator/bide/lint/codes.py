"""Read the page of each code from the docstring of the module that reports it.

A docstring has a section for each code: the code with what holds in a correct spec, then why, an example and details:

    bad-range: a range starts with its shorter time.

    Why: ...

        interval: 5s..2s

The code of a warning is followed by ` (warning)`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bide.lint import rules
from bide.spec import pages
from bide.spec.diagnostics import Severity

_HEAD = re.compile(r"(?P<code>[a-z]+(?:-[a-z]+)*)(?P<warning> \(warning\))?: (?P<what>\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """The explanation of a code."""

    code: str
    severity: Severity
    what: str
    """What holds in a correct spec, as a sentence."""
    paragraphs: tuple[str, ...]
    """Why, an example and details. Examples are indented."""


@cache
def all_pages() -> dict[str, Page]:
    """The page of each code, in alphabetical order."""
    found = [page for docstring in _docstrings() for page in read(docstring)]
    return {page.code: page for page in sorted(found, key=lambda page: page.code)}


def read(docstring: str) -> Iterator[Page]:
    """The pages in a docstring. Text above the first page is skipped."""
    paragraphs = re.split(r"\n\n+", docstring.strip())
    heads = [_HEAD.fullmatch(paragraph) for paragraph in paragraphs]
    begins = [index for index, head in enumerate(heads) if head is not None]
    for begin, end in zip(begins, [*begins, len(paragraphs)][1:], strict=True):
        head = heads[begin]
        if head is not None:
            severity: Severity = "warning" if head["warning"] else "error"
            what = " ".join(head["what"].split())
            yield Page(head["code"], severity, what[0].upper() + what[1:], tuple(paragraphs[begin + 1 : end]))


def _docstrings() -> Iterator[str]:
    for package in (pages, rules):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.ispkg:
                yield inspect.getdoc(importlib.import_module(found.name)) or ""


def as_text(page: Page) -> str:
    """A page as plain text."""
    return "\n\n".join([f"{page.code} ({page.severity})", page.what, *page.paragraphs])


def as_markdown() -> str:
    """All pages as Markdown: `docs/rules.md`."""
    return "\n\n".join([_INTRODUCTION, *map(_section, all_pages().values())]) + "\n"


def _section(page: Page) -> str:
    parts = [f"## {page.code}", f"*{page.severity.capitalize()}.* {page.what}"]
    for paragraph in page.paragraphs:
        is_example = paragraph.startswith("    ")
        if is_example and parts[-1].endswith("```"):
            parts[-1] = f"{parts[-1][:-3]}\n{inspect.cleandoc(paragraph)}\n```"
        else:
            parts.append(f"```yaml\n{inspect.cleandoc(paragraph)}\n```" if is_example else paragraph)
    return "\n\n".join(parts)


_INTRODUCTION = """\
# Errors and warnings

The codes that `bide check` reports. `bide explain CODE` prints the same text. An error stops the generator. A warning
does not, unless you pass `--strict`, and [can be silenced](spec.md#silencing-a-warning)."""
