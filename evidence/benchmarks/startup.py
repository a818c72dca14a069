"""The command line of a package: the time until its help is there, each in a new process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from evidence.benchmarks.line import Line, compared

ABOUT = """
The help of `scrapio`, and of its command with the most options, beside the help of a program of nine lines that
imports click and has one command. Wall-clock time of a new process, with bytecode that was compiled before.
"""

ROUNDS = 25

_HELLO = '''
import click

@click.group()
def cli():
    """Hello."""

@cli.command()
@click.option("--name", help="Who to greet.")
def hello(name):
    click.echo(f"Hello, {name}!")

cli()
'''


def measure() -> Iterator[Line]:
    """The help of the whole, then that of one command."""
    with TemporaryDirectory() as folder:
        hello = Path(folder, "hello.py")
        hello.write_text(_HELLO, encoding="utf-8")
        for what, words, reach in (
            ("`scrapio --help`", ["--help"], 1.3),
            ("`scrapio fetch run --help`", ["fetch", "run", "--help"], None),
        ):
            taken: dict[str, list[float]] = {"ours": [], "click": []}
            for number in range(ROUNDS + 1):
                for name, command in (
                    ("ours", ["-m", "scrapio_client", *words]),
                    ("click", [str(hello), "--help"]),
                ):
                    began = time.perf_counter()
                    subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
                    if number:
                        taken[name].append(time.perf_counter() - began)
            yield compared(what, taken["ours"], "click's own hello", taken["click"], reach=reach)
