"""`bide serve`: runs a simulator of each provider until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bide.cli.specs import checked, contents_of, specs_argument
from bide.cli.terminal import OK, PROBLEM, complain

if TYPE_CHECKING:
    from bide.ir import Provider
    from bide.simulator.journal.journal import Entry


@click.command(short_help="Simulate each provider on this machine.")
@specs_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8700,
    show_default=True,
    help="Port of the first simulator; the others get the next ones. 0: any free ports.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0.001),
    default=1.0,
    show_default=True,
    help="How many times faster than real time jobs run. Clients need a clock of the same speed, which is printed.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed and the same requests give the same replies.")
@click.option(
    "--scenarios",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A YAML file that says how each job ends and which requests fail.",
)
@click.option("--log", is_flag=True, help="Print each request as a line: time in seconds, request, answer.")
def serve(specs: tuple[Path, ...], port: int, speed: float, seed: int, scenarios: Path | None, log: bool) -> int:
    """Simulate each provider on this machine, until Ctrl-C.

    \b
    bide serve specs/acme.yaml                 on http://127.0.0.1:8700
    bide serve specs/*.yaml --port 9000        on 9000, 9001 and so on
    bide serve specs/acme.yaml --speed 20      a minute takes 3 seconds
    bide serve specs/acme.yaml --scenarios bad-day.yaml

    Prints what the package's command line and its clients need. With --speed
    they need a clock of that speed: otherwise they would wait in real seconds.

    A simulator accepts any API key, checks requests against the spec, takes
    each job through its lifecycle and answers with the spec's examples.
    Faults come from a scenario file, or for one job from the request header
    X-Bide-Scenario, such as `fail; duration=3; poll=429,502`. The page whose
    address is printed shows each job and request, submits jobs, makes the
    next one fail, and writes down what was done as a scenario file. Of several
    providers, `match: {provider: acme, job: crawl}` names one.

    Exit code: 0 after Ctrl-C, 1 for problems, 2 for a wrong command.
    """
    found = checked(specs, warns=len(set(specs)) == 1)  # of several, each has a process, which warns
    if found is None:
        return PROBLEM
    script = b"".join(contents_of([scenarios]).values() if scenarios else ())
    name = "" if scenarios is None else f"{scenarios.as_posix()}: "
    if len(found[0]) == 1:
        return _simulate(*found[0].values(), port=port, speed=speed, seed=seed, script=script, name=name, log=log)
    problem = _problem(script, found[0].values())
    if problem is not None:
        complain(name + problem)
        return PROBLEM
    from bide.cli.serving.processes import run_together

    options = ["--speed", str(speed), "--seed", str(seed), *(["--scenarios", str(scenarios)] if scenarios else [])]
    options += ["--log"] if log else []
    commands = [
        [sys.executable, "-P", "-m", "bide", "serve", "--port", str(port + number if port else 0), *options, "--", file]
        for number, file in enumerate(found[0])
    ]
    return run_together(commands)


def _problem(script: bytes, providers: Collection[Provider]) -> str | None:
    """Why these providers together cannot follow a scenario file; `None` if they can."""
    from bide.simulator.life.scenario import ScenarioError
    from bide.simulator.life.script import Script

    try:
        Script.load(script.decode("utf-8", "replace")).check_all(providers)
    except ScenarioError as error:
        return " ".join(str(error).split())
    return None


def _simulate(provider: Provider, *, port: int, speed: float, seed: int, script: bytes, name: str, log: bool) -> int:
    """Serve until Ctrl-C. *name* is that of the scenario file, for messages."""
    from bide.cli import report
    from bide.simulator.life.scenario import ScenarioError
    from bide.simulator.server.server import PortNotFree, SimulatorError, page_of
    from bide.simulator.server.server import serve as serve_forever

    def say(url: str) -> None:
        click.echo(report.simulator(provider, url, page=page_of(url), speed=speed))
        sys.stdout.flush()

    def note(entry: Entry) -> None:
        click.echo(report.exchange(entry))
        sys.stdout.flush()

    scenarios = script.decode("utf-8", "replace")
    heard = note if log else None
    try:
        serve_forever(provider, port=port, speed=speed, seed=seed, scenarios=scenarios, ready=say, on_entry=heard)
    except PortNotFree as error:
        complain(f"{' '.join(str(error).split())}; choose another port with --port")
        return PROBLEM
    except ScenarioError as error:
        complain(name + " ".join(str(error).split()))
        return PROBLEM
    except SimulatorError as error:
        complain(" ".join(str(error).split()))
        return PROBLEM
    except KeyboardInterrupt:
        pass
    return OK
