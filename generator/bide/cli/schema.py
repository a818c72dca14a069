"""`bide schema`: print the JSON Schema of the spec language, or its reference."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of specs, for editors.")
@click.option("--markdown", is_flag=True, help="Print a reference in Markdown instead.")
def schema(markdown: bool) -> int:
    """Print the JSON Schema of the spec language. Editors use it to complete and explain keys.

    \b
    bide schema > specs/bide.schema.json     refer to it in the first line:
                                             # yaml-language-server: $schema=...
    bide schema --markdown                   the same as a Markdown reference

    Exit code: 0, or 2 for wrong usage.
    """
    from bide.spec.shape.reference import page
    from bide.spec.shape.schema import schema_text

    click.echo(page() if markdown else schema_text(), nl=False)
    return 0
