"""The dialogue of `bide verify --live`: what it will do, a question, and then the calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import click

from bide import ir
from bide.cli.live.har import Har, har_of, without_secrets
from bide.cli.live.package import imported
from bide.cli.live.plan import BadPlan, plan
from bide.cli.live.running import arguments_in, run
from bide.cli.terminal import UsageError, complain
from bide.importer.documents.reading import Unreadable, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command for a live verification."""

    jobs: Sequence[str]
    operations: Sequence[str]
    input: Path | None
    base_url: str | None
    timeout: float | None
    yes: bool
    save: Path | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the server said."""

    provider: ir.Provider
    """With the base URL of the calls."""
    recording: Har
    failures: int
    is_interrupted: bool


def heard(provider: ir.Provider, options: Options) -> Heard | None:
    """Ask, and make the calls; `None` if the answer is no. Raises `UsageError`."""
    if find_spec("bide_runtime") is None:
        raise UsageError("bide verify --live needs the runtime: pip install bide-runtime")
    inputs = {}
    if options.input is not None:
        try:
            inputs = dict(arguments_in(options.input, read))
        except (ValueError, Unreadable) as why:
            raise UsageError(str(why)) from why
    with imported(provider) as package:
        folder = Path(str(package.__file__)).parent
        catalog = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
        try:
            planned = plan(provider, catalog, jobs=options.jobs, operations=options.operations, inputs=inputs)
        except BadPlan as why:
            raise UsageError(str(why)) from why
        for line in planned.lines(options.base_url or provider.base_url, options.timeout):
            _say(line)
        if not _may(yes=options.yes):
            return None
        ran = run(provider, package, planned.calls, _say, base_url=options.base_url, timeout=options.timeout)
    recording = har_of(ran.kept)
    if options.save is not None:
        text = json.dumps(without_secrets(recording), indent=1)
        options.save.write_text(text + "\n", encoding="utf-8")
        _say(f"wrote {options.save}, without secrets")
    lost = len(ran.kept) - len(recording["log"]["entries"])
    if lost:
        complain(f"{lost} request{'s' * (lost > 1)} got no reply")
    there = replace(provider, base_url=options.base_url) if options.base_url else provider
    return Heard(there, recording, ran.failures, ran.is_interrupted)


def _may(*, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("--live asks before it sends anything, and there is no terminal: pass --yes")
    return click.confirm("Send these requests?", err=True)


def _say(line: str) -> None:
    from bide.spec.printable import printable

    click.echo(printable(line), err=True)
