"""A part of a client, such as `client.url_scraper`."""

from __future__ import annotations

from copy import copy
from typing import Self


class Namespace:
    """A part of a client that sends through it, such as `client.url_scraper`."""

    def _for(self, client: object) -> Self:
        """The same part of *client*."""
        other = copy(self)
        vars(other)["_client"] = client
        return other
