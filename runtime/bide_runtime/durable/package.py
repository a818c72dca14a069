"""A generated package by its import name: its kinds of jobs, for those who have no API key, and its clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from ..clients.jobs.async_jobs_client import AsyncJobsClient
from ..clients.jobs.jobs_client import JobsClient
from ..errors.client import ConfigurationError, InvalidArgument
from ..errors.own import OwnErrors
from ..jobs.kind import JobKind

C = TypeVar("C", JobsClient, AsyncJobsClient)


@dataclass(frozen=True)
class Package:
    """What a generated package says about its provider."""

    provider: str
    own_errors: OwnErrors
    kinds: Mapping[str, JobKind[Any, Any]]

    def kind(self, job: str) -> JobKind[Any, Any]:
        """The kind of this name. Raises `InvalidArgument`."""
        if job not in self.kinds:
            known = ", ".join(sorted(self.kinds))
            raise self.own_errors.of(InvalidArgument(f"{self.provider} has no jobs of the kind {job!r}, only {known}"))
        return self.kinds[job]


@cache
def package_named(name: str) -> Package:
    """The generated package of this import name. Raises `InvalidArgument`."""
    try:
        provider = import_module(f"{name}._provider").PROVIDER
        jobs = vars(import_module(f"{name}._jobs"))
    except (ImportError, AttributeError) as error:
        raise InvalidArgument(
            f"{name!r} is not the import name of a package with jobs that Bide generated, such as 'acme_client':"
            f" {error}"
        ) from error
    kinds = {kind.name: kind for kind in jobs.values() if isinstance(kind, JobKind)}
    return Package(provider.name, provider.own_errors, kinds)


def client_class(name: str, base: type[C]) -> type[C]:
    """The client of a generated package: blocking with *base* `JobsClient`, asyncio with `AsyncJobsClient`.

    Raises `InvalidArgument`.
    """
    package_named(name)
    module = import_module(f"{name}.{'client' if base is JobsClient else 'async_client'}")
    return next(
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, base) and each.__module__ == module.__name__
    )


def made(cls: type[C], arguments: Mapping[str, Any], source: str) -> C:
    """A client with these arguments, which come from *source*. Raises `ConfigurationError`."""
    try:
        return cls(**arguments)
    except TypeError as error:
        raise ConfigurationError(f"{source} has an argument that {cls.__name__} does not take: {error}") from error
