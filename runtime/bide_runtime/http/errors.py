"""The provider answered with an error: one class for each HTTP status that callers tell apart."""

from __future__ import annotations

from ..errors.client import ClientError
from .request import Json, Response


class ApiError(ClientError):
    """The provider answered with an error."""

    def __init__(
        self,
        message: str,
        *,
        response: Response,
        code: str | None = None,
        request_id: str | None = None,
        body: Json = None,
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.response = response
        self.status = response.status
        """The HTTP status."""
        self.code = code
        """The provider's own code, if the reply has one."""
        self.request_id = request_id
        """What the provider's support asks for."""
        self.body = body
        """The reply, decoded if it is JSON."""
        self.retry_after = retry_after
        """Seconds that the provider asks to wait before the next try; 0 if it does not say."""
        # These two come from a gateway that did not hear from the server behind it.
        self.may_have_arrived = response.status in (502, 504)


class BadRequest(ApiError):
    """400: the request is not as the provider wants it."""


class AuthenticationError(ApiError):
    """401: the API key is missing or wrong."""


class PaymentRequired(ApiError):
    """402: no credits left, or not in this plan."""


class PermissionDenied(ApiError):
    """403: the key may not do this."""


class NotFound(ApiError):
    """404: there is no such thing."""


class Conflict(ApiError):
    """409: this clashes with something that exists."""


class Gone(ApiError):
    """410: it was there once."""


class UnprocessableEntity(ApiError):
    """422: well formed, but it cannot be done."""


class RateLimited(ApiError):
    """429: too many requests."""


class ServerError(ApiError):
    """5xx: the provider has a problem."""


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
