"""`python -m bide_runtime.ledger status|retry|settle|export FILE`: what `bide ledger` runs."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from textwrap import shorten

from ..errors.client import ClientError
from ..steps.text import dumps
from .ledger import Ledger
from .state import EntryState


def main(arguments: list[str] | None = None, *, prog: str = "python -m bide_runtime.ledger") -> int:
    """Run one command; returns its exit code."""
    options = _parser(prog).parse_args(arguments)
    try:
        with Ledger(options.file) as ledger:
            commands = {"status": _status, "retry": _retry, "settle": _settle, "export": _export}
            return commands[options.command](ledger, options)
    except ClientError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser(prog: str) -> ArgumentParser:
    parser = ArgumentParser(prog=prog, description="Look at the ledger of a batch.")
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="how many inputs are in each state")
    retry = commands.add_parser("retry", help="let the next batch submit inputs again")
    for name, text in _RETRIES.items():
        retry.add_argument(f"--{name}", action="store_true", help=text)
    settle = commands.add_parser("settle", help="say what became of an unsure submit, or of a job that is gone")
    export = commands.add_parser("export", help="write the outcomes to a file")
    for command in (status, retry, settle, export):
        command.add_argument("file", help="the ledger")
        if command is not settle:
            command.add_argument("--kind", help="one kind of job; default: all")
    settle.add_argument("number", type=int, help="the number of the input, as `status` prints it")
    found = settle.add_mutually_exclusive_group(required=True)
    found.add_argument("--token", help="the job exists: wait for it")
    found.add_argument("--nothing-made", action="store_true", help="there is no job: submit it again")
    export.add_argument("--to", required=True, help="a .jsonl, .csv or .parquet file")
    return parser


_RETRIES = {
    "failed": "those whose job ended without a result",
    "refused": "those whose submit was refused",
    "unsure": "those whose job may exist: they may be paid for twice",
    "running": "those whose job the provider no longer knows: if it does, they are paid for twice",
}


def _status(ledger: Ledger, options: Namespace) -> int:
    kinds = ledger.kinds if options.kind is None else [options.kind]
    tallies = {kind: ledger.tally(kind) for kind in kinds}
    width = max(map(len, ["kind", *kinds]))
    print("kind".ljust(width), *(f"{state:>9}" for state in EntryState))
    for kind, tally in tallies.items():
        print(kind.ljust(width), *(f"{tally[state]:>9,}" for state in EntryState))
    print(f"{ledger.path}: {ledger.provider}, {ledger.paid:,} submits that may have cost money")
    for outcome in ledger.outcomes(EntryState.UNSURE, kind=options.kind):
        print(
            f"unsure: {outcome.number} {outcome.kind} {shorten(dumps(outcome.input).decode(), 80, placeholder=' ...')}"
        )
    return 0


def _retry(ledger: Ledger, options: Namespace) -> int:
    chosen = {name: getattr(options, name) for name in _RETRIES}
    if not any(chosen.values()):
        print(f"error: say which inputs: {', '.join(f'--{name}' for name in _RETRIES)}", file=sys.stderr)
        return 2
    print(f"{ledger.retry(**chosen, kind=options.kind):,} inputs will be submitted again by the next batch")
    return 0


def _settle(ledger: Ledger, options: Namespace) -> int:
    ledger.settle(options.number, token=options.token, nothing_made=options.nothing_made)
    print("the next batch waits for this job" if options.token else "the next batch submits this input again")
    return 0


def _export(ledger: Ledger, options: Namespace) -> int:
    print(f"{ledger.export(options.to, kind=options.kind):,} outcomes in {options.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main(prog=os.environ.get("BIDE_LEDGER_COMMAND", "python -m bide_runtime.ledger")))
