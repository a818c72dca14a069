"""Run one script with one client, with a simulator and a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clients import Client
from judgement import Seen
from scripts import BOUND, PAUSE, Script

from bide.ir import Job, Provider
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator

_REPOSITORY = Path(__file__).resolve().parents[2]
_CALLER = Path(__file__).with_name("caller")
_KEY = "sk_ks_rivals"
"""The SDK of KnowledgeSDK accepts only keys with this start."""

_USUAL_FLOOR = 0.5
"""Bide's default min_interval for providers that document none. Other clients cannot be expected to keep it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Runs clients."""

    theirs: Path
    """The Python with the other clients."""
    providers: Mapping[str, Provider]

    @classmethod
    def of(cls, theirs: Path) -> Stage:
        """A stage for the providers of `specs/`."""
        specs = sorted((_REPOSITORY / "specs").glob("*.yaml"))
        providers = [read_spec(spec.name, spec.read_text(encoding="utf-8")) for spec in specs]
        return cls(theirs, {each.name: _without_our_floor(each) for each in providers})

    def play(self, client: Client, script: Script, *, mode: str) -> Seen:
        """The outcome of a script. `mode` is `sync` or `async`, the latter for our clients only."""
        provider, job = self.providers[client.provider], client.job_of(script)
        # The first job follows the script. A second one, which should not exist, succeeds.
        scenarios = [
            {"match": {"job": job, "nth": 1}, "scenario": script.scenario},
            {"scenario": "succeed; duration=1"},
        ]
        with Simulator(provider, scenarios=json.dumps(scenarios)) as simulator:
            told = self._call(client, self._order(client, script, provider, simulator.url, mode))
            state: Any = simulator.state()
        [spec] = [each for each in provider.jobs if each.name == job]
        submit = f"{spec.submit.method.upper()} {spec.submit.path}"
        return Seen(
            **told,
            jobs=len(state["jobs"]),
            submits=state["requests_by_path"].get(submit, 0),
            polls=sum(each["polls"] for each in state["jobs"]),
        )

    def _order(self, client: Client, script: Script, provider: Provider, url: str, mode: str) -> dict[str, Any]:
        order = {
            "module": client.module,
            "function": client.function(script) + ("_async" if mode == "async" else ""),
            "url": url + client.prefix,
            "key": _KEY,
            "job": client.job_of(script),
            "arguments": client.arguments_of(script),
            "pause": PAUSE,
            "timeout": script.timeout,
        }
        if client.is_ours:
            order |= {
                "package": str(_REPOSITORY / "generated" / provider.name),
                "client": f"{provider.name}_client",
                "class": provider.class_name,
            }
        return order

    def _call(self, client: Client, order: dict[str, Any]) -> dict[str, Any]:
        """The report of a client's process, or how the process ended."""
        python = sys.executable if client.is_ours else str(self.theirs)
        host = urlsplit(order["url"]).hostname or ""
        try:
            done = subprocess.run(
                [python, "-I", str(_CALLER)],
                input=json.dumps(order),
                capture_output=True,
                text=True,
                timeout=BOUND,
                check=False,
                env={**os.environ, "NO_PROXY": host, "no_proxy": host},
            )
        except subprocess.TimeoutExpired:
            return {"ended": "stopped", "seconds": BOUND}
        if done.returncode != 0:
            return {"ended": "broke", "message": done.stderr.strip().rpartition("\n")[2]}
        told: dict[str, Any] = json.loads(done.stdout)
        return told


def _without_our_floor(provider: Provider) -> Provider:
    """The provider as its pages describe it, without a min_interval that only Bide assumes."""
    return replace(provider, jobs=tuple(map(_patient, provider.jobs)))


def _patient(job: Job) -> Job:
    if job.polling.min_interval != _USUAL_FLOOR:
        return job
    return replace(job, polling=replace(job.polling, min_interval=0.0))
