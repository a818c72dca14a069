"""Put a mutant into a loaded module: every reference to one of its functions then uses the changed code."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType


def swap(path: Path, where: str, text: str) -> bool:
    """Give the function *where* of the module at *path* its code in *text*; returns whether that is the whole change.

    It is not if the change is outside of a function's body: then the module must be imported anew.
    """
    found = _function(path, where)
    if found is None:
        return False
    function, name = found
    names = name.split(".")
    code = _code(compile(text, str(path), "exec", dont_inherit=True), names)
    if code is None or code.co_freevars != function.__code__.co_freevars:
        return False
    if _around(text, names) != _around(path.read_text(encoding="utf-8"), names):
        return False
    function.__code__ = code
    return True


def _function(path: Path, where: str) -> tuple[FunctionType, str] | None:
    """The outermost function, and its name with that of its class."""
    holder: object = next(
        (one for one in list(sys.modules.values()) if getattr(one, "__file__", "") == str(path)), None
    )
    names = where.split(".")
    for number, name in enumerate(names, start=1):
        holder = vars(holder).get(name) if holder is not None else None
        if isinstance(holder, property):
            holder = holder.fget
        elif isinstance(holder, cached_property):
            holder = holder.func
        elif isinstance(holder, classmethod | staticmethod):
            holder = holder.__func__
        if not isinstance(holder, type):
            function = inspect.unwrap(holder) if callable(holder) else None
            return (function, ".".join(names[:number])) if isinstance(function, FunctionType) else None
    return None


def _code(code: CodeType, names: list[str]) -> CodeType | None:
    """The code object with this name, if there is only one."""
    for name in names:
        named = [one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name]
        if len(named) != 1:
            return None
        code = named[0]
    return code


def _around(source: str, names: list[str]) -> str:
    """The source without the body of this function, but with its defaults and decorators."""
    tree = holder = ast.parse(source)
    for name in names:
        [holder] = [one for one in holder.body if getattr(one, "name", None) == name]  # type: ignore[assignment]
    holder.body = []
    return ast.dump(tree)
