"""One kind of job of a client: what needs no request, for both colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from ...errors.client import ClientError, InvalidArgument, InvalidToken
from ...errors.own import OwnErrors, raises_own
from ...http.request import Json
from ...jobs.handle import Handle
from ...jobs.kind import JobKind
from ...waiting.submits.submission import Submission
from ..namespace import Namespace

if TYPE_CHECKING:
    from ...batch.outcome import Outcome
    from ...jobs.facts import JobFacts

S = TypeVar("S")
R = TypeVar("R")
In = TypeVar("In")
J = TypeVar("J")


class KindOfJobs(Namespace, Generic[S, R]):
    """One kind of job of a client. Submissions, results, errors and outcomes can be stored as JSON and read again.

    No key is in such a text. Replies are: their headers and bodies, as they came.
    """

    _kind: JobKind[S, R]

    @property
    def facts(self) -> JobFacts:
        """What the provider's documentation says about this kind of job, such as how long keys and results are kept."""
        from ...jobs.facts import facts_of

        return facts_of(self._kind)

    @raises_own
    def submission_to_json(self, submission: Submission[S, R]) -> str:
        """A submission from `prepare` as JSON text. Raises `InvalidArgument` if it is too large to be stored."""
        from ...steps.submission_json import write_submission
        from ...steps.text import write

        return write(self._kind, "submission", write_submission(checked_submission(self._kind, submission)))

    @raises_own
    def submission_from_json(self, text: str | bytes) -> Submission[S, R]:
        """The submission that `submission_to_json` wrote, for `send`. Raises `InvalidArgument` for any other text."""
        from ...steps.submission_json import read_submission
        from ...steps.text import read

        return read_submission(self._kind, read(self._kind, "submission", text))

    @raises_own
    def result_to_json(self, result: R) -> str:
        """A result of this kind of job as JSON text. Raises `InvalidArgument`."""
        from ...steps.result_json import read_value, write_value
        from ...steps.text import write

        value = write_value(self._kind.result, result)
        try:
            read_value(self._kind.result, value)
        except InvalidArgument as error:
            raise InvalidArgument(f"this is no result of {self._kind.name}, but {type(result).__name__}") from error
        return write(self._kind, "result", value)

    @raises_own
    def result_from_json(self, text: str | bytes) -> R:
        """The result that `result_to_json` wrote. Raises `InvalidArgument` for any other text."""
        from ...steps.result_json import read_value
        from ...steps.text import read

        found: R = read_value(self._kind.result, read(self._kind, "result", text))
        return found

    @raises_own
    def error_to_json(self, error: ClientError) -> str:
        """An error as JSON text, with its class and all its attributes. Raises `InvalidArgument` for other errors."""
        from ...steps.error_json import write_error
        from ...steps.text import write

        if not isinstance(error, ClientError):
            raise InvalidArgument(f"only errors of this package can be stored, not {type(error).__name__}")
        return write(self._kind, "error", write_error(self._kind, error))

    @raises_own
    def error_from_json(self, text: str | bytes) -> ClientError:
        """The error that `error_to_json` wrote, to be raised or read. Raises `InvalidArgument` for any other text."""
        from ...steps.error_json import read_error
        from ...steps.text import read

        return read_error(self._kind, self._own_errors, read(self._kind, "error", text))

    @raises_own
    def outcome_to_json(self, outcome: Outcome[In, R, Handle[S, R]]) -> str:
        """An outcome of a batch as JSON text. Raises `InvalidArgument` for an input with a file."""
        from ...batch.outcome import Outcome
        from ...steps.outcome_json import StoredOutcome, write_outcome
        from ...steps.text import write

        if not isinstance(outcome, Outcome):
            raise InvalidArgument(f"this is no outcome of a batch, but {type(outcome).__name__}")
        is_of_handle = isinstance(outcome.input, Handle)
        stored = StoredOutcome(
            index=outcome.index,
            input=None if is_of_handle else outcome.input,
            is_of_handle=is_of_handle,
            tag=outcome.tag,
            token=_token_of(outcome.job),
            error=outcome.error,
            value=outcome.value,
        )
        return write(self._kind, "outcome", write_outcome(self._kind, stored))

    def _outcome_in(self, text: str | bytes, resume: Callable[[str], J]) -> Outcome[Json, R, J]:
        """The outcome in a text; *resume* makes the handle of its job from the token."""
        from ...batch.outcome import Outcome
        from ...steps.outcome_json import read_outcome
        from ...steps.text import read, refuse

        stored = read_outcome(self._kind, self._own_errors, read(self._kind, "outcome", text))
        try:
            job = None if stored.token is None else resume(stored.token)
        except InvalidToken as error:
            refuse(error.message)
        return Outcome(
            index=stored.index,
            input=job if stored.is_of_handle else stored.input,
            job=job,
            tag=stored.tag,
            error=stored.error,
            value=stored.value,
        )

    @property
    def _own_errors(self) -> OwnErrors:
        own: OwnErrors = vars(self)["_client"]._provider.own_errors
        return own


def checked_submission(kind: JobKind[S, R], submission: Submission[S, R]) -> Submission[S, R]:
    """*submission*, if it is one of this kind. Raises `InvalidArgument`."""
    if not isinstance(submission, Submission) or not submission.kind.is_same(kind):
        raise InvalidArgument(f"this is no submission of {kind.name} jobs, but {submission!r:.80}")
    return submission


def _token_of(job: Handle[S, R] | None) -> str | None:
    """The token of a job; `None` if it cannot be resumed: the reply to its submit was its result, and had no id."""
    return job.token if job is not None and job.id else None
