"""`bide docs`: write a site for the users of a provider."""

from __future__ import annotations

from pathlib import Path

import click

from bide.cli.specs import checked
from bide.cli.terminal import OK, PROBLEM, on_disk


@click.command(short_help="Write a site for a provider's users.")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Default: site-NAME, with the name of the provider.",
)
def docs(spec: Path, out: Path | None) -> int:
    """Write a site for the users of a provider: its jobs with pictures of their
    statuses, operations, models, errors, the command line, tools for agents, and
    how to test.

    \b
    bide docs specs/acme.yaml
    bide docs specs/acme.yaml --out public

    The pages are HTML files. They need no server and load nothing. Files of the
    same names are replaced; others in FOLDER stay.

    Exit code: 0, or 1 if the spec has errors.
    """
    from bide.site import site

    found = checked([spec])
    if found is None:
        return PROBLEM
    (provider,) = found[0].values()
    folder = out or Path(f"site-{provider.name}")
    return on_disk(lambda: _save(folder, site(provider)))


def _save(folder: Path, pages: dict[str, str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"wrote {(folder / 'index.html').as_posix()} and {len(pages) - 1} more pages")
    return OK
