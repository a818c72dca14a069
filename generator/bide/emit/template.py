"""The templates: ready to be rendered, and such that they print nothing that is not Python already."""

from __future__ import annotations

import contextlib
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from bide.emit.python.code import Code, literal
from bide.emit.words.markdown import markdown, toml


class Unquoted(TypeError):
    """A template printed a text that is not Code."""


def template(name: str) -> jinja2.Template:
    """A template by its path."""
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (files("bide") / "emit" / "templates" / name).read_text("utf-8")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # no HTML is made, and `_only_code` refuses what is not escaped
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_code,
        bytecode_cache=_bytecode(),
    )
    environment.filters.update(py=literal, md=markdown, toml=toml)
    return environment


def _only_code(value: object) -> object:
    """Refuse to print a text of a spec as it is: by accident it would become code."""
    if isinstance(value, (Code, jinja2.Undefined)):
        return value
    raise Unquoted(f"{value!r} is a {type(value).__name__}, and a template prints Code alone")


class _Bytecode(jinja2.FileSystemBytecodeCache):
    """Keeps what templates are compiled to, as Python does for modules, and in a place like theirs."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def _bytecode() -> _Bytecode | None:
    folder = files("bide") / "emit" / "templates" / "__pycache__"
    return _Bytecode(str(folder)) if isinstance(folder, Path) and not sys.dont_write_bytecode else None
