"""Check a spec beyond its shape. Each rule is a file in `lint/rules`.

To add a rule, add a file with the pages of its codes as its docstring (see `codes`) and a function
`check(spec: Spec) -> Iterator[Diagnostic]`. A rule may assume that the spec fits the schema, and nothing else. It must
not fail or report anything where another rule reports the cause, such as an unknown name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice

from bide.lint import extent, rules
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import PROBLEM_LIMIT, Document


def check(document: Document) -> list[Diagnostic]:
    """All problems that the rules find, in the order of the file."""
    spec = Spec(document)
    return list(extent.check(spec)) or sorted(
        {problem for rule in _rules() for problem in islice(rule(spec), PROBLEM_LIMIT)}
    )


@cache
def _rules() -> tuple[Callable[[Spec], Iterable[Diagnostic]], ...]:
    found = pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.")
    names = sorted(module.name for module in found if not module.ispkg)
    return tuple(importlib.import_module(name).check for name in names)
