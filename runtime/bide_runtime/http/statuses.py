"""HTTP statuses of transient errors, and whether the request of each may have been processed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum, auto


class Arrival(Enum):
    """Whether the request of a transient error was processed."""

    NOT_PROCESSED = auto()
    """The provider did not act on it. It can be sent again."""
    PROCESSED = auto()
    """The provider received it, and returned an error. It can be sent again only if it is idempotent."""
    UNKNOWN = auto()
    """A gateway returned the error. The server behind it may have acted on the request."""


TRANSIENT: Mapping[int, Arrival] = {
    # RFC 9110, RFC 8470 (425), RFC 6585 (429)
    408: Arrival.PROCESSED,
    425: Arrival.PROCESSED,
    429: Arrival.NOT_PROCESSED,
    500: Arrival.PROCESSED,
    502: Arrival.UNKNOWN,
    503: Arrival.PROCESSED,
    504: Arrival.UNKNOWN,
    # Cloudflare: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
    520: Arrival.UNKNOWN,  # the origin sent an empty or malformed reply
    521: Arrival.NOT_PROCESSED,  # the origin refused the connection
    522: Arrival.UNKNOWN,  # the connection timed out, before or after it was made
    523: Arrival.NOT_PROCESSED,  # there is no route to the origin
    524: Arrival.UNKNOWN,  # the origin took too long to answer
    525: Arrival.NOT_PROCESSED,  # the TLS handshake with the origin failed
    526: Arrival.NOT_PROCESSED,  # the origin's certificate is not valid
    527: Arrival.UNKNOWN,  # the connection of Railgun to the origin failed
    530: Arrival.NOT_PROCESSED,  # the origin's name could not be resolved, or another error 1xxx of the edge
    # Overload, as Qualys and some providers report it
    529: Arrival.PROCESSED,
    # By convention of some proxies: the read from the server timed out, or the connection to it
    598: Arrival.UNKNOWN,
    599: Arrival.NOT_PROCESSED,
}
"""The statuses that are transient at every provider."""


def arrival_of(status: int, more: Collection[object] = ()) -> Arrival | None:
    """Whether the request of a transient status was processed; `None` for other statuses. *more* are also transient."""
    return TRANSIENT.get(status, Arrival.UNKNOWN if status in more else None)
