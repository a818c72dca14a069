"""`bide explain`: what a code means."""

from __future__ import annotations

from typing import Annotated

import typer

from bide.commands.terminal import OK, UsageError

Code = Annotated[
    str | None, typer.Argument(metavar="CODE", help="What stands in the brackets of a problem.", show_default=False)
]


def explain(code: Code = None) -> int:
    """Print what a problem's code means, why it is one, and an example; without a code, list all of them.

    \b
    bide explain unknown-pointer
    bide explain

    Exit code: 0, or 2 if there is no such code.
    """
    from bide.codes import all_pages, as_text
    from bide.hints import nearest

    pages = all_pages()
    if code is None:
        widest = max(map(len, pages))
        for page in pages.values():
            typer.echo(f"{page.code:<{widest}}  {page.severity:<7}  {page.what}")
        return OK
    if code not in pages:
        near = nearest(code, pages)
        help_ = f'did you mean "{near}"?' if near else "`bide explain` lists all of them"
        raise UsageError(f'there is no code "{code}": {help_}')
    typer.echo(as_text(pages[code]))
    return OK
