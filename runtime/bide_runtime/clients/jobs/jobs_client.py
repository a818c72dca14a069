"""A blocking client with its kinds of jobs.

The asyncio twin differs only by `await`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ...errors.client import InvalidToken
from ...errors.own import raises_own
from ...jobs.token import kind_in
from ..client import Client
from .job import Job
from .jobs import JobsOf

if TYPE_CHECKING:
    pass

S = TypeVar("S")
R = TypeVar("R")
P = ParamSpec("P")
In = TypeVar("In")
H = TypeVar("H")
T = TypeVar("T")


class JobsClient(Client):
    """A client with its kinds of jobs: the base of every generated blocking client."""

    @property
    def jobs(self) -> Mapping[str, JobsOf[Any, Any, Job[Any, Any]]]:
        """The kinds of jobs by name: `client.jobs["fetch"]` is `client.fetch`."""
        return MappingProxyType({part._kind.name: part for part in vars(self).values() if isinstance(part, JobsOf)})

    @raises_own
    def resume(self, token: str) -> Job[Any, Any]:
        """Return the handle that a token was saved from, of any kind of job. Nothing is sent. Raises `InvalidToken`."""
        name = kind_in(token, provider=self._provider.name)
        if name not in self.jobs:
            raise InvalidToken(f"this token cannot be used: it belongs to a job of the unknown kind {name!r}")
        return self.jobs[name].resume(token)
