"""Results on standard output, or in a file. Text of a provider is made harmless for a terminal."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

FORMATS = ("json", "jsonl", "raw", "table")

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\n\t]")


class Unprinted(click.ClickException):
    """A job exists, but what it brought cannot be printed."""


def printed(value: Any, *, form: str, query: str | None, to: str | None) -> None:
    """Print a result, or write it to a file; bytes go there as they are. Raises `ClickException`."""
    if query is not None:
        value = queried(value, query)
    if to is not None and to != "-":
        _write(Path(to), value if isinstance(value, bytes) else text_of(value, form).encode())
        return
    if isinstance(value, bytes):
        if sys.stdout.isatty():
            raise click.ClickException(f"the result has {len(value):,} bytes that are no text: say --to FILE")
        sys.stdout.buffer.write(value)
        sys.stdout.buffer.flush()
    elif form == "table":
        _table(value)
    elif form == "json" and sys.stdout.isatty() and click.get_current_context().color is not False:
        _coloured(text_of(value, form))
    else:
        sys.stdout.write(text_of(value, form))
        sys.stdout.flush()


def queried(value: Any, query: str) -> Any:
    """The part of a result that a JMESPath expression selects. Raises `BadParameter`."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    if isinstance(value, bytes):
        raise click.BadParameter("the result is bytes, and --query needs JSON")
    try:
        return jmespath.search(query, value)
    except JMESPathError as error:
        raise click.BadParameter(f"--query: {' '.join(str(error).split())}") from error


def check_query(query: str) -> None:
    """Raise `BadParameter` if this is no JMESPath expression."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(query)
    except JMESPathError as error:
        raise click.BadParameter(" ".join(str(error).split())) from error


def check_place(path: Path) -> None:
    """Raise `BadParameter` if no file can be written at this path."""
    if path.is_dir():
        raise click.BadParameter(f"{path} cannot be written: {os.strerror(errno.EISDIR)}")
    if not path.parent.is_dir():
        raise click.BadParameter(f"{path} cannot be written: {os.strerror(errno.ENOENT)}")
    if not os.access(path if path.exists() and not path.is_file() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} cannot be written: {os.strerror(errno.EACCES)}")


def text_of(value: Any, form: str) -> str:
    """A result as text, with a line break at its end."""
    if form == "raw" and isinstance(value, str):
        return harmless(value) + "\n" if sys.stdout.isatty() else value + "\n"
    if form == "jsonl" and isinstance(value, list):
        return "".join(f"{json_of(item)}\n" for item in value)
    return json_of(value, indent=2 if form == "json" else None) + "\n"


def json_of(value: Any, *, indent: int | None = None) -> str:
    """JSON in which every character that is not printable is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNPRINTABLE.sub(lambda found: found[0] if found[0].isprintable() else _escaped(found[0]), text)


def harmless(text: str) -> str:
    """A text in which no character can control a terminal."""
    return _UNPRINTABLE.sub(lambda found: found[0] if found[0].isprintable() else repr(found[0])[1:-1], text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def _write(path: Path, data: bytes) -> None:
    """Write a file whole: it gets its name when it is complete. A device or a pipe gets the bytes as they are."""
    part = path.with_name(f"{path.name}.part")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


def _coloured(text: str) -> None:
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(text.rstrip("\n"), "json", background_color="default", word_wrap=True))


def _table(value: Any) -> None:
    """A list of objects as rows, anything else as one row for each key."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = value if isinstance(value, list) else [value]
    if rows and all(isinstance(row, Mapping) for row in rows) and isinstance(value, list):
        names = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[row.get(name) for name in names] for row in rows]
    else:
        names = ["field", "value"] if isinstance(value, Mapping) else ["value"]
        cells = (
            [[name, each] for name, each in value.items()] if isinstance(value, Mapping) else [[row] for row in rows]
        )
    # In a pipe, no width is known and nothing may be cut.
    console = Console() if sys.stdout.isatty() else Console(width=10_000, no_color=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(Text(harmless(str(name))), overflow="fold")
    for row in cells:
        table.add_row(*(Text(_cell(each)) for each in row))
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else json_of(value)
