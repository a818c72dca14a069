"""`bide import`: write a spec from an OpenAPI document or a recording."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from bide.cli.documents.spec_file import schema_for, write_schema
from bide.cli.terminal import OK, PROBLEM, UsageError, complain

if TYPE_CHECKING:
    from bide.importer.importing import Import, Wanted
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
@click.option("--interactive", is_flag=True, help="Ask about each job, and each result, that is in doubt.")
@click.option("--force", is_flag=True, help="Overwrite the spec if it is there.")
@click.option(
    "--update",
    metavar="SPEC",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Merge this version of the document into a spec that you have edited.",
)
@click.option("--keep", type=click.Choice(["mine", "document"]), help="With --update: who wins each conflict.")
def import_(
    document: str,
    out: Path | None,
    name: str | None,
    only: str,
    operations: bool,
    interactive: bool,
    force: bool,
    update: Path | None,
    keep: str | None,
) -> int:
    """Write a spec from an OpenAPI document (2.0, 3.0, 3.1 or 3.2, JSON or YAML).

    \b
    bide import openapi.yaml
    bide import openapi.json --out specs/acme.yaml --interactive
    bide import https://acme.example/openapi.json --only /v1/jobs
    bide import session.har --only api.acme.example/v1
    bide import openapi-2.yaml --update specs/acme.yaml

    A recording (HAR) of a browser or a proxy does too. No key, cookie or token
    of it gets into the spec.

    Finds the jobs: submits, polls, results, cancellations, statuses and ids,
    each with its reasons as a comment. What the document does not say is
    marked with TODO; what a spec cannot say is left out, with the reason.
    References are followed inside of the document and to files in its folder,
    never to the network.

    With --update, what you wrote stays, what is new in the document comes in,
    and you are asked about what both have changed. What the last import wrote
    is kept in .import beside the spec; commit it.

    Exit code: 0 for a spec that checks clean, 1 if there is none.
    """
    from bide.importer.importing import NotImported, Wanted

    if update is not None and (out or name or force):
        raise UsageError("--update writes into the spec it names; leave out --out, --name and --force")
    if keep and update is None:
        raise UsageError("--keep is for --update")
    wanted = Wanted(name=name or "", only=only, operations=operations)
    try:
        with _local(document) as path:
            if update is not None:
                return _updated(path, document, update, wanted, keep, interactive=interactive)
            return _imported(path, document, out, wanted, interactive=interactive, force=force)
    except NotImported as why:
        complain(str(why))
        return PROBLEM


def _imported(path: Path, document: str, out: Path | None, wanted: Wanted, *, interactive: bool, force: bool) -> int:
    """Import a document to a new spec. Raises `NotImported`."""
    from bide.importer.importing import imported, opened, plain_name
    from bide.importer.updating.record import keep

    api = opened(path, wanted.only)
    wanted = replace(wanted, name=wanted.name or plain_name(api.title or Path(document).stem))
    target = out or Path("specs", f"{wanted.name}.yaml")
    if target.exists() and not force:
        complain(
            f"{target.as_posix()} is there already; update it with --update, choose another with --out, or overwrite it"
            " with --force"
        )
        return PROBLEM
    answers = _Answers(asks=interactive)
    found = imported(
        api,
        wanted,
        source=Path(document).name,
        schema=schema_for(target),
        answer=answers,
        choose=answers.result,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(found.text, encoding="utf-8", newline="\n")
    keep(target, found, wanted, answers.declined, answers.results)
    click.echo(_report(found, target))
    write_schema(target)
    return OK


def _updated(path: Path, document: str, target: Path, wanted: Wanted, keep: str | None, *, interactive: bool) -> int:
    """Import a document into a spec. Raises `NotImported`."""
    from bide.cli import specs
    from bide.cli.documents import updating
    from bide.importer.importing import imported, opened
    from bide.importer.updating import record

    spec = updating.document(target)
    if spec is None:
        return PROBLEM
    before = record.kept(target)
    name = spec.get("name")
    wanted = replace(wanted, name=name if isinstance(name, str) else target.stem)
    if before is not None:
        wanted = replace(wanted, only=wanted.only or before.only, operations=wanted.operations or before.operations)
    api = opened(path, wanted.only)
    answers = _Answers(asks=interactive)
    if before is not None:
        answers = _Answers(asks=interactive, declined=before.declined, results=before.results)
    found = imported(
        api,
        wanted,
        source=Path(document).name,
        schema=schema_for(target),
        answer=answers,
        choose=answers.result,
    )
    code = updating.update(target, spec, before, found, keep)
    if code == OK:
        record.keep(target, found, wanted, answers.declined, answers.results)
        code = OK if specs.checked([target]) else PROBLEM
    return code


@dataclass
class _Answers:
    """Whether doubtful jobs are jobs, and where results are. What was answered before stays so."""

    asks: bool
    declined: list[str] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    """Where the result is, by submit."""

    def __call__(self, pair: Pair) -> bool:
        if str(pair.submit) in self.declined:
            return False
        is_job = not self.asks or _ask(pair)
        if not is_job:
            self.declined.append(str(pair.submit))
        return is_job

    def result(self, submit: str, places: list[str]) -> int:
        """Which of these places has the result; -1: nobody has said."""
        if self.asks and self.results.get(submit) not in places:
            self.results[submit] = places[_ask_place(submit, places)]
        return places.index(self.results[submit]) if self.results.get(submit) in places else -1


@contextmanager
def _local(document: str) -> Iterator[Path]:
    """The document as a file: one at an address is fetched for this command. Raises `NotImported`."""
    from bide.importer.documents.reading import Unreadable, fetched
    from bide.importer.importing import NotImported

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
    click.echo(f"\n{pair.submit} may make a job that is polled at {at}: {'; '.join(pair.reasons)}", err=True)
    return click.confirm("Is it a job?", default=True, err=True)


def _ask_place(submit: str, places: list[str]) -> int:
    """Ask where the result of a job is."""
    click.echo(f"\nThe result of {submit} may be:", err=True)
    for number, place in enumerate(places, 1):
        click.echo(f"  {number}  {place}", err=True)
    return int(click.prompt("Which is it?", type=click.IntRange(1, len(places)), default=1, err=True)) - 1


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
