"""The public names of the runtime: one table for type checkers, one for imports on demand."""

from __future__ import annotations

import ast
from pathlib import Path

import bide_runtime
import pytest

SOURCE = ast.parse(Path(bide_runtime.__file__).read_text(encoding="utf-8"))


def for_type_checkers() -> dict[str, str]:
    """The module of each name in the `TYPE_CHECKING` block."""
    blocks = [node for node in SOURCE.body if isinstance(node, ast.If)]
    statements = [each for block in blocks for each in block.body if isinstance(each, ast.ImportFrom)]
    return {alias.asname or alias.name: str(each.module) for each in statements for alias in each.names}


def test_both_tables_are_equal() -> None:
    """A type checker finds each name in the module from which it is imported."""
    assert for_type_checkers() == bide_runtime._MODULES


def test_every_exported_name_is_in_the_tables() -> None:
    """`__all__` has no other names, and leaves out only functions, which only generated code uses."""
    assert set(bide_runtime.__all__) <= bide_runtime._MODULES.keys()
    assert all(name.islower() for name in bide_runtime._MODULES.keys() - set(bide_runtime.__all__))


@pytest.mark.parametrize("name", sorted(bide_runtime._MODULES))
def test_every_name_resolves(name: str) -> None:
    """A table entry must follow when a module is moved."""
    assert getattr(bide_runtime, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = bide_runtime.Nothing  # type: ignore[attr-defined]  # that is the test
