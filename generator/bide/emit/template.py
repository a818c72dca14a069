"""Load the templates. They print `Code` only."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from bide.emit.cache import cache_folder
from bide.emit.python.code import Code, literal
from bide.emit.words.markdown import markdown, toml


class Unquoted(TypeError):
    """A template would print a text that is not `Code`."""


def template(name: str) -> jinja2.Template:
    """A template by its path."""
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (files("bide") / "emit" / "templates" / name).read_text("utf-8")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the output is not HTML, and `_only_code` refuses raw text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_code,
        bytecode_cache=_bytecode(),
    )
    environment.filters.update(py=literal, md=markdown, toml=toml)
    return environment


def _only_code(value: object) -> object:
    """Refuse raw text of a spec: printed, it would become code."""
    if isinstance(value, (Code, jinja2.Undefined)):
        return value
    raise Unquoted(f"{value!r} is a {type(value).__name__}, and templates print only Code")


class _Bytecode(jinja2.FileSystemBytecodeCache):
    """Stores compiled templates."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def _bytecode() -> _Bytecode | None:
    """Beside the templates, as Python does for modules, or where it must not or cannot write there, in the cache."""
    beside = files("bide") / "emit" / "templates"
    if isinstance(beside, Path) and not sys.dont_write_bytecode and os.access(beside, os.W_OK):
        return _Bytecode(str(beside / "__pycache__"))
    try:
        return _Bytecode(os.path.join(cache_folder(), "templates"))
    except FileNotFoundError:
        return None
