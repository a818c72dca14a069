"""`bide schema`: what editors and readers want to know of the spec language."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as a page for people instead.")] = False,
) -> int:
    """Print the JSON Schema of the spec language, which editors complete and explain by.

    \b
    bide schema > specs/bide.schema.json     name it in the first line of a spec:
                                             # yaml-language-server: $schema=bide.schema.json
    bide schema --markdown                   the same as a page, every key with an example

    Exit code: 0, or 2 for a wrong command.
    """
    from bide.reference import page
    from bide.schema import schema_text

    typer.echo(page() if markdown else schema_text(), nl=False)
    return 0
