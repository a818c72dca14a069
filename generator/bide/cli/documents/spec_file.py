"""A new spec on the disk, and the schema that editors read beside it."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

import click

SCHEMA = "bide.schema.json"
"""The file name for the copy of the schema beside the specs of a project."""


def schema_for(file: Path) -> str:
    """The path of the schema that the first line of a spec names."""
    return _in_checkout(file.parent) or SCHEMA


def write_schema(file: Path) -> None:
    """Write a copy of the schema beside a spec, if it names one and there is none."""
    from bide.spec.shape.schema import schema_text

    copy = file.with_name(SCHEMA)
    if schema_for(file) == SCHEMA and not copy.exists():
        copy.write_text(schema_text(), encoding="utf-8", newline="\n")
        click.echo(f"wrote {copy.as_posix()}, for editors")


def _in_checkout(folder: Path) -> str | None:
    """The relative path from *folder* to the schema, if both are in one checkout; otherwise `None`."""
    from bide.spec.shape.schema import FILE

    schema, here = Path(str(resources.files("bide").joinpath("spec", "shape", FILE))).resolve(), folder.resolve()
    if "site-packages" in schema.parts or not schema.is_relative_to(here.parent):
        return None
    return Path(os.path.relpath(schema, here)).as_posix()
