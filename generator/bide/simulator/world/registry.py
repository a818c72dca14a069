"""All jobs of the simulator, by id and by idempotency key. Independent of replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bide.ir import IdAt, Job, Json
from bide.simulator.bodies.bodies import Bodies
from bide.simulator.bodies.identity import new_id
from bide.simulator.bodies.links import value_of
from bide.simulator.bodies.refusal import Refused
from bide.simulator.life.job import SimulatedJob, begin
from bide.simulator.life.scenario import Scenario, ScenarioError
from bide.simulator.life.way import NoWay, first_status


class Registry:
    """The submitted jobs, in order."""

    def __init__(self, bodies: Bodies, seed: int) -> None:
        self._bodies = bodies
        self._seed = seed
        self._jobs: dict[str, SimulatedJob] = {}
        self._by_key: dict[tuple[str, str], tuple[Json, SimulatedJob, float]] = {}
        """The body of the submit, its job and its time, by address and key."""
        self._made: Counter[str] = Counter()

    def find(self, named: Mapping[str, Json], lifecycles: Sequence[str]) -> SimulatedJob:
        """The job with these values in its address. Raises `Refused` if there is none with one of these lifecycles."""
        id = named.get("job_id")
        jobs = self._jobs.values() if id is None else [self._jobs[id]] if id in self._jobs else []
        for job in jobs:
            if job.spec.lifecycle.name in lifecycles and _is_named(job, named):
                return job
        raise Refused(404, f"there is no job {id!r}" if id is not None else "there is no job with this address")

    def get(self, id: str) -> SimulatedJob | None:
        """The job with this id, if there is one."""
        return self._jobs.get(id)

    def known(self, ids: Iterable[str], lifecycles: Iterable[str]) -> list[SimulatedJob]:
        """The jobs with these ids that exist and have one of these lifecycles."""
        wanted = set(lifecycles)
        found = (self._jobs.get(id) for id in ids)
        return [job for job in found if job is not None and job.spec.lifecycle.name in wanted]

    def listed(self, kinds: Iterable[str], named: Mapping[str, Json]) -> list[SimulatedJob]:
        """The jobs of these kinds whose submits had these arguments, the newest first."""
        wanted = set(kinds)
        return [
            job
            for job in reversed(self._jobs.values())
            if job.spec.name in wanted and all(job.sent.get(name) == value for name, value in named.items())
        ]

    def made_before(self, spec: Job, key: str | None, body: Json, now: float) -> SimulatedJob | None:
        """The job that was created with this idempotency key, if the key is still kept.

        Raises `Refused` if it had another body.
        """
        if key is None or (spec.submit.path, key) not in self._by_key:
            return None
        first, job, at = self._by_key[spec.submit.path, key]
        retention = spec.idempotency_key.retention if spec.idempotency_key else None
        if retention is not None and now > at + retention:
            return None
        if first != body:
            raise Refused(409, f"the idempotency key {key!r} was used with another body")
        job.submits += 1
        return job

    def make(self, spec: Job, scenario: Scenario, sent: Mapping[str, Json], now: float, *, id_at: IdAt) -> SimulatedJob:
        """Create a job. Raises `ScenarioError` if it cannot follow the scenario."""
        self._made[spec.name] += 1
        seed = f"{self._seed}:{spec.name}:{self._made[spec.name]}"
        sample, status = self._bodies.samples(spec.reply, spec.job_id.field, spec.lifecycle.status)
        states = spec.lifecycle.states
        is_open = isinstance(status, str) and status in states and not states[status].is_final
        try:
            first = status if is_open else first_status(spec.lifecycle)
        except NoWay as error:
            raise ScenarioError(f"job {spec.name} cannot start: {error}") from None
        is_number = self._bodies.has_number_ids(spec)
        given = sent.get(id_at.argument)
        id = scenario.id_prefix + new_id(spec.name, sample, seed, is_number=is_number) if given is None else str(given)
        job = begin(spec, scenario, id=id, first=first, sent=sent, now=now, seed=seed)
        self._jobs[id] = job
        return job

    def remember(self, job: SimulatedJob, key: str | None, body: Json, now: float) -> None:
        """Store the idempotency key of a job."""
        if key is not None:
            self._by_key[job.spec.submit.path, key] = (body, job, now)

    def report(self, now: float) -> list[dict[str, Json]]:
        """The state and the counts of requests of each job, with the arguments that are no lists and no objects."""
        return [
            {
                "id": job.id,
                "job": job.spec.name,
                "arguments": {
                    name: value for name, value in job.sent.items() if isinstance(value, str | int | float | None)
                },
                "status": job.status(now),
                "state": job.state(now).value,
                "outcome": job.scenario.outcome.value,
                "submits": job.submits,
                "polls": job.polls,
                "early_polls": job.early_polls,
                "result_fetches": job.result_fetches,
                "cancels": job.cancels,
            }
            for job in self._jobs.values()
        ]


def _is_named(job: SimulatedJob, named: Mapping[str, Json]) -> bool:
    """Whether the values in an address are those of a job."""
    mine = {name: job.sent.get(parameter.field.wire) for name, parameter in job.spec.address_arguments.items()}
    mine |= {name: value_of(pointer, job.id) for name, pointer in job.spec.address_values.items()}
    return all(str(named[name]) == str(value) for name, value in mine.items() if name in named)
