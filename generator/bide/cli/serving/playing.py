"""`bide try`: a simulator, the package's command line and a Python prompt, to play with a spec."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import click

from bide.cli import report
from bide.cli.specs import checked
from bide.cli.terminal import PROBLEM, complain


@click.command("try", short_help="Play with a spec: simulator, commands and a prompt.")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--speed",
    type=click.FloatRange(min=0.001),
    default=10.0,
    show_default=True,
    help="How many times faster than real time jobs run.",
)
def play(spec: Path, speed: float) -> int:
    """Play with a spec: its simulator runs, and a Python prompt has a client of it.

    \b
    bide try specs/acme.yaml
    bide try specs/acme.yaml --speed 1
    >>> client.fetch.run(url="https://example.com")
    >>> acme fetch run --url https://example.com

    The package is generated into a folder that is removed at the end. A line
    that begins with the package's command is run as a command. Ctrl-D ends.
    """
    found = checked((spec,))
    if found is None:
        return PROBLEM
    if find_spec("bide_runtime") is None:
        complain(
            "bide try needs the runtime: install Bide with its extra `simulator`, as in pip install '.[simulator]'"
        )
        return PROBLEM
    from bide.emit.render import render
    from bide.simulator.server.server import Simulator, SimulatorError

    [provider] = found[0].values()
    with tempfile.TemporaryDirectory(prefix="bide-try-") as folder:
        for name, text in render(provider).items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        try:
            with Simulator(provider, speed=speed) as simulator:
                env = {
                    **os.environ,
                    **report.environment(provider, simulator.url, speed=speed),
                    "PYTHONPATH": os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])]),
                }
                click.echo(f"the simulator of {provider.title} runs at {simulator.url}, at {speed:g} times real time")
                click.echo(f"{simulator.page} shows its jobs in a browser")
                prompt = [sys.executable, "-m", "bide_runtime.apps.cli.prompt", f"{provider.name}_client"]
                return _until_its_end(prompt, env)
        except SimulatorError as error:
            complain(" ".join(str(error).split()))
            return PROBLEM


def _until_its_end(command: list[str], env: dict[str, str]) -> int:
    """Run a command to its end; Ctrl-C is for it alone. Returns its exit code."""
    with subprocess.Popen(command, env=env) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
