"""CPU time to generate a package from made-up specs: cold, after a change of one field, and without a change."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from evidence.benchmarks.line import Line, compared
from evidence.benchmarks.made_up import openapi, spec

ABOUT = """
A job is a submit, a poll and two models of ten fields. All run as their command line, in a new process and with
their defaults; what is counted is the CPU of the process and of those that it starts (openapi-python-client runs
ruff). Ours writes sync and async clients, tests and a fake; openapi-python-client sync and async functions and
models; datamodel-code-generator models alone. The two others read the same API as OpenAPI.
"Growth" is our CPU per job at 1000 jobs beside that at 100.
"""

WHY = """
Black is out of it: it is asked about no statement of these packages, and jsonschema about none of these specs. At 100
jobs a third of a cold run is loading: click, Jinja, PyYAML and our own modules. At 1000 jobs two fifths of the work are
the templates and what they ask of the views, a seventh the rules, a ninth the reading of the YAML, and less than a
tenth each what remains: what the spec means, its shape, the breaking of long lines, finding what to import, writing.

After a change to one field all is done anew. Loading the generator alone takes more than the quarter that was wanted,
so no new process can reach it. Inside `--watch` all is loaded, but reading the YAML with its places takes a twelfth of
a cold run, more than the twentieth that was wanted; the events of libyaml alone take half of that twentieth. To reach
it, an edit would have to be found in the text, and only what depends on it be checked and printed anew. A save of a
hundred jobs takes a third of a second as it is. Tried without effect: a run without garbage collection there, and
texts of equal statements kept. Each command is imported when it runs, and compiled templates are kept, also where
Python writes no bytecode.
"""

_ROUNDS = {10: 3, 100: 5, 1000: 3}


def measure() -> Iterator[Line]:
    """The lines, by the number of jobs."""
    ours_by_size: dict[int, list[float]] = {}
    for jobs, rounds in _ROUNDS.items():
        taken: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, seconds in _round(jobs).items():
                taken.setdefault(name, []).append(seconds / jobs)
        for peer in "openapi-python-client", "datamodel-code-generator":
            reach = 0.2 if jobs > 10 and peer == "openapi-python-client" else None
            what = f"{jobs} jobs, CPU per job"
            yield compared(what, taken["ours"], peer, taken[peer], reach=reach)
        ours_by_size[jobs] = taken["ours"]
        for name, share in (
            ("one field changed", 0.25),
            ("one field changed, inside `--watch`", 0.05),
            ("nothing changed", 0.05),
        ):
            if name in taken:
                yield compared(f"{jobs} jobs, {name}", taken[name], "ours, cold", taken["ours"], reach=share)
    many, few = median(ours_by_size[1000]), median(ours_by_size[100])
    yield compared("growth, CPU per job", [many], "ours at 100 jobs", [few], reach=1.1)


def _round(jobs: int) -> dict[str, float]:
    """CPU seconds of each candidate, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
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
            found["one field changed, inside `--watch`"] = _watched(generate, ours, spec(jobs))
        return found


def _watched(command: list[str], file: Path, text: str) -> float:
    """CPU seconds that `--watch` takes after *text* is saved. Linux says them."""
    watch = [sys.executable, "-u", "-m", *command, "--watch"]
    with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        used = []
        for line in process.stdout:
            if line.startswith("watching"):
                used.append(int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9)
                if len(used) == 2:
                    break
                file.write_text(text, encoding="utf-8")
        process.terminate()
    return used[1] - used[0]


def _cpu(module: str, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The other generators run `ruff` from the path.
    subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
