"""`bide explain`: explain a code."""

from __future__ import annotations

import click

from bide.cli.terminal import OK, UsageError


@click.command(short_help="Explain the code of a problem.")
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Explain the code of a problem: what is wrong, why, and an example.

    The code is in the brackets of a problem. Without a code, list all codes.

    \b
    bide explain unknown-pointer
    bide explain

    Exit code: 0, or 2 for an unknown code.
    """
    from bide.lint.codes import all_pages, as_text
    from bide.spec.hints import nearest

    pages = all_pages()
    if code is None:
        widest = max(map(len, pages))
        for page in pages.values():
            click.echo(f"{page.code:<{widest}}  {page.severity:<7}  {page.what}")
        return OK
    if code not in pages:
        near = nearest(code, pages)
        help_ = f'did you mean "{near}"?' if near else "`bide explain` lists all codes"
        raise UsageError(f'there is no code "{code}": {help_}')
    click.echo(as_text(pages[code]))
    return OK
