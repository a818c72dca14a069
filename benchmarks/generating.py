"""CPU to generate a package from made-up specs: cold, after a change to one field, with nothing changed."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .line import Line, compared
from .made_up import openapi, spec

ABOUT = """
A job is a submit, a poll and two models of ten fields. All run as their command line, in a new process and with
their defaults; what is counted is the CPU of the process and of those that it starts (openapi-python-client runs
ruff). Ours writes sync and async clients, tests and a fake; openapi-python-client sync and async functions and
models; datamodel-code-generator models alone. The two others read the same API as OpenAPI.
Sizes
that the run had no time for are missing below; a single run of 1000 jobs was stopped after 250 s of CPU without an end.
"""

WHY = """
Nearly all of it is black, which lays out every file:
at 20 jobs the templates took 0.2 s of 4.4 s.
As nothing is kept between runs, a run after which nothing changes costs what the first did.
1000 jobs do not fit into ten minutes: one run was stopped after more than 250 s of CPU and was not at its end, which
is over 250 ms for a job, and so the growth from 100 jobs is more than 1.1; how much more was not measured.
"""

_ROUNDS = {10: 3, 100: 3, 1000: 1}


def measure() -> Iterator[Line]:
    """By the number of jobs."""
    for jobs, rounds in _ROUNDS.items():
        taken: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, seconds in _round(jobs).items():
                taken.setdefault(name, []).append(seconds / jobs)
        for peer in "openapi-python-client", "datamodel-code-generator":
            reach = 0.2 if jobs > 10 and peer == "openapi-python-client" else None
            what = f"{jobs} jobs, CPU per job"
            yield compared(what, taken["ours"], peer, taken[peer], reach=reach)
        for name, share in ("one field changed", 0.15), ("nothing changed", 0.05):
            if name in taken:
                yield compared(f"{jobs} jobs, {name}", taken[name], "ours, cold", taken["ours"], reach=share)


def _round(jobs: int) -> dict[str, float]:
    """Seconds of CPU of each, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, api = folder / "acme.yaml", folder / "acme.json"
        api.write_text(openapi(jobs), encoding="utf-8")
        generate = ["bide", "generate", str(ours), "--out", str(folder / "ours")]
        found = {}
        ours.write_text(spec(jobs), encoding="utf-8")
        found["ours"] = _cpu(*generate)
        found["openapi-python-client"] = _cpu(
            "openapi_python_client", "generate", "--path", str(api), "--output-path", str(folder / "client")
        )
        found["datamodel-code-generator"] = _cpu(
            "datamodel_code_generator", "--input", str(api), "--output", str(folder / "models.py")
        )
        if jobs == 100:
            found["nothing changed"] = _cpu(*generate)
            ours.write_text(spec(jobs, first="another"), encoding="utf-8")
            found["one field changed"] = _cpu(*generate)
        return found


def _cpu(module: str, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The peers run ruff by its name.
    subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
