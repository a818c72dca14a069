"""What every client package made by Bide shares: HTTP, models, and jobs that are waited for correctly.

    from bide_runtime import JobTimeout        # catches that of every provider

A name is loaded when it is first used, and with it no more than it needs. Rooms import only from rooms above them:

    errors    every exception that needs no reply and no job
    http      requests and replies as values, credentials, rate limits
    engines   urllib3, aiohttp and httpx behind one `Transport`
    models    typed values from JSON and back
    calls     one provider, one call of it, and what its replies link to
    jobs      what is known of a job, and its handle
    waiting   submit, poll, result: the sans-IO core
    batch     many jobs side by side; sans-IO too
    clients   the drivers, blocking and asyncio
    testing   a fake of any provider, and the checks of generated tests
"""

from __future__ import annotations

from importlib import import_module

from .edition import VERSION

__version__ = VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .batch.counts import Counts
    from .batch.outcome import Outcome
    from .calls.call import Call
    from .calls.call import reads as reads
    from .calls.call import reads_by_status as reads_by_status
    from .calls.call import reads_nothing as reads_nothing
    from .calls.events import EventReader, StreamCall, UnknownEvent
    from .calls.link import Link
    from .calls.pages import Pages
    from .calls.provider import ErrorShape, Provider
    from .clients.async_client import AsyncClient
    from .clients.async_job import AsyncCancellableJob, AsyncCancellableJobs, AsyncJob, AsyncJobs
    from .clients.async_job_batch import AsyncJobBatch
    from .clients.async_stream import AsyncStream
    from .clients.client import Client
    from .clients.clock import AsyncClock, AsyncSystemClock, Clock, SystemClock
    from .clients.job import CancellableJob, CancellableJobs, Job, Jobs
    from .clients.job_batch import JobBatch
    from .clients.observer import Exchange, Observer
    from .clients.options import BatchOptions, WaitOptions
    from .clients.stream import Stream
    from .engines.aiohttp_transport import AiohttpTransport
    from .engines.httpx_transport import AsyncHttpxTransport, HttpxTransport
    from .engines.transport import AsyncTransport, Transport
    from .engines.urllib3_transport import Urllib3Transport
    from .errors.client import ClientClosed, ClientError, ConfigurationError, InvalidArgument, InvalidToken
    from .errors.decode import DecodeError
    from .errors.own import OwnErrors
    from .errors.stream import StreamCut, StreamError, StreamFailed
    from .errors.transport import ConnectionFailed, ReplyTooLarge, RequestTimeout, TransportError
    from .http.auth import Secret
    from .http.errors import (
        ApiError,
        AuthenticationError,
        BadRequest,
        Conflict,
        Gone,
        NotFound,
        PaymentRequired,
        PermissionDenied,
        RateLimited,
        ServerError,
        UnprocessableEntity,
    )
    from .http.long_poll import LongPoll
    from .http.rate_limit import Rate
    from .http.request import Json, Request, Response
    from .http.request import path as path
    from .http.request import query as query
    from .jobs.errors import JobCancelled, JobError, JobExpired, JobFailed, JobNotDone, JobTimeout, SubmitUncertain
    from .jobs.kind import JobKind
    from .jobs.lifecycle import Lifecycle, PollMany, Progress, ResultAt
    from .jobs.polling import Polling
    from .jobs.record import Record
    from .jobs.snapshot import Snapshot, Update
    from .jobs.state import State
    from .models.codec import checked as checked
    from .models.codec import encode as encode
    from .models.codec import encode_object as encode_object
    from .models.file import FileLike, UploadFile
    from .models.file import as_file as as_file
    from .models.form import encode_form as encode_form
    from .models.model import Model, OpenEnum, Other, Variant
    from .models.model import no_items as no_items
    from .models.model import register as register
    from .models.unknown import unknown_fields as unknown_fields
    from .waiting.policy import Adaptive, Exponential, Fixed, Policy
    from .waiting.submit import Submission
    from .waiting.submit import reads_or_job as reads_or_job


_PLACES = {
    "errors.client": "ClientClosed ClientError ConfigurationError InvalidArgument InvalidToken",
    "errors.decode": "DecodeError",
    "errors.own": "OwnErrors",
    "errors.stream": "StreamCut StreamError StreamFailed",
    "errors.transport": "ConnectionFailed ReplyTooLarge RequestTimeout TransportError",
    "http.auth": "Secret",
    "http.errors": (
        "ApiError AuthenticationError BadRequest Conflict Gone NotFound PaymentRequired PermissionDenied "
        "RateLimited ServerError UnprocessableEntity"
    ),
    "http.long_poll": "LongPoll",
    "http.rate_limit": "Rate",
    "http.request": "Json Request Response path query",
    "engines.aiohttp_transport": "AiohttpTransport",
    "engines.httpx_transport": "AsyncHttpxTransport HttpxTransport",
    "engines.transport": "AsyncTransport Transport",
    "engines.urllib3_transport": "Urllib3Transport",
    "models.codec": "checked encode encode_object",
    "models.file": "FileLike UploadFile as_file",
    "models.form": "encode_form",
    "models.unknown": "unknown_fields",
    "models.model": "Model OpenEnum Other Variant no_items register",
    "calls.call": "Call reads reads_by_status reads_nothing",
    "calls.events": "EventReader StreamCall UnknownEvent",
    "calls.link": "Link",
    "calls.pages": "Pages",
    "calls.provider": "ErrorShape Provider",
    "jobs.errors": "JobCancelled JobError JobExpired JobFailed JobNotDone JobTimeout SubmitUncertain",
    "jobs.kind": "JobKind",
    "jobs.lifecycle": "Lifecycle PollMany Progress ResultAt",
    "jobs.polling": "Polling",
    "jobs.record": "Record",
    "jobs.snapshot": "Snapshot Update",
    "jobs.state": "State",
    "waiting.policy": "Adaptive Exponential Fixed Policy",
    "waiting.submit": "Submission reads_or_job",
    "batch.counts": "Counts",
    "batch.outcome": "Outcome",
    "clients.async_client": "AsyncClient",
    "clients.async_job": "AsyncCancellableJob AsyncCancellableJobs AsyncJob AsyncJobs",
    "clients.async_job_batch": "AsyncJobBatch",
    "clients.async_stream": "AsyncStream",
    "clients.client": "Client",
    "clients.clock": "AsyncClock AsyncSystemClock Clock SystemClock",
    "clients.job": "CancellableJob CancellableJobs Job Jobs",
    "clients.job_batch": "JobBatch",
    "clients.options": "BatchOptions WaitOptions",
    "clients.observer": "Exchange Observer",
    "clients.stream": "Stream",
}
"""The names of each module. Generated code imports from here alone, so that modules may be moved."""

_MODULES = {name: module for module, names in _PLACES.items() for name in names.split()}

__all__ = [
    "Adaptive",
    "AiohttpTransport",
    "ApiError",
    "AsyncCancellableJob",
    "AsyncCancellableJobs",
    "AsyncClient",
    "AsyncClock",
    "AsyncHttpxTransport",
    "AsyncJob",
    "AsyncJobBatch",
    "AsyncJobs",
    "AsyncStream",
    "AsyncSystemClock",
    "AsyncTransport",
    "AuthenticationError",
    "BadRequest",
    "BatchOptions",
    "Call",
    "CancellableJob",
    "CancellableJobs",
    "Client",
    "ClientClosed",
    "ClientError",
    "Clock",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "Counts",
    "DecodeError",
    "ErrorShape",
    "EventReader",
    "Exchange",
    "Exponential",
    "FileLike",
    "Fixed",
    "Gone",
    "HttpxTransport",
    "InvalidArgument",
    "InvalidToken",
    "Job",
    "JobBatch",
    "JobCancelled",
    "JobError",
    "JobExpired",
    "JobFailed",
    "JobKind",
    "JobNotDone",
    "JobTimeout",
    "Jobs",
    "Json",
    "Lifecycle",
    "Link",
    "LongPoll",
    "Model",
    "NotFound",
    "Observer",
    "OpenEnum",
    "Other",
    "Outcome",
    "OwnErrors",
    "Pages",
    "PaymentRequired",
    "PermissionDenied",
    "Policy",
    "PollMany",
    "Polling",
    "Progress",
    "Provider",
    "Rate",
    "RateLimited",
    "Record",
    "ReplyTooLarge",
    "Request",
    "RequestTimeout",
    "Response",
    "ResultAt",
    "Secret",
    "ServerError",
    "Snapshot",
    "State",
    "Stream",
    "StreamCall",
    "StreamCut",
    "StreamError",
    "StreamFailed",
    "Submission",
    "SubmitUncertain",
    "SystemClock",
    "Transport",
    "TransportError",
    "UnknownEvent",
    "UnprocessableEntity",
    "Update",
    "UploadFile",
    "Urllib3Transport",
    "Variant",
    "WaitOptions",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
