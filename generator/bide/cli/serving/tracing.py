"""`bide trace`: what clients did, as a summary and as a page."""

from __future__ import annotations

from pathlib import Path

import click

from bide.cli.terminal import OK, PROBLEM, complain, on_disk

_MOST_PROBLEMS = 20
"""How many lines that cannot be read are named one by one."""


@click.command(short_help="Show what a client did, from its trace.")
@click.argument("file", metavar="TRACE", type=click.Path(path_type=Path))
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The page to write. Default: beside the trace, with its name.",
)
def trace(file: Path, out: Path | None) -> int:
    """Show what a client did, from the file that `trace=` names.

    \b
    client = Acme(trace="run.jsonl")
    bide trace run.jsonl                 a summary, and a page: run.html
    bide trace run.jsonl --out mon.html

    The page has each job as a lane over time, with every request. It is one
    file and needs no network. A line that cannot be read is named, and the
    others are used.

    Exit code: 0; 1 if the file cannot be read, has no line of a trace, or
    the page cannot be written.
    """
    return on_disk(lambda: _show(file, out or file.with_suffix(".html")))


def _show(file: Path, out: Path) -> int:
    from bide.page.page import trace_page
    from bide.trace.lanes import lanes_of, page_data
    from bide.trace.reading import read
    from bide.trace.summary import summary

    with file.open("rb") as lines_of_file:
        found = read(lines_of_file)
    for problem in found.problems[:_MOST_PROBLEMS]:
        complain(f"{file.as_posix()}:{problem.line}: {problem.reason}; the line is left out")
    if len(found.problems) > _MOST_PROBLEMS:
        complain(f"{file.as_posix()}: {len(found.problems) - _MOST_PROBLEMS} more lines are left out")
    if not found.events:
        complain(f"{file.as_posix()} has no line of a trace; a client writes one with trace={file.name!r}")
        return PROBLEM
    lanes = lanes_of(found.events)
    lines = summary(lanes)
    widest = max(len(name) for name, _ in lines)
    for name, said in lines:
        click.echo(f"{name:<{widest}}  {said}")
    out.write_text(trace_page(f"Trace {file.name}", page_data(lanes, f"Trace {file.name}", lines)), encoding="utf-8")
    click.echo(f"wrote {out.as_posix()}")
    return OK
