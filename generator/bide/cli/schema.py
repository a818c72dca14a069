"""`bide schema`: what editors and readers want to know of the spec language."""

from __future__ import annotations

import click


@click.command(short_help="Print what editors want to know of the language.")
@click.option("--markdown", is_flag=True, help="Print it as a page for people instead.")
def schema(markdown: bool) -> int:
    """Print the JSON Schema of the spec language, which editors complete and explain by.

    \b
    bide schema > specs/bide.schema.json     name it in a spec's first line:
                                             # yaml-language-server: $schema=...
    bide schema --markdown                   the same as a page for people

    Exit code: 0, or 2 for a wrong command.
    """
    from bide.spec.shape.reference import page
    from bide.spec.shape.schema import schema_text

    click.echo(page() if markdown else schema_text(), nl=False)
    return 0
