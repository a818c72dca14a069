"""A scenario file: which job or operation follows which scenario.

    - match: {job: fetch, nth: 3}          # the third fetch job
      scenario: fail; duration=3
    - match: {job: crawl, share: 0.1}      # 10 % of the crawls, chosen by the seed
      outcome: partial
      poll: [429, 502]
    - match: {operation: search}
      call: slow:2
    - match: {provider: acme, job: crawl}  # those of this provider, if several are simulated
      scenario: stall
    - scenario: succeed; duration=1        # everything else

The first matching entry applies. `nth` is the number of the job or operation, from 1.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bide.ir import Job, Provider
from bide.simulator.life.job import problem_of
from bide.simulator.life.scenario import Scenario, ScenarioError, from_mapping, meant, read

_MATCHES = ("provider", "job", "operation", "nth", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the file."""

    scenario: Scenario
    place: int = 0
    """Its place in the file, from 0."""
    provider: str | None = None
    """The name of the provider that it is for; `None`: each."""
    kind: str | None = None
    """`job` or `operation`; `None`: both."""
    name: str | None = None
    nth: int | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Script:
    """All entries of a file, in order. Without any, everything succeeds."""

    rules: tuple[Rule, ...] = ()

    def scenario(self, kind: str, name: str, nth: int, *, seed: int) -> Scenario:
        """The scenario of the `nth` job or operation of this name."""
        for rule in self.rules:
            if rule.kind not in (None, kind) or rule.name not in (None, name) or rule.nth not in (None, nth):
                continue
            if rule.share >= 1 or random.Random(f"{seed}:{rule.place}:{kind}:{name}:{nth}").random() < rule.share:
                return rule.scenario
        return Scenario()

    def of(self, provider: str) -> Script:
        """The entries that are for this provider."""
        return Script(tuple(rule for rule in self.rules if rule.provider in (None, provider)))

    @classmethod
    def load(cls, text: str) -> Script:
        """Read a scenario file. Raises `ScenarioError`, which names the entry."""
        try:
            # The base loader reads every scalar as text, so that 429:2 is not read as a number in base 60.
            entries = yaml.load(text, Loader=yaml.BaseLoader)  # it constructs only texts, lists and maps
        except yaml.YAMLError as error:
            raise ScenarioError(f"the scenario file is not YAML: {error}") from None
        if entries in (None, ""):
            return cls()
        if not isinstance(entries, list):
            raise ScenarioError("a scenario file is a list of entries, each of which starts with a dash")
        rules = []
        for place, entry in enumerate(entries):
            try:
                rules.append(_rule(place, entry))
            except ScenarioError as error:
                raise ScenarioError(f"entry {place + 1}: {error}") from None
        return cls(tuple(rules))

    def check_all(self, providers: Collection[Provider]) -> None:
        """Raise `ScenarioError` for an entry that one of several providers cannot follow, or with another's name."""
        names = [provider.name for provider in providers]
        for rule in self.rules:
            if rule.provider not in (None, *names):
                raise ScenarioError(
                    f"entry {rule.place + 1}: there is no provider {rule.provider!r}, only {', '.join(names)}"
                )
        for provider in providers:
            jobs, operations = {job.name: job for job in provider.jobs}, {each.name for each in provider.operations}
            try:
                self.of(provider.name).check(jobs, operations)
            except ScenarioError as error:
                raise ScenarioError(
                    f"{error} (of {provider.name}); an entry for one of several providers names it: "
                    f"match: {{provider: {names[0]}, ...}}"
                ) from None

    def check(self, jobs: Mapping[str, Job], operations: set[str]) -> None:
        """Raise `ScenarioError` for an entry with an unknown job or operation, or that no job can follow."""
        for rule in self.rules:
            known = jobs.keys() if rule.kind == "job" else operations
            if rule.kind and rule.name not in known:
                only = f"only {', '.join(sorted(known))}" if known else "nor any other"
                raise ScenarioError(f"entry {rule.place + 1}: there is no {rule.kind} {rule.name!r}, {only}")
            meant = [job for name, job in jobs.items() if rule.kind != "operation" and rule.name in (None, name)]
            problems = [problem_of(job, rule.scenario) for job in meant]
            if problems and all(problems):
                raise ScenarioError(f"entry {rule.place + 1}: {problems[0]}")


def _rule(place: int, entry: Any) -> Rule:
    if not isinstance(entry, dict):
        raise ScenarioError(f"{entry!r} is not an entry, expected match and scenario")
    rest = {key: value for key, value in entry.items() if key not in ("match", "scenario")}
    if "scenario" in entry and rest:
        raise ScenarioError(f"scenario and {', '.join(rest)} cannot be used together")
    scenario = read(str(entry["scenario"])) if "scenario" in entry else from_mapping(rest)
    match = entry.get("match") or {}
    if not isinstance(match, dict):
        raise ScenarioError(f"match is {match!r}, expected a mapping such as {{job: fetch, nth: 3}}")
    for key in match:
        if key not in _MATCHES:
            raise ScenarioError(f"match has no key {key!r}{meant(str(key), _MATCHES)}")
    if {"job", "operation"} <= match.keys():
        raise ScenarioError("match has a job and an operation; write an entry for each")
    kind = next((kind for kind in ("job", "operation") if kind in match), None)
    return Rule(
        scenario=scenario,
        place=place,
        provider=match.get("provider"),
        kind=kind,
        name=match[kind] if kind else None,
        nth=int(_number(match, "nth")) if "nth" in match else None,
        share=_number(match, "share") if "share" in match else 1.0,
    )


def _number(match: Mapping[str, Any], key: str) -> float:
    try:
        return float(match[key])
    except (TypeError, ValueError):
        raise ScenarioError(f"{key} is {match[key]!r}, expected a number") from None
