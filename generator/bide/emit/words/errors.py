"""The exceptions of every package, each with its base and its docstring. The runtime has a class of each name."""

from __future__ import annotations

from typing import NamedTuple


class ErrorClass(NamedTuple):
    """One exception."""

    name: str
    base: str
    """Another exception of this table; empty: the base of the package."""
    meaning: str


ERRORS = (
    ErrorClass(
        "InvalidArgument", "", "An argument that the provider does not allow. Nothing was sent. A ValueError too."
    ),
    ErrorClass("ConfigurationError", "", "No API key, or an HTTP engine that is not installed."),
    ErrorClass("InvalidToken", "", "A token that cannot be resumed. Nothing was sent. A ValueError too."),
    ErrorClass(
        "InvalidSignature", "", "A webhook that the provider has not signed, or that is too old. A ValueError too."
    ),
    ErrorClass("LedgerFileError", "", "A ledger that cannot be read or written. Nothing is lost."),
    ErrorClass("ClientClosed", "", "The client was closed before or during the call."),
    ErrorClass("TransportError", "", "No complete reply arrived."),
    ErrorClass("ConnectionFailed", "TransportError", "The connection could not be made, or was lost."),
    ErrorClass("RequestTimeout", "TransportError", "One HTTP request took longer than its timeout."),
    ErrorClass("ReplyTooLarge", "", "A reply over the size limit of the transport."),
    ErrorClass("DecodeError", "", "A reply of another shape than documented: `path` in its JSON, and its `body`."),
    ErrorClass("StreamError", "", "A stream of events failed."),
    ErrorClass("StreamCut", "StreamError", "A stream of events ended before its last event."),
    ErrorClass("StreamFailed", "StreamError", "The provider reported an error in a stream; `event` is what it sent."),
    ErrorClass("ApiError", "", "The provider answered with an error: `status`, `code`, `request_id`, `body`."),
    ErrorClass("BadRequest", "ApiError", "400: the request is malformed."),
    ErrorClass("AuthenticationError", "ApiError", "401: the API key is missing or wrong."),
    ErrorClass("PaymentRequired", "ApiError", "402: no credits left, or not in this plan."),
    ErrorClass("PermissionDenied", "ApiError", "403: the key may not do this."),
    ErrorClass("NotFound", "ApiError", "404: there is no such thing."),
    ErrorClass("Conflict", "ApiError", "409: it clashes with something that exists."),
    ErrorClass("Gone", "ApiError", "410: it no longer exists."),
    ErrorClass("UnprocessableEntity", "ApiError", "422: well formed, but it cannot be done."),
    ErrorClass("RateLimited", "ApiError", "429: too many requests."),
    ErrorClass("ServerError", "ApiError", "5xx: the provider has a problem."),
    ErrorClass("JobError", "", "A job did not end with a result. `snapshot` is what the last poll returned."),
    ErrorClass("JobFailed", "JobError", "The job failed; `code` and `reason` are the provider's own words."),
    ErrorClass("JobCancelled", "JobError", "The job was cancelled."),
    ErrorClass("JobExpired", "JobError", "The provider no longer keeps the job or its result."),
    ErrorClass("JobNotDone", "JobError", "The result was requested of a job that is still running."),
    ErrorClass(
        "JobTimeout", "JobError", "The deadline passed; the job is still running. `resume(error.token)` waits again."
    ),
    ErrorClass("SubmitUncertain", "JobError", "No reply to a submit, so the job may exist. It was not sent again."),
)
"""Bases come before their subclasses."""
