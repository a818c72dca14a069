"""`bide explain`: explain a code."""

from __future__ import annotations

import click

from bide.cli.terminal import OK, UsageError


@click.command(short_help="Explain the code of a problem or a change.")
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Explain the code of a problem, or of a change that `bide diff` reports.

    The code is in the brackets of a problem. Without a code, list all codes:
    those of problems first.

    \b
    bide explain unknown-pointer
    bide explain

    Exit code: 0, or 2 for an unknown code.
    """
    from bide.differ import pages as changes
    from bide.lint import codes as problems
    from bide.spec.hints import nearest

    pages: dict[str, problems.Page | changes.Page] = {**problems.all_pages(), **changes.all_pages()}
    if code is None:
        widest = max(map(len, pages))
        for page in pages.values():
            click.echo(f"{page.code:<{widest}}  {page.severity:<9}  {page.what}")
        return OK
    if code not in pages:
        near = nearest(code, pages)
        help_ = f'did you mean "{near}"?' if near else "`bide explain` lists all codes"
        raise UsageError(f'there is no code "{code}": {help_}')
    page = pages[code]
    click.echo(changes.as_text(page) if isinstance(page, changes.Page) else problems.as_text(page))
    return OK
