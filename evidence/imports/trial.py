"""Try one document: import it, generate its package, run the package's tests, and run its jobs on its simulator."""

from __future__ import annotations

import io
import os
import re
import resource
import shlex
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bide.emit.render import render
from bide.importer.importing import NotImported, Wanted, imported, opened
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from evidence.imports.truth import Verdict, judged

_SPEED = 60.0
_TESTS_SECONDS = 600.0


@dataclass(slots=True)
class Trial:
    """What became of one document."""

    document: str
    seconds: float = 0.0
    memory: int = 0
    """The most memory that the process had by then, in MB."""
    verdict: Verdict | None = None
    refusal: str = ""
    jobs: int = 0
    operations: int = 0
    todos: int = 0
    left_out: int = 0
    tests: str = ""
    """`pass`, or how they failed; empty: not run."""
    ran: int = 0
    """Jobs that ran on the simulator."""
    tried: int = 0
    why: list[str] = field(default_factory=list)


def tried(path: Path, folder: Path, *, with_tests: bool = True) -> Trial:
    """The trial of a document; its spec and its package are left in *folder*."""
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")
    trial, began = Trial(path.stem), time.monotonic()
    try:
        found = imported(opened(path), Wanted(name=name), source=path.name, schema="bide.schema.json")
    except NotImported as why:
        trial.refusal = " ".join(str(why).split())
        trial.seconds = time.monotonic() - began
        trial.verdict = judged(path.stem, [])
        return trial
    trial.seconds = time.monotonic() - began
    trial.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    pairs = found.draft.jobs.values()
    trial.verdict = judged(path.stem, [(str(each.submit), _at(each.poll.operation)) for each in pairs])
    trial.jobs, trial.operations = len(found.draft.jobs), len(found.draft.data.get("operations", {}))
    trial.todos, trial.left_out = found.todos, len(found.draft.left_out)
    (folder / f"{name}.yaml").write_text(found.text, encoding="utf-8")
    provider = read_spec(f"{name}.yaml", found.text)
    for file, text in render(provider).items():
        target = folder / name / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    if provider.jobs:
        _run(trial, folder / name, provider)
        if with_tests:
            trial.tests = _tested(folder / name)
    return trial


def _at(operation: Any) -> str:
    return str(operation) if operation.path else ""


def _run(trial: Trial, package: Path, provider: Any) -> None:
    """Run up to four of the jobs, with the command line of the package."""
    from bide_runtime.apps.catalog.catalog import Catalog
    from bide_runtime.apps.cli import run
    from bide_runtime.apps.cli.jobs import example_of

    sys.path.insert(0, str(package))
    here = Path.cwd()
    os.chdir(package)
    Path("example.bin").write_bytes(b"example")
    try:
        catalog = Catalog.of(f"{provider.name}_client")
        with Simulator(provider, speed=_SPEED, scenarios="- scenario: succeed; duration=1") as simulator:
            os.environ.update({secret.env: "key" for secret in provider.auth})
            os.environ.update({f"{provider.name.upper()}_BASE_URL": simulator.url, "BIDE_SPEED": f"{_SPEED:g}"})
            for job in list(catalog.jobs.values())[:4]:
                trial.tried += 1
                out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
                words = [str(job.command), "run", *shlex.split(example_of(job)), "-t", "300", "-o", "jsonl"]
                with redirect_stdout(out), redirect_stderr(err):
                    try:
                        code: object = run(catalog.package, words)
                    except SystemExit as ended:
                        code = ended.code
                trial.ran += code == 0
                if code:
                    trial.why.append(f"{job.name}: {' '.join(err.getvalue().split())[:200]}")
    finally:
        os.chdir(here)
        sys.path.remove(str(package))


def _tested(package: Path) -> str:
    """How the tests of a package end."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "2", "tests"]
    env = {**os.environ, "PYTHONPATH": str(package)}
    try:
        ended = subprocess.run(
            command, cwd=package, env=env, capture_output=True, text=True, timeout=_TESTS_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"longer than {_TESTS_SECONDS:g} s"
    if ended.returncode == 0:
        return "pass"
    failed = [line for line in ended.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].removeprefix("FAILED ").partition(" - ")[0] if failed else f"exit code {ended.returncode}"
