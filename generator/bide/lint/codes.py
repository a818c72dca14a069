"""What each code of a diagnostic means: its page, from the docstring of what reports it.

A docstring has a section for each code. It begins with the code and what is promised, and goes on with why, an example
and what else there is to know:

    bad-range: a range begins with its shorter time.

    Why: ...

        interval: 5s..2s

A code that does not stop the generator has ` (warning)` behind it.
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
    """What is to be known of a code."""

    code: str
    severity: Severity
    what: str
    """What holds of a good spec, as a sentence."""
    paragraphs: tuple[str, ...]
    """Why, an example, and more. Examples are indented."""


@cache
def all_pages() -> dict[str, Page]:
    """The page of each code, in the order of the alphabet."""
    found = [page for docstring in _docstrings() for page in read(docstring)]
    return {page.code: page for page in sorted(found, key=lambda page: page.code)}


def read(docstring: str) -> Iterator[Page]:
    """The pages in a docstring. What stands above the first of them belongs to none."""
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
    """A page as it is read in a terminal."""
    return "\n\n".join([f"{page.code} ({page.severity})", page.what, *page.paragraphs])


def as_markdown() -> str:
    """All pages, as the reference in `docs`."""
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
# What may be wrong with a spec

What `bide check` reports, by its code; `bide explain CODE` prints the same. An error stops the generator. A warning
does not, unless `--strict` says so, and [can be silenced](spec.md#silencing-a-warning) where it is wrong."""
