"""The exceptions that a client raises.

    ClientError
    ├── InvalidArgument         (also a ValueError) refused before anything was sent
    ├── ConfigurationError      no API key, no HTTP engine
    ├── InvalidToken            (also a ValueError) a token that cannot be resumed
    ├── ClientClosed            the client was closed
    ├── TransportError          no complete reply arrived
    │   ├── ConnectionFailed
    │   └── RequestTimeout
    ├── ReplyTooLarge           a reply over the size limit
    ├── DecodeError             a reply of another shape than the provider documents
    ├── StreamError             a stream of events went wrong
    │   ├── StreamCut           it ended before its last event
    │   └── StreamFailed        the provider reported an error in it
    ├── ApiError                the provider answered with an error; in `http.errors`
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
    └── JobError                a job did not end with a result; in `jobs.errors`
        ├── JobFailed           the provider says that the job failed
        ├── JobCancelled        it was cancelled
        ├── JobExpired          its result is gone
        ├── JobNotDone          its result was asked for too early
        ├── JobTimeout          the wait's deadline passed; the job is still running
        └── SubmitUncertain     no reply to a submit: a job may exist

Once a job exists, each of them has its `job_id` and `token`. Any other exception that leaves a client is a bug, or was
raised by a callback of yours.

An exception is defined in the room of the types that it holds: an `ApiError` holds a reply, a `JobError` a snapshot.
"""
