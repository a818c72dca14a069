"""A list of jobs, in which the job of a submit whose reply was lost can be found."""

from __future__ import annotations

from typing import Any

import msgspec

from ...calls.link import Link
from ...calls.pages import Pages
from ...models.codec import Path


class FindAt(msgspec.Struct, frozen=True, kw_only=True):
    """A list of jobs, in which one can be found by a reference of its submit. Its paths are made of JSON names."""

    argument: str
    """The argument of the submit that is the reference, by the provider's name for it."""
    parameter: str = ""
    """The same by its name in Python, if a client chooses a reference; empty: the caller has to give one."""
    path: str
    """Below the base URL, with the query. It may have `{name}` in it, for arguments of the submit."""
    reply: Any
    """The type of the reply."""
    list: Path = ()
    """Where the list is in the reply; empty: the reply is the list."""
    reference: Path
    """Where each item has the reference."""
    job_id: Path | Link = ()
    """Where each item has the id; empty: the id is the link where the job is polled."""
    pages: Pages | None = None
    """How the list is paginated, if it is."""
    visible_within: float = 60.0
    """For how many seconds after its submit a job may be missing from the list."""
    retention: float = 86400.0
    """For how many seconds a job is in the list at least."""
    timeout: float | None = None
    auth: tuple[str, ...] | None = None
    """The secrets that the request needs, by the client's arguments; `None`: the usual ones."""

    @property
    def bucket(self) -> str:
        """The rate limit bucket of the request."""
        return f"GET {self.path.partition('?')[0]}"
