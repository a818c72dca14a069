"""One attempt of a task: its job, which is submitted at most once by all attempts. Imports nothing of Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ...clients.jobs.job import Job
from ...clients.jobs.jobs import JobsOf
from ...errors.client import ClientError, InvalidArgument
from ...errors.decode import DecodeError
from ...errors.transport import TransportError
from ...http.errors import ApiError
from ...jobs.errors import JobError, SubmitUncertain
from ...waiting.retry import may_send_again
from ...waiting.submits.reference import reference_in
from ...waiting.submits.submission import Submission
from ...waiting.submits.submit_reply import raise_uncertain
from ..again import may_be_tried_again
from .entry import KEY, Entry, Step, next_step

ADVICE = f"check the provider's dashboard; to submit anyway, delete {KEY} from the task's state and clear the task"


class State(Protocol):
    """Where the entry of a task is kept. What is saved is stored when `save` returns."""

    def load(self) -> Entry | None:
        """The entry that the last attempt left."""

    def save(self, entry: Entry) -> None:
        """Store the entry in place of the last one. Raises if another attempt has taken over."""

    def forget(self) -> None:
        """Remove the entry: there is certainly no job."""


class Attempt:
    """One attempt of a task.

    Args:
        jobs: The kind of job.
        state: Where the entry of the task is kept.
        max_tries: Airflow's number: it grows when someone clears the task.
    """

    def __init__(self, jobs: JobsOf[Any, Any, Job[Any, Any]], state: State, max_tries: int) -> None:
        self._jobs = jobs
        self._state = state
        self._max_tries = max_tries

    def job(self, arguments: Mapping[str, Any], tag: str | None = None) -> Job[Any, Any]:
        """The job of the task: that of an attempt before, or a new one.

        Raises what `submit` raises, and `JobError` with the error of the last attempt if its job ended without a
        result.
        """
        entry, kind = self._state.load(), self._jobs._kind
        stored = None
        if entry is not None and entry.submission is not None:
            stored = self._jobs.submission_from_json(entry.submission)
        step = next_step(
            entry,
            max_tries=self._max_tries,
            has_key=stored is not None and self._jobs.facts.has_idempotency_keys and bool(stored.idempotency_key),
            key_is_good_for=kind.submit.key_is_good_for,
            has_reference=stored is not None and reference_in(stored) is not None,
            now=self._wall,
        )
        if step is Step.SUBMIT:
            return self._send(self._prepared(arguments, tag), None)
        assert entry is not None
        if step is Step.WAIT:
            return self._jobs.resume(entry.token or "")
        if step is Step.FAIL:
            raise self._jobs._own_errors.of(JobError(f"{entry.error}; clear the task to submit a new job"))
        if stored is None or entry.sent_at is None or step is Step.UNSURE:
            raise self._unsure(entry)
        if step is Step.SEND_AGAIN:
            return self._send(stored, entry.sent_at)
        return self._found(stored, entry.sent_at) or self._send(stored, None)

    def note_end(self, error: str) -> None:
        """The job ended without a result, so the next attempt fails too, unless someone clears the task."""
        self._state.save(Entry(error=error, max_tries=self._max_tries))

    def has_next(self, error: ClientError) -> bool:
        """Whether another attempt may bring more than *error*."""
        has_key = self._jobs.facts.has_idempotency_keys
        is_away = isinstance(error, ApiError) and error.is_transient  # and has made no job, or the error would say so
        return is_away or may_be_tried_again(error, has_key=has_key)

    @property
    def _wall(self) -> float:
        return float(self._jobs._client._clock.wall())

    def _prepared(self, arguments: Mapping[str, Any], tag: str | None) -> Submission[Any, Any]:
        from msgspec.structs import replace

        from ...jobs.token import checked_tag

        try:
            submission: Submission[Any, Any] = self._jobs.prepare(**arguments)  # type: ignore[attr-defined]
        except TypeError as error:
            message = f"these are not the arguments of {self._jobs._kind.name}: {error}"
            raise self._jobs._own_errors.of(InvalidArgument(message)) from error
        return submission if tag is None else replace(submission, tag=checked_tag(tag))

    def _send(self, submission: Submission[Any, Any], first_sent_at: float | None) -> Job[Any, Any]:
        """Send the submission. With *first_sent_at*, an attempt before may have made the job."""
        text, sent_at = self._jobs.submission_to_json(submission), first_sent_at

        def before_send() -> None:
            nonlocal sent_at
            sent_at = self._wall if sent_at is None else sent_at
            # Also what is stored already: it is refused if another attempt has taken over.
            self._state.save(Entry(submission=text, sent_at=sent_at))

        def nothing_made() -> None:
            nonlocal sent_at
            if first_sent_at is None:  # this attempt says nothing of those before
                sent_at = None
                self._state.forget()

        try:
            job = self._jobs.send(submission, before_send=before_send, nothing_made=nothing_made)
        except ClientError as error:
            if first_sent_at is None or isinstance(error, SubmitUncertain) or self.has_next(error):
                raise
            raise self._uncertain(error.message, submission.idempotency_key, error) from error
        if job.id:
            self._state.save(Entry(token=job.token))
        return job

    def _found(self, submission: Submission[Any, Any], sent_at: float) -> Job[Any, Any] | None:
        """The job of an attempt before; `None` if it made none. Raises `SubmitUncertain` if nobody can know."""
        try:
            job = self._jobs.find(submission, sent_at=sent_at)
        except (ApiError, TransportError, DecodeError) as error:
            if may_send_again(error, idempotent=True):
                raise
            raise self._uncertain(f"the search for it failed: {error.message}", None, error) from error
        if job is not None:
            self._state.save(Entry(token=job.token))
        return job

    def _unsure(self, entry: Entry) -> ClientError:
        why = "the worker ended, or lost its connection to Airflow, while the submit was under way"
        if self._jobs.facts.has_idempotency_keys and entry.sent_at is not None:
            hours = (self._wall - entry.sent_at) / 3600
            why += f" {hours:.1f} hours ago, and the provider may have forgotten its idempotency key"
        kind = self._jobs._kind.name
        message = f"the {kind} job may or may not have been created: {why}. It is not submitted again: {ADVICE}"
        return self._jobs._own_errors.of(SubmitUncertain(message))

    def _uncertain(self, why: str, key: str | None, cause: ClientError) -> ClientError:
        try:
            raise_uncertain(self._jobs._kind, key, why, cause)
        except SubmitUncertain as error:
            return self._jobs._own_errors.of(error)
