"""The commands of one kind of job: run, submit, wait, status, result, cancel."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ..catalog.calling import arguments_of
from ..catalog.catalog import Catalog, JobEntry
from .exits import DONE, INTERRUPTED, resuming
from .options import Command, Positional, arguments, flag, own, values_of
from .output import output, show
from .printing import Unprinted
from .progress import line
from .session import client_of, connection
from .values import DURATION

_WAITING = "Waiting"

_ABOUT = {
    "run": "Submit a job, wait for it, and print its result.",
    "run-many": "Run a job for each line of a file.",
    "submit": "Submit a job, and print its token without waiting.",
    "wait": "Wait for a job, and print its result.",
    "status": "Poll a job once, and print its status.",
    "result": "Print the result of a job that is done.",
    "cancel": "Ask the provider to cancel a job.",
}
"""The commands of a job, in the order of use."""


class JobGroup(click.Group):
    """The commands of a kind of job. Each is made when it is used."""

    def __init__(self, catalog: Catalog, entry: JobEntry) -> None:
        self._catalog = catalog
        self._entry = entry
        super().__init__(entry.command, help=_about(entry), short_help=entry.description, no_args_is_help=True)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of use."""
        return [name for name in _ABOUT if name != "cancel" or self._entry.can_be_cancelled]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, made now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name == "run-many":
            from .batch import run_many

            return run_many(self._catalog, self._entry)
        return _MAKERS[cmd_name](self._catalog, self._entry)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands without making them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _ABOUT[name]) for name in self.list_commands(ctx)])


def _run(catalog: Catalog, entry: JobEntry) -> click.Command:
    theirs = arguments(catalog, entry)
    options = [*theirs, *_input(theirs), *_key(entry, theirs), *_timeout(entry, theirs)]
    options.append(
        own(theirs, "own_no_wait", "--no-wait", heading=_WAITING, is_flag=True, help="Print the token, and end.")
    )
    if entry.can_be_cancelled:
        options.append(
            own(
                theirs,
                "own_cancel",
                "--cancel-on-timeout",
                heading=_WAITING,
                is_flag=True,
                help="Cancel the job at the deadline.",
            )
        )

    def run(**parameters: Any) -> int:
        with client_of(catalog, parameters) as client:
            jobs, began = client.jobs[entry.name], time.monotonic()
            job = _submitted(catalog, entry, jobs, parameters)
            if parameters["own_no_wait"]:
                return _print_token(catalog, entry, job)
            timeout = _left(parameters["own_timeout"], time.monotonic() - began)
            return _waited(catalog, entry, jobs, job, timeout, parameters)

    return _command(catalog, entry, "run", run, theirs, options)


def _submit(catalog: Catalog, entry: JobEntry) -> click.Command:
    theirs = arguments(catalog, entry)

    def submit(**parameters: Any) -> int:
        with client_of(catalog, parameters) as client:
            return _print_token(catalog, entry, _submitted(catalog, entry, client.jobs[entry.name], parameters))

    options = [*theirs, *_input(theirs), *_key(entry, theirs)]
    return _command(catalog, entry, "submit", submit, theirs, options, prints=False)


def _wait(catalog: Catalog, entry: JobEntry) -> click.Command:
    def wait(**parameters: Any) -> int:
        with _found(catalog, entry, parameters) as (jobs, job):
            return _waited(catalog, entry, jobs, job, parameters["own_timeout"], parameters)

    options = [*_which(entry), *_timeout(entry, [])]
    return _command(catalog, entry, "wait", wait, [], options)


def _status(catalog: Catalog, entry: JobEntry) -> click.Command:
    def status(**parameters: Any) -> int:
        with _found(catalog, entry, parameters) as (_, job):
            snapshot = job.poll()
            progress = snapshot.progress
            found = {"job": job.id, "status": snapshot.status, "state": snapshot.state.value}
            if progress is not None and progress.share is not None:
                found["progress"] = round(progress.share, 3)
            if snapshot.error_message or snapshot.error_code:
                found |= {"error": snapshot.error_message, "code": snapshot.error_code}
            show(found, parameters)
            return DONE

    return _command(catalog, entry, "status", status, [], _which(entry))


def _result(catalog: Catalog, entry: JobEntry) -> click.Command:
    def result(**parameters: Any) -> int:
        with _found(catalog, entry, parameters) as (jobs, job):
            show(_value(jobs, job.result()), parameters)
            return DONE

    return _command(catalog, entry, "result", result, [], _which(entry))


def _cancel(catalog: Catalog, entry: JobEntry) -> click.Command:
    def cancel(**parameters: Any) -> int:
        with _found(catalog, entry, parameters) as (_, job):
            job.cancel()
            print(f"asked {catalog.title} to cancel the job {job.id}", file=sys.stderr)
            return DONE

    return _command(catalog, entry, "cancel", cancel, [], _which(entry), prints=False)


_MAKERS: dict[str, Callable[[Catalog, JobEntry], click.Command]] = {
    "run": _run,
    "submit": _submit,
    "wait": _wait,
    "status": _status,
    "result": _result,
    "cancel": _cancel,
}


def _command(
    catalog: Catalog,
    entry: JobEntry,
    name: str,
    function: Callable[..., int],
    theirs: list[click.Option],
    options: list[click.Parameter],
    *,
    prints: bool = True,
) -> click.Command:
    about = _ABOUT[name]
    params = [*options, *(output(theirs) if prints else []), *connection(catalog, theirs)]
    example = f"Example:\n  {catalog.command} {entry.command} {name}{example_of(entry) if theirs else ' TOKEN'}"
    epilog = example if not theirs or entry.example is not None else None
    return Command(name, callback=function, params=params, help=about, epilog=epilog, short_help=about)


def example_of(entry: Any) -> str:
    """The arguments of an example on a command line."""
    from .options import flag

    words = []
    for name, value in (entry.example or {}).items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, bool):
                words.append(flag(name) if each else f"--no-{flag(name)[2:]}")
            else:
                words += [flag(name), each if isinstance(each, str) else json.dumps(each)]
    return "".join(f" {shlex.quote(word)}" for word in words)


def _about(entry: JobEntry) -> str:
    parts = [entry.description]
    if entry.typical:
        low, high = entry.typical
        parts.append(f"Usually takes {low:g} to {high:g} s.")
    if entry.deprecated:
        parts.append(f"Deprecated: {entry.deprecated}")
    return "\n\n".join([" ".join(parts), *([f"See {entry.page}"] if entry.page else [])])


def _input(theirs: list[click.Option]) -> list[click.Parameter]:
    about = "All arguments at once, as a JSON object; - is standard input."
    return [own(theirs, "own_input", "-i", "--input", heading="Arguments", metavar="FILE", help=about)]


def _key(entry: JobEntry, theirs: list[click.Option]) -> list[click.Parameter]:
    about = "A key of your own: the same command with the same key makes no second job."
    found = own(theirs, "own_key", "--idempotency-key", heading="Arguments", metavar="TEXT", help=about)
    return [found] if entry.has_keys else []


def _timeout(entry: JobEntry, theirs: list[click.Option]) -> list[click.Parameter]:
    about = f"How long to wait, such as 90s, 10m or none. [default: {entry.timeout:g}s]"
    how = {"heading": _WAITING, "type": DURATION, "default": entry.timeout, "help": about}
    return [own(theirs, "own_timeout", "-t", "--timeout", **how)]


def _which(entry: JobEntry) -> list[click.Parameter]:
    """The argument for an existing job, and what its addresses need beside its id."""
    found: list[click.Parameter] = [
        Positional("own_job", "The token that was printed, or the id of the job.", metavar="TOKEN|ID")
    ]
    for name in entry.address.values():
        about = "Needed with an ID; a token has it."
        found.append(own([], f"address_{name}", flag(name), heading="Arguments", help=about))
    return found


def _left(timeout: float | None, passed: float) -> float | None:
    """The seconds that are left of a deadline; `None`: there is none."""
    return None if timeout is None else max(round(timeout - passed, 1), 0.1)


def _submitted(catalog: Catalog, entry: JobEntry, jobs: Any, parameters: dict[str, Any]) -> Any:
    """The handle of a new job."""
    values = arguments_of(catalog, entry, values_of(entry, parameters))
    if parameters.get("own_key") is not None:
        values["idempotency_key"] = parameters["own_key"]
    submission = jobs.prepare(**values)
    try:
        return jobs.send(submission)
    except KeyboardInterrupt:
        print("error: interrupted during the submit: the job may exist", file=sys.stderr)
        if entry.has_keys:
            key = shlex.quote(submission.idempotency_key)
            print(f"  the same command with --idempotency-key {key} makes no second job", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


def finished(catalog: Catalog, entry: JobEntry, jobs: Any, job: Any, parameters: dict[str, Any]) -> int:
    """Wait for a job that an operation has made, for as long as such jobs usually get, and print its result."""
    return _waited(catalog, entry, jobs, job, entry.timeout, parameters)


def _waited(
    catalog: Catalog, entry: JobEntry, jobs: Any, job: Any, timeout: float | None, parameters: dict[str, Any]
) -> int:
    """Wait for a job and print its result; Ctrl-C leaves it alone, and says how to go on."""
    try:
        with line(entry.command or entry.name) as shown:
            result = job.wait(timeout, on_update=shown.show_update)
    except KeyboardInterrupt:
        print("interrupted; the job is still running", file=sys.stderr)
        print(f"  to wait for it: {resuming(catalog, entry.name, job.token)}", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if parameters.get("own_cancel") and type(error).__name__ == "JobTimeout":
            job.cancel()
            print(f"asked {catalog.title} to cancel the job {job.id}", file=sys.stderr)
        raise
    with _not_lost(catalog, entry, job):
        show(_value(jobs, result), parameters)
    return DONE


@contextmanager
def _not_lost(catalog: Catalog, entry: JobEntry, job: Any) -> Iterator[None]:
    """If something cannot be printed, say how to get it without another job."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (click.ClickException, OSError) as error:
        what = (
            error.format_message()
            if isinstance(error, click.ClickException)
            else f"it cannot be printed: {error.strerror}"
        )
        again = f"\n  the job exists: {resuming(catalog, entry.name, job.token)}" if job.id else ""
        raise Unprinted(f"{what}{again}") from error


@contextmanager
def _found(catalog: Catalog, entry: JobEntry, parameters: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The namespace and the handle of a job that exists."""
    text = parameters["own_job"]
    with client_of(catalog, parameters) as client:
        jobs = client.jobs[entry.name]
        if text.startswith("{"):
            yield jobs, jobs.resume(text)
        else:
            values = {wire: parameters[f"address_{name}"] for wire, name in entry.address.items()}
            yield jobs, jobs.attach(text, **{wire: each for wire, each in values.items() if each is not None})


def _value(jobs: Any, result: Any) -> Any:
    """A result as plain JSON values; bytes stay bytes."""
    return result if isinstance(result, bytes) else json.loads(jobs.result_to_json(result))["result"]


def _print_token(catalog: Catalog, entry: JobEntry, job: Any) -> int:
    with _not_lost(catalog, entry, job):
        print(job.token, flush=True)
    if sys.stderr.isatty():
        print(f"to wait for it: {resuming(catalog, entry.name, job.token)}", file=sys.stderr)
    return DONE
