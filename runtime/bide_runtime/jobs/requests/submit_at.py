"""How jobs of one kind are submitted."""

from __future__ import annotations

from types import NoneType
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from ...calls.call import Call
from ...calls.extras import Extras
from ...calls.link import Link
from .find_at import FindAt

IdAt: TypeAlias = tuple[str, ...] | Link
"""Where an id is: attribute names that lead to it in the decoded reply, a link, or an argument.

An empty tuple means that the id is the address where the job is polled, if the provider gives that as a link.
"""


UNKNOWN_KEY_RETENTION = 3600.0
"""Seconds for which a key is sent again if the provider does not say how long it keeps keys."""


class SubmitAt(msgspec.Struct, frozen=True, kw_only=True):
    """How jobs of one kind are submitted: what the reply is, and what makes a second try safe."""

    reply: Any = NoneType
    """The type of the reply."""
    job_id: IdAt = ()
    """Where the id is in the reply."""
    idempotency_header: str | None = None
    """The header for idempotency keys. Only with a place for them is a submit whose reply was lost sent again."""
    idempotency_query: str | None = None
    """The query parameter, if they have that in place of a header."""
    idempotency_field: str | None = None
    """The field of the JSON body, if they have that."""
    key_retention: float | None = None
    """For how many seconds the provider keeps a key; `None` if its documentation does not say."""
    find: FindAt | None = None
    """How to find the job of a submit whose reply was lost, if the provider has a list for that."""

    @property
    def has_keys(self) -> bool:
        """Whether there are idempotency keys."""
        return bool(self.idempotency_header or self.idempotency_query or self.idempotency_field)

    def keyed(self, call: Call[Any], key: str) -> Call[Any]:
        """The call of a submit with its key."""
        if self.idempotency_header is not None:
            return replace(call, headers={**call.headers, self.idempotency_header: key})
        query = {} if self.idempotency_query is None else {self.idempotency_query: key}
        body = {} if self.idempotency_field is None else {self.idempotency_field: key}
        more = Extras(query=query, body=body)
        return replace(call, path=more.url(call.path), body=more.body_of(call))

    @property
    def key_is_good_for(self) -> float:
        """For how many seconds after the first submit with a key it may be sent again."""
        return UNKNOWN_KEY_RETENTION if self.key_retention is None else self.key_retention
