"""Error replies of the provider: one class for each HTTP status that callers distinguish."""

from __future__ import annotations

from ..errors.client import ClientError
from .request import Json, Response
from .statuses import Arrival


class ApiError(ClientError):
    """The provider returned an error."""

    def __init__(
        self,
        message: str,
        *,
        response: Response,
        code: str | None = None,
        request_id: str | None = None,
        body: Json = None,
        retry_after: float = 0.0,
        arrival: Arrival | None = None,
    ) -> None:
        super().__init__(message)
        self.response = response
        self.status = response.status
        """The HTTP status."""
        self.code = code
        """The provider's own code, if the reply has one."""
        self.request_id = request_id
        """The request id, for the provider's support."""
        self.body = body
        """The body of the reply, decoded if it is JSON."""
        self.retry_after = retry_after
        """The reply's `Retry-After` in seconds; 0 if it has none."""
        self.is_transient = arrival is not None
        """Whether the same request may succeed later."""
        self.is_not_processed = arrival is Arrival.NOT_PROCESSED
        """Whether the provider certainly did not act on the request."""
        self.may_have_arrived = arrival is Arrival.UNKNOWN


class BadRequest(ApiError):
    """400: the request is not valid."""


class AuthenticationError(ApiError):
    """401: the API key is missing or wrong."""


class PaymentRequired(ApiError):
    """402: no credits left, or not included in the plan."""


class PermissionDenied(ApiError):
    """403: the API key lacks the permission."""


class NotFound(ApiError):
    """404: not found."""


class Conflict(ApiError):
    """409: the request conflicts with the current state."""


class Gone(ApiError):
    """410: no longer available."""


class UnprocessableEntity(ApiError):
    """422: the request is well formed, but cannot be processed."""


class RateLimited(ApiError):
    """429: too many requests."""


class ServerError(ApiError):
    """5xx: a server error."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: AuthenticationError,
    402: PaymentRequired,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: UnprocessableEntity,
    429: RateLimited,
}


def api_error_class(status: int) -> type[ApiError]:
    """The class for an HTTP status."""
    if 500 <= status <= 599:
        return ServerError
    return _BY_STATUS.get(status, ApiError)
