"""The kinds of jobs of a generated package, without a client: workflows have no API key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from ..errors.client import InvalidArgument
from ..errors.own import OwnErrors
from ..jobs.kind import JobKind


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
