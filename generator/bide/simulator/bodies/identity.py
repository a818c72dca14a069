"""The id of a job, the keys for it in replies, and the names of its kind."""

from __future__ import annotations

import random
import re
import uuid

from bide.ir import Enum, Job, Json, Provider, Type
from bide.simulator.bodies.catalog import Catalog

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def new_id(job_name: str, sample: Json, seed: str, *, is_number: bool = False) -> str:
    """An id in the provider's form: a UUID if its example is one, a number if *is_number*."""
    bits = random.Random(seed).getrandbits(128)
    if is_number:
        return str(bits >> 88)
    if isinstance(sample, str) and _UUID.fullmatch(sample):
        return str(uuid.UUID(int=bits, version=4))
    return f"{job_name}_{bits >> 64:016x}"


class Identity:
    """The ids and names of jobs in the replies of one provider."""

    def __init__(self, provider: Provider, catalog: Catalog) -> None:
        self._catalog = catalog
        self._own = {job.name: self._names(job) for job in provider.jobs}
        self._others = {
            job.name: frozenset(
                name
                for other in provider.jobs
                if other.lifecycle.name == job.lifecycle.name
                for name in self._own[other.name]
                if name not in self._own[job.name]
            )
            for job in provider.jobs
        }

    def id_keys(self, job: Job) -> tuple[str, ...]:
        """The keys for the job's id in replies."""
        in_path = re.findall(r"\{([^}]*)\}", job.lifecycle.poll.path)
        return tuple(dict.fromkeys([*job.job_id.field[-1:], *in_path, "id"]))

    def names_another(self, job: Job, value: Json) -> bool:
        """Whether a value is the name of another job of the same lifecycle."""
        return isinstance(value, str) and value in self._others[job.name]

    def names_one(self, job: Job, value: Json) -> bool:
        """Whether a value is the name of this job or of another job of the same lifecycle."""
        return self.names_another(job, value) or (isinstance(value, str) and value in self._own[job.name])

    def name(self, job: Job, type_: Type) -> str:
        """The name of the job in a field of this type."""
        names = self._own[job.name]
        enum = self._catalog.named(type_)
        known = {value.wire for value in enum.values} if isinstance(enum, Enum) else set(names)
        return next((name for name in names if name in known), names[0])

    def _names(self, job: Job) -> tuple[str, ...]:
        """The text constants of its submit, and its name in the spec."""
        model = self._catalog.model(job.submit.body.model) if job.submit.body else None
        constants = [field.const for field in model.fields if field.is_const] if model else []
        return tuple(each for each in (*constants, job.name) if isinstance(each, str))


def with_id(value: Json, old: str, new: str) -> Json:
    """*value* with the id *old* replaced by *new* in every text."""
    match value:
        case str():
            return value.replace(old, new)
        case list():
            return [with_id(each, old, new) for each in value]
        case dict():
            return {key: with_id(each, old, new) for key, each in value.items()}
    return value
