"""A part of a client, such as `client.url_scraper`."""

from __future__ import annotations

from typing import Self

from ..process import OfOneProcess


class Namespace(OfOneProcess):
    """A part of a client that sends through it, such as `client.url_scraper`."""

    _why_no_pickle = (
        "because they have the connections of one process and may have a key: make a client in each process, and pass "
        "`job.token` to resume a job there"
    )

    def _for(self, client: object) -> Self:
        """The same part of *client*."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        vars(other)["_client"] = client
        return other
