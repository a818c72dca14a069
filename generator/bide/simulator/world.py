"""The simulated server as a pure machine: a request and the time go in, an answer comes out. Knows nothing of sockets.

Time is in the server's seconds, from 0; it may run faster than the wall's.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, replace

from bide.ir import Job, Json, Operation, Pointer, Provider

from . import arguments, stream
from .answer import Answer, Asked, damaged, of_json
from .arguments import Arguments
from .bodies import Bodies
from .catalog import Catalog
from .gate import Gate
from .identity import new_id
from .job import SimulatedJob, begin
from .refusal import Refused, refusal
from .routes import Matched, Role, Route, Routes
from .scenario import Damage, Fault, Outcome, Scenario, ScenarioError, read
from .script import Script
from .view import of_job, of_request
from .walk import NoWay, first_status

SCENARIO_HEADER = "x-bide-scenario"

UNKNOWN_STATUS = "not_in_the_spec"

_SLACK = 0.02
"""Wall-clock seconds by which a poll may come too soon: requests do not all take equally long to arrive."""


@dataclass(slots=True)
class Try:
    """The same submit or call, sent again and again: one script of faults runs through all of its tries."""

    scenario: Scenario
    number: int
    count: int = 0


class World:
    """One provider's server. Deterministic: the same requests at the same times with the same seed get the same answers."""

    def __init__(
        self,
        provider: Provider,
        *,
        seed: int = 0,
        speed: float = 1.0,
        script: Script = Script(),
        key: str | None = None,
    ) -> None:
        script.check({job.name for job in provider.jobs}, {operation.name for operation in provider.operations})
        self._provider = provider
        self._seed = seed
        self._speed = speed
        self._script = script
        self._gate = Gate(provider, key)
        self._catalog = Catalog(provider)
        self._bodies = Bodies(provider, speed=speed)
        self._routes = Routes(provider)
        self._jobs: dict[str, SimulatedJob] = {}
        self._by_key: dict[tuple[str, str], tuple[Json, str]] = {}
        self._tries: dict[tuple[str, ...], Try] = {}
        self._begun: Counter[str] = Counter()
        self._paths: Counter[str] = Counter()
        self._statuses: Counter[int] = Counter()

    def handle(self, asked: Asked, now: float) -> Answer:
        """Answer one request that came at *now*."""
        request_id = f"req_{self._paths.total() + 1:06d}"
        matched = self._routes.find(asked.method, asked.path)
        template = matched.routes[0].endpoint.path if matched and matched.routes else asked.path
        self._paths[f"{asked.method} {template}"] += 1
        try:
            self._gate.check(asked)
            answer = self._serve(asked, matched, now, request_id)
        except Refused as refused:
            answer = refusal(self._provider, refused, request_id)
        self._statuses[answer.status] += 1
        if self._provider.request_id_header:
            answer = replace(answer, headers={**answer.headers, self._provider.request_id_header.lower(): request_id})
        return answer

    def report(self, now: float) -> dict[str, Json]:
        """What happened so far, for tests and people."""
        return {
            "provider": self._provider.name,
            "requests": self._paths.total(),
            "requests_by_path": dict(sorted(self._paths.items())),
            "replies_by_status": {str(status): count for status, count in sorted(self._statuses.items())},
            "jobs": [
                {
                    "id": job.id,
                    "job": job.spec.name,
                    "status": job.schedule.status(now),
                    "state": job.state(now).value,
                    "outcome": job.scenario.outcome.value,
                    "submits": job.submits,
                    "polls": job.polls,
                    "floor_violations": job.floor_violations,
                    "result_fetches": job.result_fetches,
                    "cancels": job.cancels,
                }
                for job in self._jobs.values()
            ],
        }

    def _serve(self, asked: Asked, matched: Matched | None, now: float, request_id: str) -> Answer:
        if matched is None:
            raise Refused(404, f"there is nothing at {asked.path}")
        if not matched.routes:
            raise Refused(405, f"{asked.path} does not take {asked.method}")
        role = matched.routes[0].role
        if role in (Role.CALL, Role.SUBMIT):
            route, given = self._chosen(matched, asked)
            return self._begin(route, given, asked, now, request_id)
        job = self._job(matched)
        answers = {Role.POLL: self._poll, Role.RESULT: self._result, Role.CANCEL: self._cancel}
        return answers[role](job, asked, now, request_id)

    def _chosen(self, matched: Matched, asked: Asked) -> tuple[Route, Arguments]:
        """Which of several endpoints at one path a request means: the one whose constants it has."""
        read_as = [
            (route, arguments.read(self._catalog, route.endpoint, asked, matched.path)) for route in matched.routes
        ]
        route, given = min(read_as, key=lambda pair: (len(pair[1].strange), len(pair[1].problems)))
        if given.strange and len(read_as) > 1:
            path = next(iter(given.strange))
            known = {json.dumps(other.strange[path]): None for _, other in read_as if path in other.strange}
            raise Refused(400, f"{path} is not one of {', '.join(known)}")
        if given.problems:
            raise Refused(400, "; ".join(given.problems))
        return route, given

    # --- submits and operations ---

    def _begin(self, route: Route, given: Arguments, asked: Asked, now: float, request_id: str) -> Answer:
        of = route.of
        assert isinstance(of, Job | Operation)
        fingerprint = (asked.method, asked.path, repr(asked.query), asked.body.hex(), asked.headers.get(SCENARIO_HEADER, ""))
        key = self._key_of(of, asked)
        tried = self._tries.setdefault((*fingerprint, key or ""), None) or self._first_try(of, asked)
        return self._served(of, given, now, request_id)
