"""Whether a submit that failed may have another attempt."""

from __future__ import annotations

from ..errors.client import ClientError
from ..jobs.errors import SubmitUncertain
from ..waiting.retry import may_send_again


def may_be_tried_again(error: ClientError, *, has_key: bool) -> bool:
    """Whether another attempt may send the request that failed, by the rule of all requests, or search for its job."""
    if isinstance(error, SubmitUncertain):
        cause = error.__cause__
        return error.reference is not None or (
            has_key and isinstance(cause, ClientError) and may_send_again(cause, idempotent=True)
        )
    return may_send_again(error, idempotent=has_key)
