"""`python -m bide_runtime.ledger status|retry|export FILE`: what `bide ledger` runs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from ..errors.client import ClientError
from .ledger import Ledger
from .state import EntryState


def main(arguments: list[str] | None = None, prog: str = "python -m bide_runtime.ledger") -> int:
    """Run one command; returns its exit code."""
    options = _parser(prog).parse_args(arguments)
    try:
        with Ledger(options.file) as ledger:
            commands = {"status": _status, "retry": _retry, "export": _export}
            commands[options.command](ledger, options)
    except ClientError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser(prog: str) -> ArgumentParser:
    parser = ArgumentParser(prog=prog, description="Look at the ledger of a batch.")
    commands = parser.add_subparsers(dest="command", required=True)
    status = commands.add_parser("status", help="how many inputs are in each state")
    retry = commands.add_parser("retry", help="let the next batch submit inputs again")
    for name, text in _RETRIES.items():
        retry.add_argument(f"--{name}", action="store_true", help=text)
    export = commands.add_parser("export", help="write the outcomes to a file")
    for command in (status, retry, export):
        command.add_argument("file", help="the ledger")
        command.add_argument("--kind", help="one kind of job; default: all")
    export.add_argument("--to", required=True, help="a .jsonl, .csv or .parquet file")
    return parser


_RETRIES = {
    "failed": "those whose job ended without a result",
    "refused": "those whose submit was refused",
    "unsure": "those whose job may exist: they may be paid for twice",
}


def _status(ledger: Ledger, options: Namespace) -> None:
    kinds = ledger.kinds if options.kind is None else [options.kind]
    tallies = {kind: ledger.tally(kind) for kind in kinds}
    width = max(map(len, ["kind", *kinds]))
    print("kind".ljust(width), *(f"{state:>9}" for state in EntryState))
    for kind, tally in tallies.items():
        print(kind.ljust(width), *(f"{tally[state]:>9,}" for state in EntryState))
    print(f"{ledger.path}: {ledger.provider}, {ledger.paid:,} submits that may have cost money")
    for outcome in ledger.outcomes(EntryState.UNSURE, kind=options.kind):
        print(f"unsure: {outcome.number} {outcome.kind} {outcome.input!r:.80}")


def _retry(ledger: Ledger, options: Namespace) -> None:
    chosen = {name: getattr(options, name) for name in _RETRIES}
    print(f"{ledger.retry(**chosen, kind=options.kind):,} inputs will be submitted again by the next batch")


def _export(ledger: Ledger, options: Namespace) -> None:
    print(f"{ledger.export(options.to, kind=options.kind):,} outcomes in {options.to}")


if __name__ == "__main__":
    sys.exit(main())
