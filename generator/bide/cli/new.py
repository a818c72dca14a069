"""`bide new`: ask about a provider, and write a working spec."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from bide import gallery
from bide.cli.documents.spec_file import SCHEMA, schema_for, write_schema
from bide.cli.terminal import OK, PROBLEM, UsageError, complain, on_disk
from bide.spec.starter import AUTH_CHOICES, BadAnswer, completed, copied, name_like, written

_QUESTIONS = {
    "title": "Name of the provider, as people write it",
    "base_url": "Base URL",
    "docs": "URL of its documentation",
    "auth": f"How the API key is sent ({AUTH_CHOICES})",
    "job": "Name of a job, in one word",
    "submit": "Path to submit a job to (POST)",
    "poll": "Path to poll a job at (GET)",
}


@click.command(short_help="Write a first spec, for you to edit.")
@click.argument("name")
@click.option("--from", "start", metavar="SPEC", help="Copy this spec of the gallery. Only --title goes with it.")
@click.option("--title", metavar="TEXT", help=f"{_QUESTIONS['title']}.")
@click.option("--base-url", metavar="URL", help="URL that every path is appended to.")
@click.option("--docs", metavar="URL", help=f"{_QUESTIONS['docs']}.")
@click.option("--auth", metavar="KEY", help=f"{_QUESTIONS['auth']}.")
@click.option("--job", metavar="WORD", help=f"{_QUESTIONS['job']}.")
@click.option("--submit", metavar="PATH", help=f"{_QUESTIONS['submit']}.")
@click.option("--poll", metavar="PATH", help=f"{_QUESTIONS['poll']}.")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default="specs",
    show_default=True,
    help="Folder for the spec.",
)
def new(name: str, start: str | None, out: Path, **options: str | None) -> int:
    """Write a small working spec, for you to edit until it describes the provider.

    NAME is a name such as acme or acme_speech.

    \b
    bide new acme                 asks a few questions, writes specs/acme.yaml
    bide new acme --auth header:X-API-Key --job transcript
    bide new acme --from replicate     a copy of a complete spec

    Without options, asks questions in a terminal. With some, the others
    have defaults. An existing file is never overwritten.

    Exit code: 0 if the spec is written; 1 if it exists already or cannot be
    written; 2 for wrong usage.
    """
    given = {key: answer for key in _QUESTIONS if (answer := options[key]) is not None}
    _refuse(name, {}, f"; did you mean {name_like(name)}?" if name_like(name) not in (None, name) else "")
    so_far: dict[str, str] = {}
    for key, value in given.items():
        so_far[key] = value
        _refuse(name, so_far, f" (--{key.replace('_', '-')})")
    if start is not None:
        _refuse_start(start, given)
    file = out / f"{name}.yaml"
    if os.path.lexists(file):
        return _there_already(file)
    if start is None and not given and sys.stdin.isatty():
        _ask(name, given)
    answers, schema = completed(name, given), schema_for(file)
    spec = written(answers, schema=schema) if start is None else copied(gallery.text(start), answers, schema=schema)
    return on_disk(lambda: _write(file, spec))


def _refuse_start(start: str, given: Mapping[str, str]) -> None:
    if start not in gallery.names():
        raise UsageError(f"the gallery has no spec {start}: it has {', '.join(gallery.names())} (--from)")
    other = next((key for key in given if key != "title"), None)
    if other is not None:
        raise UsageError(f"--{other.replace('_', '-')} does not go with --from: edit the copy instead")


def _refuse(name: str, given: Mapping[str, str], hint: str) -> None:
    problem = _problem(name, given)
    if problem is not None:
        raise UsageError(problem + hint)


def _problem(name: str, given: Mapping[str, str]) -> str | None:
    """The problem of these answers, as `bide check` reports it; `None` if there is none."""
    from bide.lint.pipeline import read_spec
    from bide.spec.diagnostics import SpecError

    try:
        read_spec("", written(completed(name, given), schema=SCHEMA))
    except BadAnswer as bad:
        return str(bad)
    except SpecError as error:
        first = error.diagnostics[0]
        return f"{first.message}: {first.help}" if first.help else first.message
    return None


def _ask(name: str, given: dict[str, str]) -> None:
    """Prompt for each missing answer, again after an invalid one. Enter takes the default in brackets."""
    for key, question in _QUESTIONS.items():
        while key not in given:
            answer = click.prompt(question, default=getattr(completed(name, given), key), err=True).strip()
            problem = _problem(name, {**given, key: answer})
            if problem is None:
                given[key] = answer
            else:
                complain(problem)


def _write(file: Path, text: str) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as spec:
            spec.write(text)
    except FileExistsError:
        return _there_already(file)
    click.echo(f"wrote {file.as_posix()}")
    write_schema(file)
    click.echo(f"next: edit it while `bide check {file.as_posix()} --watch` runs")
    return OK


def _there_already(file: Path) -> int:
    complain(f"{file.as_posix()} exists already and was not overwritten: choose another name, or edit it")
    return PROBLEM
