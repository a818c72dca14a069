"""`bide import`: write a spec from an OpenAPI document or a recording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from bide.cli.documents.spec_file import schema_for, write_schema
from bide.cli.terminal import OK, PROBLEM, complain

if TYPE_CHECKING:
    from bide.importer.importing import Import
    from bide.importer.pairs import Pair


@click.command("import", short_help="Write a spec from an OpenAPI document or a recording.")
@click.argument("document", metavar="DOCUMENT")
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="The spec. Default: specs/NAME.yaml."
)
@click.option("--name", help="The name of the provider in code. Default: from the document's title.")
@click.option(
    "--only",
    metavar="TAG|PATH|HOST",
    default="",
    help="Only operations with this tag, or below this path. Of a recording: a host, a path or both.",
)
@click.option("--operations", is_flag=True, help="Also operations that are no part of a job.")
@click.option("--interactive", is_flag=True, help="Ask about each job that is in doubt.")
@click.option("--force", is_flag=True, help="Overwrite the spec if it is there.")
def import_(
    document: str, out: Path | None, name: str | None, only: str, operations: bool, interactive: bool, force: bool
) -> int:
    """Write a spec from an OpenAPI document (2.0, 3.0, 3.1 or 3.2, JSON or YAML).

    \b
    bide import openapi.yaml
    bide import openapi.json --out specs/acme.yaml --interactive
    bide import https://acme.example/openapi.json --only /v1/jobs
    bide import session.har --only api.acme.example/v1

    A recording (HAR) of a browser or a proxy does too. No key, cookie or token
    of it gets into the spec.

    Finds the jobs: submits, polls, results, cancellations, statuses and ids,
    each with its reasons as a comment. What the document does not say is
    marked with TODO; what a spec cannot say is left out, with the reason.
    References are followed inside of the document and to files in its folder,
    never to the network.

    Exit code: 0 for a spec that checks clean, 1 if there is none.
    """
    from bide.importer.importing import NotImported, Wanted, imported, opened, plain_name

    try:
        with _local(document) as path:
            api = opened(path, only)
        chosen = name or plain_name(api.title or Path(document).stem)
        target = out or Path("specs", f"{chosen}.yaml")
        if target.exists() and not force:
            complain(f"{target.as_posix()} is there already; choose another with --out, or overwrite it with --force")
            return PROBLEM
        wanted = Wanted(name=chosen, only="" if api.recording else only, operations=operations)
        found = imported(
            api,
            wanted,
            source=Path(document).name,
            schema=schema_for(target),
            answer=_ask if interactive else None,
        )
    except NotImported as why:
        complain(str(why))
        return PROBLEM
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(found.text, encoding="utf-8", newline="\n")
    click.echo(_report(found, target))
    write_schema(target)
    return OK


@contextmanager
def _local(document: str) -> Iterator[Path]:
    """The document as a file: one at an address is fetched for this command. Raises `NotImported`."""
    from bide.importer.importing import NotImported
    from bide.importer.reading import Unreadable, fetched

    if not document.startswith(("http://", "https://")):
        yield Path(document)
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "document")
        try:
            path.write_bytes(fetched(document))
        except Unreadable as why:
            raise NotImported(str(why)) from why
        yield path


def _ask(pair: Pair) -> bool:
    """Ask whether a doubtful job is one."""
    at = pair.poll.operation if pair.poll.operation.path else f"the address in {pair.header}"
    click.echo(
        f"\n{pair.submit} may make a job that is polled at {at}: {', '.join(dict.fromkeys(pair.signals))}", err=True
    )
    return click.confirm("Is it a job?", default=True, err=True)


def _report(found: Import, target: Path) -> str:
    lines = [f"wrote {target.as_posix()}"]
    jobs = found.draft.jobs
    width = max(map(len, jobs), default=0)
    for name, pair in jobs.items():
        at = str(pair.poll.operation) if pair.poll.operation.path else f"by {pair.header}"
        doubt = "" if pair.is_certain else "  in doubt"
        lines.append(f"  {name:{width}}  {pair.submit} -> {at}{doubt}")
    if not jobs:
        lines.append("  no job found; every operation is written, so that you can make jobs of them")
    operations = len(found.draft.data.get("operations", {}))
    left = len(found.draft.left_out)
    counts = [
        _count(len(jobs), "job"),
        _count(operations, "operation"),
        _count(found.todos, "TODO"),
        f"{left} left out",
    ]
    lines.append(f"{', '.join(counts)}; the reasons are comments in the spec")
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
