"""`bide schema`: print the JSON Schema of the spec language, or its reference; or tell an editor of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bide.cli.terminal import OK, PROBLEM, UsageError, complain

_SCHEMA = Path("specs/bide.schema.json")
_SETTINGS = Path(".vscode/settings.json")
_EXTENSIONS = Path(".vscode/extensions.json")
_YAML = "redhat.vscode-yaml"
"""The extension of VS Code that reads schemas."""


@click.command(short_help="Print the JSON Schema of specs, for editors.")
@click.option("--markdown", is_flag=True, help="Print a reference in Markdown instead.")
@click.option(
    "--install-vscode", is_flag=True, help="Write the schema, and settings of VS Code that use it for specs/*.yaml."
)
def schema(markdown: bool, install_vscode: bool) -> int:
    """Print the JSON Schema of the spec language. Editors use it to complete and explain keys.

    \b
    bide schema > specs/bide.schema.json     refer to it in the first line:
                                             # yaml-language-server: $schema=...
    bide schema --install-vscode             for all specs of this folder, in
                                             VS Code with its YAML extension
    bide schema --markdown                   the same as a Markdown reference

    Exit code: 0; 1 if a file of settings cannot be changed; 2 for wrong usage.
    """
    from bide.spec.shape.reference import page
    from bide.spec.shape.schema import schema_text

    if markdown and install_vscode:
        raise UsageError("--markdown prints, and --install-vscode writes: choose one")
    if not install_vscode:
        click.echo(page() if markdown else schema_text(), nl=False)
        return OK
    try:
        settings, extensions = _read(_SETTINGS), _read(_EXTENSIONS)
    except ValueError as why:
        complain(f"{why}; add this yourself: {json.dumps({'yaml.schemas': {_SCHEMA.as_posix(): 'specs/*.yaml'}})}")
        return PROBLEM
    settings["yaml.schemas"] = {**settings.get("yaml.schemas", {}), _SCHEMA.as_posix(): "specs/*.yaml"}
    extensions["recommendations"] = list(dict.fromkeys([*extensions.get("recommendations", []), _YAML]))
    for path, text in (
        (_SCHEMA, schema_text()),
        (_SETTINGS, json.dumps(settings, indent=2) + "\n"),
        (_EXTENSIONS, json.dumps(extensions, indent=2) + "\n"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"wrote {path.as_posix()}")
    return OK


def _read(path: Path) -> dict[str, Any]:
    """The settings in a file. Raises `ValueError` for one that is no plain JSON, such as one with comments."""
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise ValueError(
            f"{path.as_posix()} is no plain JSON, perhaps it has comments, so it is left as it is"
        ) from None
    if not isinstance(found, dict) or not isinstance(found.get("yaml.schemas", {}), dict):
        raise ValueError(f"{path.as_posix()} is no settings file of VS Code, so it is left as it is")
    return found
