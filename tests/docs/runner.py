"""Runs the code of a page of the docs, against simulated providers.

Every block of Python runs, from the top of the page to its end, in one namespace. A block of `text` that follows it is
what it prints, with `...` for what differs from run to run. A comment in front of a block sets what the reader has to
imagine: `<!-- scenario: fail; duration=3 -->` is what happens to the jobs that the block submits.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from typing import Any

_FENCED = re.compile(
    r"(?:^<!-- scenario: (?P<scenario>.*?) -->\n+)?"
    r"^```python\n(?P<code>.*?)^```\n"
    r"(?:\s*^```text\n(?P<prints>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block of Python."""

    page: Path
    line: int
    """Where its first line is in the page, from 0."""
    code: str
    scenario: str | None
    """What happens to the jobs that it submits, as the simulator reads it."""
    prints: str | None
    """What it prints, if the page says so."""

    def where(self, words: str, thing: str) -> Block:
        """The block with something that is there in place of what the page made up."""
        return replace(self, code=self.code.replace(words, thing))


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page."""
    text = page.read_text()
    for found in _FENCED.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        yield Block(page, line, found["code"], found["scenario"], found["prints"])


def run(block: Block, namespace: dict[str, Any]) -> str:
    """Run a block; what it prints. `await` needs no function around it. Tracebacks show the line of the page."""
    tree = compile(
        "\n" * block.line + block.code, str(block.page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
    )
    code = compile(tree, str(block.page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with redirect_stdout(io.StringIO()) as printed:
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, namespace))
        else:
            exec(code, namespace)
    return printed.getvalue()


def difference(block: Block, printed: str) -> str:
    """How what was printed differs from what the page says; empty if it does not."""
    expected, options, checker = block.prints or "", ELLIPSIS | NORMALIZE_WHITESPACE, OutputChecker()
    if block.prints is None or checker.check_output(expected, printed, options):
        return ""
    return f"{block.page.name}:{block.line + 1} prints\n\n{printed}\nand the page says\n\n{expected}"
