"""The operator: submits a job once, whatever happens to its attempts, and returns the result."""

# mypy: disable-error-code="import-not-found,misc,unused-ignore"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal, NoReturn

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from ...calls.account import seconds_of
from ...clients.jobs.job import Job
from ...errors.client import ClientError, InvalidArgument
from ...jobs.errors import JobCancelled, JobExpired, JobFailed
from ...steps.text import loads
from ..error_text import error_in_text
from ..package import package_named
from .attempt import Attempt
from .entry import KEY, Entry, read_entry, write_entry

GRACE = 60.0
"""Seconds after the deadline in which a triggerer can still say how the job ended."""


class RunJobOperator(BaseOperator):
    """Submits a job, waits for it in a triggerer, and returns its result as JSON.

    A retry never submits again: it goes on with the job of the attempt before.

    Args:
        package: The import name of a generated package, such as `acme_client`.
        job: The kind of job: its name in the client, such as `fetch`.
        arguments: Those of its `submit`, as JSON has them. A template.
        conn_id: A connection of the type `bide`: base URL and API key. A template.
        timeout: Deadline of each attempt in seconds; `None` waits without limit. Default: that of this kind of job.
        cancel_on_kill: Whether to ask the provider to cancel the job if a person marks or clears the running task.
        tag: A text of your own, for the job's token. A template.

    Raises:
        AirflowFailException: The job ended without a result, or nobody knows if it exists, or it was refused. There
            are no retries.
        ClientError: Another attempt may help, so there are retries: `JobTimeout`, a lost connection, a 503.
    """

    template_fields: Sequence[str] = ("arguments", "conn_id", "tag")
    template_fields_renderers: ClassVar[dict[str, str]] = {"arguments": "json"}

    def __init__(
        self,
        *,
        package: str,
        job: str,
        arguments: Mapping[str, Any],
        conn_id: str,
        timeout: float | Literal["default"] | None = "default",
        cancel_on_kill: bool = False,
        tag: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.package = package
        self.job = job
        self.arguments = arguments
        self.conn_id = conn_id
        self.timeout = timeout
        self.cancel_on_kill = cancel_on_kill
        self.tag = tag
        self._is_killed = False

    def execute(self, context: Any) -> Any:
        """Submit the job, or find that of an attempt before, and wait for it in a triggerer."""
        from .hook import BideHook

        try:
            kind = package_named(self.package).kind(self.job)
            seconds = seconds_of(self.timeout, kind.polling.timeout)
            if self.cancel_on_kill and kind.lifecycle.cancel is None:
                raise InvalidArgument(f"{self.job} jobs cannot be cancelled, so cancel_on_kill must be False")
            client = BideHook(self.conn_id, self.package).get_conn()
        except ClientError as error:
            self._fail(error)
        with client:
            jobs = client.jobs[self.job]
            attempt = Attempt(jobs, _TaskState(context), context["ti"].max_tries)
            try:
                job = attempt.job(self.arguments, self.tag)
                if self._is_killed and self.cancel_on_kill and not _is_running(context):
                    job.cancel()  # type: ignore[attr-defined]
                    raise AirflowFailException(f"job {job.id} was cancelled: its task was stopped during the submit")
                if job.is_done:
                    return _plain(jobs.result_to_json(job.result()))
                self._defer(job, seconds, client._clock.wall())
            except (JobFailed, JobCancelled, JobExpired) as error:
                attempt.note_end(str(error))
                self._fail(error)
            except ClientError as error:
                if error.token or attempt.has_next(error):  # a job that exists is waited for by the next attempt
                    raise
                self._fail(error)

    def resume(self, context: Any, event: dict[str, Any]) -> Any:
        """Return the result that the trigger got, or raise the error."""
        if "result" in event:
            return _plain(event["result"])
        error = error_in_text(package_named(self.package), event["error"])
        if event["is_end"]:
            _TaskState(context).save(Entry(error=str(error), max_tries=context["ti"].max_tries))
            self._fail(error)
        raise error

    def on_kill(self) -> None:
        """Airflow stops this attempt. A submit under way is not cut off, so that its job is known."""
        self._is_killed = True

    def _defer(self, job: Job[Any, Any], seconds: float | None, now: float) -> NoReturn:
        from .trigger import JobTrigger

        trigger = JobTrigger(
            self.package,
            self.job,
            self.conn_id,
            job.token,
            deadline=None if seconds is None else now + seconds,
            timeout=seconds,
            cancel_on_kill=self.cancel_on_kill,
        )
        self.log.info("job %s: waiting for it in a triggerer", job.id)
        limit = None if seconds is None else timedelta(seconds=seconds + GRACE)
        self.defer(trigger=trigger, method_name="resume", timeout=limit)

    def _fail(self, error: ClientError) -> NoReturn:
        """Let the task fail with no retry."""
        raise AirflowFailException(str(error)) from error


class _TaskState:
    """The entry in the state store of the task, which all its attempts share."""

    def __init__(self, context: Any) -> None:
        self._store = context["task_state_store"]

    def load(self) -> Entry | None:
        return read_entry(self._store.get(KEY))

    def save(self, entry: Entry) -> None:
        from airflow.sdk.execution_time.context import NEVER_EXPIRE

        # It is removed with its DAG run.
        self._store.set(KEY, write_entry(entry), retention=NEVER_EXPIRE)

    def forget(self) -> None:
        self._store.delete(KEY)


def _plain(text: str) -> Any:
    """The result in a text from `result_to_json`, as plain JSON."""
    found: Any = loads(text)
    return found["result"]


def _is_running(context: Any) -> bool:
    """Whether Airflow still has the task as running: then its worker is shut down, and a retry goes on."""
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=ti.map_index)
    return any(state == "running" for of_run in states.values() for state in of_run.values())
