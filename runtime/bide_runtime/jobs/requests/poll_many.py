"""An address that returns the snapshots of several jobs."""

from __future__ import annotations

from typing import Literal

import msgspec

from ...models.codec import Path


class PollMany(msgspec.Struct, frozen=True, kw_only=True):
    """An address that returns the snapshots of several jobs. Its paths are made of JSON names."""

    method: Literal["GET", "POST"] = "GET"
    path: str
    ids_in: Literal["query", "body"] = "query"
    ids: str
    """The query parameter for the ids, joined by commas; or the field of the body for the list of ids."""
    max_ids: int
    """The largest number of ids in one request."""
    list: Path = ()
    """Where the list of jobs is in the reply; empty: the reply is the list."""
    job_id: Path
    """Where the id is in each item. An item is otherwise the same as the reply of a poll."""

    @property
    def bucket(self) -> str:
        """The rate limit bucket of the request."""
        return f"{self.method} {self.path}"

    def takes(self, job_id: str) -> bool:
        """Whether a job with this id can be polled here: an id with a comma does not fit into the query."""
        return bool(job_id) and (self.ids_in == "body" or "," not in job_id)
