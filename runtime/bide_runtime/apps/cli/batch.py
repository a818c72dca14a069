"""The command `run-many`: a job for each line of a file, an outcome on each line of the output."""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ..catalog.calling import arguments_of
from ..catalog.catalog import Catalog, JobEntry, Schema
from .exits import DONE, FAILED, INTERRUPTED, UNSURE
from .options import Command, Positional, own
from .printing import json_of
from .progress import line
from .session import client_of, connection
from .values import DURATION, simple

if TYPE_CHECKING:
    from ...errors.client import ClientError

_CHUNK = 65_536

_RETRIES = ("failed", "refused", "unsure", "running")


def run_many(catalog: Catalog, entry: JobEntry) -> click.Command:
    """The command `run-many` of a kind of job."""
    heading = "Batch"
    options = [
        Positional("own_file", "The inputs. [default: standard input]", metavar="[FILE]", required=False, default="-"),
        own(
            [],
            "own_to",
            "--to",
            heading="Output",
            metavar="FILE",
            help="Write the outcomes to a file. With a ledger they are added to it.",
        ),
        own(
            [],
            "own_ledger",
            "--ledger",
            heading=heading,
            metavar="FILE",
            help="A file from which the same command goes on after a crash: nothing is lost or submitted twice.",
        ),
        own(
            [],
            "own_max",
            "--max-in-flight",
            heading=heading,
            type=click.IntRange(1),
            default=20,
            help="How many jobs may run at the same time. [default: 20]",
        ),
        own(
            [],
            "own_timeout",
            "-t",
            "--timeout",
            heading=heading,
            type=DURATION,
            default=entry.timeout,
            help=f"Deadline of each job. [default: {entry.timeout:g}s]",
        ),
        own(
            [],
            "own_retry",
            "--retry",
            heading=heading,
            type=click.Choice(_RETRIES),
            multiple=True,
            help="With a ledger: submit these again. What is unsure, or running after all, may then be paid twice.",
        ),
        own(
            [],
            "own_key",
            "--key",
            heading=heading,
            metavar="ARGUMENT",
            type=click.Choice(list(entry.properties)),
            help="With a ledger: the argument that tells inputs apart. [default: all of them]",
        ),
    ]
    about = (
        "Run a job for each line of FILE: JSON objects of arguments, or CSV with a header. Prints an outcome a line,"
        " as JSON, in the order in which jobs end."
    )
    name = f"{catalog.command} {entry.command} run-many"
    return Command(
        "run-many",
        callback=lambda **parameters: _Run(catalog, entry, parameters).run(),
        params=[*options, *connection(catalog, [])],
        help=about,
        short_help="Run a job for each line of a file.",
        epilog=f"Example:\n  {name} in.jsonl --ledger jobs.db --to out.jsonl",
    )


class _Run:
    """One run of the command."""

    def __init__(self, catalog: Catalog, entry: JobEntry, parameters: dict[str, Any]) -> None:
        self._catalog = catalog
        self._entry = entry
        self._parameters = parameters
        self._counts: Counter[str] = Counter()
        self._wrong = 0
        """Lines of the input that are no arguments of a job."""
        self._out: TextIO = sys.stdout

    def run(self) -> int:
        """Run the jobs; returns the exit code."""
        ledger = self._parameters["own_ledger"]
        if self._parameters["own_retry"] and ledger is None:
            raise click.UsageError("--retry needs --ledger")
        if self._parameters["own_key"] and ledger is None:
            raise click.UsageError("--key needs --ledger")
        resumed = self._prepared(ledger) if ledger is not None and Path(ledger).exists() else 0
        with client_of(self._catalog, self._parameters) as client:
            if self._parameters["own_to"] is None:
                code = self._written(client)
            else:
                path = self._parameters["own_to"]
                with _opened(path, "w") if ledger is None else _added_to(path) as self._out:
                    code = self._written(client)
        if code != INTERRUPTED or self._counts:
            self._summary(resumed)
        return code

    def _prepared(self, ledger: str) -> int:
        """Let the ledger retry what the options say; returns how many jobs it has that are going on."""
        from ...ledger.ledger import Ledger

        with Ledger(ledger) as found:
            if self._parameters["own_retry"]:
                found.retry(**dict.fromkeys(self._parameters["own_retry"], True), kind=self._entry.name)
            tally = found.tally(self._entry.name)
            return sum(tally[state] for state in tally if state in ("sending", "running"))

    def _written(self, client: Any) -> int:
        key = self._parameters["own_key"]
        batch = client.jobs[self._entry.name].run_many
        with line(self._entry.command or self._entry.name) as shown:
            more: dict[str, Any] = {}
            if self._parameters["own_ledger"] is not None:
                more = {"ledger": self._parameters["own_ledger"]}
                more |= {} if key is None else {"key": lambda values: json.dumps(values.get(key))}
            outcomes = batch(
                self._inputs(),
                max_in_flight=self._parameters["own_max"],
                timeout=self._parameters["own_timeout"],
                on_update=shown.show_counts if sys.stderr.isatty() else None,
                **more,
            )
            try:
                for outcome in outcomes:
                    self._print(self._row(client, outcome))
            except KeyboardInterrupt:
                outcomes.close()
                return self._interrupted(outcomes.running)
        if self._counts["unsure"]:
            return UNSURE
        return DONE if self._counts.total() == self._counts["done"] else FAILED

    def _interrupted(self, running: list[Any]) -> int:
        """Print the jobs that are still running, so that none is lost."""
        if self._parameters["own_ledger"] is None:
            for job in running:
                self._print({"input": None, "state": "running", "job": job.id, "token": job.token})
        print("interrupted; jobs that were submitted are still running", file=sys.stderr)
        again = "run the same command again" if self._parameters["own_ledger"] else "their tokens are in the output"
        print(f"  to go on: {again}", file=sys.stderr)
        return INTERRUPTED

    def _inputs(self) -> Iterator[dict[str, Any]]:
        """The arguments of each job. A line that is wrong is printed as an outcome, and the next one is read."""
        from ...ledger.batch.claims import stored_input

        path = self._parameters["own_file"]
        file = io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", "surrogateescape") if path == "-" else _opened(path, "r")
        with file:
            first = next(file, "")
            is_csv = path.endswith(".csv") or _is_header(first, self._entry)
            lines = chain([first], file)
            rows = _csv_rows(lines, self._catalog, self._entry) if is_csv else _json_rows(lines)
            for number, values in rows:
                try:
                    if isinstance(values, Exception):
                        raise values
                    arguments = arguments_of(self._catalog, self._entry, values)
                    if self._parameters["own_ledger"] is not None:
                        stored_input(arguments)  # raises an error for what no ledger can hold
                    yield arguments
                except ValueError as error:
                    self._wrong += 1
                    wrong = {"input": None, "line": number, "state": "refused", "error": "InvalidArgument"}
                    self._print({**wrong, "message": str(error)})

    def _row(self, client: Any, outcome: Any) -> dict[str, Any]:
        from msgspec.structs import replace

        jobs = client.jobs[self._entry.name]
        stored = json.loads(jobs.outcome_to_json(replace(outcome, input=None)))["outcome"]
        error: ClientError | None = outcome.error
        row = {
            "input": _in_json(outcome.input),
            "state": _state(outcome),
            "job": None if outcome.job is None else outcome.job.id,
        }
        if error is None:
            return {**row, "result": stored["result"]}
        row |= {"error": type(error).__name__, "message": error.message, "code": getattr(error, "code", None)}
        return row | ({"token": error.token} if error.token is not None else {})

    def _print(self, row: dict[str, Any]) -> None:
        self._counts[row["state"]] += 1
        self._out.write(f"{json_of(row)}\n")
        self._out.flush()

    def _summary(self, resumed: int) -> None:
        earlier = 0 if self._parameters["own_ledger"] is None else self._ended() - self._from_ledger()
        nothing = "nothing is left to do" if earlier else "no inputs"
        counts = ", ".join(f"{count:,} {state}" for state, count in sorted(self._counts.items())) or nothing
        more = f" ({resumed:,} resumed)" if resumed else ""
        print(f"{counts}{more}", file=sys.stderr)
        if earlier > 0:
            export = f"{self._catalog.command} ledger export {shlex.quote(self._parameters['own_ledger'])} --to FILE"
            print(f"  {earlier:,} more ended in earlier runs: {export} writes them all", file=sys.stderr)

    def _ended(self) -> int:
        """How many inputs in the ledger are over."""
        from ...ledger.ledger import Ledger

        with Ledger(self._parameters["own_ledger"]) as found:
            return sum(count for state, count in found.tally(self._entry.name).items() if not state.is_open)

    def _from_ledger(self) -> int:
        """How many outcomes of this run are those of inputs that are over."""
        return self._counts.total() - self._counts["running"] - self._counts["new"] - self._wrong


def _state(outcome: Any) -> str:
    """How an outcome is called in a ledger."""
    from ...jobs.errors import SubmitUncertain
    from ...ledger.batch.journal import state_after

    has_job = outcome.job is not None
    if outcome.error is None:
        return "done"
    if isinstance(outcome.error, SubmitUncertain):
        return "unsure"
    return state_after(outcome.error, has_job=has_job) or ("running" if has_job else "new")


def _is_header(text: str, entry: JobEntry) -> bool:
    """Whether the first line of an input is the header of CSV: one of its cells is an argument."""
    return any(cell.strip(' "\n') in entry.properties for cell in text.split(","))


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                value = json.loads(_utf8(text))
            except (ValueError, RecursionError) as error:
                yield number, ValueError(f"line {number} is not JSON: {error}")
                continue
            yield number, value if isinstance(value, dict) else ValueError(f"line {number} is no JSON object")


def _csv_rows(lines: Iterable[str], catalog: Catalog, entry: JobEntry) -> Iterator[tuple[int, Any]]:
    """The rows of a CSV file by its header. An empty cell is an argument that is not given."""
    import csv

    reader = csv.DictReader(lines)
    while True:
        try:
            row = next(reader, None)
            if row is None:
                return
            cells = {name: _utf8(text) for name, text in row.items() if name is not None and text}
            yield reader.line_num, {name: _cell(catalog, entry.properties.get(name), cells[name]) for name in cells}
        except (ValueError, csv.Error) as error:
            yield reader.line_num, ValueError(f"line {reader.line_num}: {error}")


def _utf8(text: str) -> str:
    """The text of a file. Raises `ValueError` if it has bytes that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it is not UTF-8") from None
    return text


def _cell(catalog: Catalog, schema: Schema | None, text: str) -> Any:
    """A cell as a JSON value: text where the argument is text, JSON elsewhere."""
    kind = None if schema is None else simple(catalog, schema).get("type")
    if kind in (None, "string"):
        return text
    if kind == "boolean":
        return json.loads(text.lower())
    if kind == "array" and not text.startswith("["):
        return [text]
    return json.loads(text)


def _in_json(given: Any) -> Any:
    """An input as JSON, with files by their paths; `None` for one that has no such form."""
    from ...errors.client import InvalidArgument
    from ...ledger.batch.claims import stored_input

    try:
        return json.loads(stored_input(given).text)
    except InvalidArgument:
        return None


def _opened(path: str, mode: str) -> TextIO:
    try:
        if mode == "r":
            return Path(path).open(encoding="utf-8-sig", errors="surrogateescape", newline="")
        return Path(path).open(mode, encoding="utf-8", newline="")  # type: ignore[return-value]
    except OSError as error:
        raise click.ClickException(f"{path} cannot be opened: {error.strerror}") from error


def _added_to(path: str) -> TextIO:
    """A file to which outcomes are added. A line that a crash has cut is dropped: the ledger hands it out again."""
    out = _opened(path, "a")
    with Path(path).open("r+b") as file:
        left = end = file.seek(0, io.SEEK_END)
        while left:
            start = max(left - _CHUNK, 0)
            file.seek(start)
            newline = file.read(left - start).rfind(b"\n")
            left = start
            if newline >= 0:
                left += newline + 1
                break
        if left != end:
            file.truncate(left)
    return out
