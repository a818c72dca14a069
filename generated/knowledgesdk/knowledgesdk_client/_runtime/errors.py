"""Every exception a client raises.

    ClientError
    ├── InvalidArgument         (also a ValueError) refused before anything was sent
    ├── ConfigurationError      no API key, no HTTP engine
    ├── InvalidToken            (also a ValueError) a token that cannot be resumed
    ├── ClientClosed            the client was closed
    ├── TransportError          no whole reply came
    │   ├── ConnectionFailed
    │   └── RequestTimeout
    ├── ReplyTooLarge           a reply over the size limit
    ├── DecodeError             a reply of another shape than the provider documents
    ├── ApiError                the provider answered with an error
    │   ├── BadRequest          400
    │   ├── AuthenticationError 401
    │   ├── PaymentRequired     402
    │   ├── PermissionDenied    403
    │   ├── NotFound            404
    │   ├── Conflict            409
    │   ├── Gone                410
    │   ├── UnprocessableEntity 422
    │   ├── RateLimited         429
    │   └── ServerError         5xx
    ├── StreamError             a stream of events went wrong
    │   ├── StreamCut           it ended before its last event
    │   └── StreamFailed        the provider reported an error in it
    └── JobError
        ├── JobFailed           the provider says that the job failed
        ├── JobCancelled        it was cancelled
        ├── JobExpired          its result is gone
        ├── JobNotDone          its result was asked for too early
        ├── JobTimeout          the wait's deadline came; the job goes on
        └── SubmitUncertain     no reply to a submit: a job may exist

Once a job exists, every one of them carries it as `job_id` and `token`. Anything else that leaves a client is a bug,
or was raised by a callback of yours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plain import plain

if TYPE_CHECKING:
    from .handle import Snapshot
    from .request import Json, Response


class ClientError(Exception):
    """The base of every exception of this package."""

    job_id: str | None = None
    """The job that this is about, if there is one."""

    token: str | None = None
    """What `resume` takes to go on with that job, also in another process."""

    may_have_arrived: bool = False
    """Whether the provider may have acted on the request although there is no answer to tell."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        """What happened, without the job, and in the provider's own words where it has some; `str` escapes these."""

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process pools; the default would call the class with the message alone.
        return _unpickled, (type(self), self.args, self.__dict__)

    def about(self, job_id: str, token: str) -> None:
        """Note the job that this is about. The first note stays."""
        if self.job_id is None:
            self.job_id, self.token = job_id, token

    def __str__(self) -> str:
        return plain(f"{self.message} (job {self.job_id})" if self.job_id is not None else self.message)


def _unpickled(cls: type[ClientError], args: tuple[object, ...], state: dict[str, object]) -> ClientError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class InvalidArgument(ClientError, ValueError):
    """An argument outside of what the provider allows. Nothing was sent."""


class ConfigurationError(ClientError):
    """The client cannot work as it was made: no API key, or an HTTP engine that is not installed."""


class InvalidToken(ClientError, ValueError):
    """A token that is damaged, of another provider, or of a newer version. Nothing was sent."""


class ClientClosed(ClientError):
    """The client was closed before or during the call."""

    def __init__(self, message: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class TransportError(ClientError):
    """No whole reply came. `may_have_arrived` is false only if no connection could be made."""

    def __init__(self, message: str, *, may_have_arrived: bool = True) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class ConnectionFailed(TransportError):
    """The connection could not be made, or was lost before the reply was whole."""


class RequestTimeout(TransportError):
    """One HTTP request took longer than it may."""


class ReplyTooLarge(ClientError):
    """A reply was larger than the transport reads."""

    may_have_arrived = True


class DecodeError(ClientError):
    """A reply has another shape than the provider documents.

    `path` is the JSON path of the culprit, `body` the reply as it came.
    """

    def __init__(self, message: str, *, path: str, body: bytes) -> None:
        super().__init__(message)
        self.path = path
        self.body = body


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


class StreamError(ClientError):
    """A stream of events went wrong."""


class StreamCut(StreamError):
    """A stream of events ended before its last event."""


class StreamFailed(StreamError):
    """The provider reported an error in a stream of events. `event` is what it sent."""

    def __init__(self, message: str, *, event: object) -> None:
        super().__init__(message)
        self.event = event


class JobError(ClientError):
    """A job did not end with a result. `snapshot` is what was last seen of it, if anything was."""

    def __init__(self, message: str, *, snapshot: Snapshot[object] | None = None) -> None:
        super().__init__(message)
        self.snapshot = snapshot


class JobFailed(JobError):
    """The provider says that the job failed. `code` and `reason` are its own words.

    `result` is what the job has all the same, where the provider tells of that; the kind's own class knows its type.
    """

    result: object = None

    def __init__(
        self, message: str, *, snapshot: Snapshot[object] | None, code: str | None, reason: str | None
    ) -> None:
        super().__init__(message, snapshot=snapshot)
        self.code = code
        self.reason = reason


class JobCancelled(JobError):
    """The job was cancelled."""


class JobExpired(JobError):
    """The job or its result is no longer kept by the provider."""


class JobNotDone(JobError):
    """The result of a job that is still going was asked for."""


class JobTimeout(JobError):
    """The deadline of a wait came first. The job goes on; `resume(error.token)` waits for it again.

    `fault` is what went wrong at the last poll, if it did, and `advice` says what can be done now.
    """

    def __init__(
        self,
        message: str,
        *,
        snapshot: Snapshot[object] | None = None,
        fault: ClientError | None = None,
        advice: str = "nothing was submitted",
    ) -> None:
        super().__init__(message, snapshot=snapshot)
        self.fault = fault
        self.advice = advice

    def __str__(self) -> str:
        return f"{super().__str__()}; {plain(self.advice)}"


class SubmitUncertain(JobError):
    """A submit got no reply, so the job may exist or not. It was not sent again, which could have paid for it twice.

    With `idempotency_key`, where the provider has it, the same submit can be made again without a second job.
    """

    def __init__(self, message: str, *, idempotency_key: str | None = None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key


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
