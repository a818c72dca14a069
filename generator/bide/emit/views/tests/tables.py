"""The tables of jobs and streams, by the spec."""

from __future__ import annotations

from bide.emit.python.code import Code, literal
from bide.emit.python.table import row
from bide.emit.views.context import Context
from bide.emit.views.view import View
from bide.ir import Job, Kind, Named, Operation, Pointer, Scalar


class JobTableView(View):
    """One kind of job, as the spec describes it."""

    def __init__(self, provider: Context, job: Job) -> None:
        super().__init__(provider)
        self._job = job

    @property
    def table(self) -> Code:
        """The row of the job."""
        job, lifecycle, polling = self._job, self._job.lifecycle, self._job.polling
        result, cancel = lifecycle.result.endpoint, lifecycle.cancel.endpoint if lifecycle.cancel else None
        fields = {
            "name": job.name,
            "submit": Code(f"CALLS[{literal(f'{job.name}.submit')}]"),
            "states": literal({status: state.value for status, state in lifecycle.states.items()}),
            "transitions": literal(lifecycle.transitions) if lifecycle.transitions else None,
            "poll": lifecycle.poll.path,
            "min_interval": polling.min_interval,
            "interval": polling.interval,
            "timeout": polling.timeout,
            "is_polled_by_id": lifecycle.poll.link is None or bool(lifecycle.poll.link.path),
            "codes": tuple(lifecycle.codes),
            "failed": tuple(lifecycle.result.failed),
            "is_open": self.is_open,
            "has_id_in_body": job.reply is not None and bool(job.job_id.field),
            "longest_hold": lifecycle.long_poll.max_seconds if lifecycle.long_poll else None,
            "not_found_grace": polling.not_found_grace,
            "result": result.path if result else None,
            "cancel": (cancel.method, cancel.path) if cancel else None,
            "idempotency_key": job.idempotency_key.name if job.idempotency_key else None,
            "is_found": job.find is not None,
            "values": {name: "a value" for name in lifecycle.names if name in lifecycle.poll.names},
            "has_retry_after": self._has(lifecycle.retry_after),
            "has_reason": self._has(lifecycle.error.message),
        }
        return row("Job", fields, indent=4)

    @property
    def is_open(self) -> bool:
        """Whether the status is a text, so that new ones may appear."""
        if self._job.snapshot is None or not self._job.lifecycle.status:
            return False
        here = self.provider.type_at(self._job.lifecycle.status, Named(self._job.snapshot))
        return here in (Scalar(Kind.STRING), Scalar(Kind.ANY)) or (
            isinstance(here, Named) and not getattr(self.provider.ir.by_name[here.name], "is_numeric", False)
        )

    def _has(self, pointer: Pointer) -> bool:
        """Whether the poll replies of this job have that field."""
        try:
            snapshot = self._job.snapshot
            return bool(pointer and snapshot and self.provider.attributes(pointer, Named(snapshot)))
        except KeyError:
            return False


class StreamTableView(View):
    """An operation that returns a stream of events."""

    def __init__(self, provider: Context, operation: Operation) -> None:
        super().__init__(provider)
        assert operation.stream is not None
        self._name = operation.name
        self._stream = operation.stream
        self.ends = bool(operation.stream.last or operation.stream.end)
        self.fails = bool(operation.stream.error_message)
        self.is_named = operation.stream.is_named

    @property
    def table(self) -> Code:
        """The row of the stream."""
        stream = self._stream
        events = {name: Code(f"models.{model}") for name, model in stream.events if name != stream.error_event}
        fields = {
            "call": Code(f"CALLS[{literal(self._name)}]"),
            "events": literal(events),
            "last": tuple(sorted(stream.last)),
            "end": stream.end,
            "is_named": stream.is_named,
            "kind": stream.kind,
            "is_lines": stream.is_lines,
            "error": (stream.error_event or "", stream.error_message) if stream.error_message else None,
        }
        return row("EventStream", fields, indent=4)
