"""A part of a client that can be had for another client of the same class."""

from __future__ import annotations

from copy import copy
from typing import Self


class Namespace:
    """Something that sends through a client, as `client.url_scraper` does."""

    def _for(self, client: object) -> Self:
        """The same part of *client*."""
        other = copy(self)
        vars(other)["_client"] = client
        return other
