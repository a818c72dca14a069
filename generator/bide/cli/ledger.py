"""`bide ledger`: look at the ledger of a batch, and settle what it is unsure of."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import click

from bide.cli.terminal import PROBLEM, complain


@click.command(
    short_help="Look at the ledger of a batch.",
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def ledger(arguments: tuple[str, ...]) -> int:
    """Look at the ledger of a batch, and settle what it is unsure of.

    \b
    bide ledger status crawl.db
    bide ledger retry crawl.db --failed
    bide ledger settle crawl.db 17 --nothing-made
    bide ledger export crawl.db --to outcomes.csv

    The runtime does it, which the packages share: `python -m
    bide_runtime.ledger` is the same where Bide is not installed.

    Exit code: 0; 1 if the ledger cannot be used; 2 for wrong usage.
    """
    if find_spec("bide_runtime") is None:
        complain("ledgers are read by the runtime of the packages: pip install bide-runtime")
        return PROBLEM
    command = [sys.executable, "-m", "bide_runtime.ledger", *arguments]
    return subprocess.run(command, env={**os.environ, "BIDE_LEDGER_COMMAND": "bide ledger"}, check=False).returncode
