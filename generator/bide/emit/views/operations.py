"""Operations and streams as the templates see them."""

from __future__ import annotations

from bide.emit.python.code import Code, docstring, literal
from bide.emit.python.table import row
from bide.emit.views.context import Context
from bide.emit.views.endpoints import Argument, EndpointView
from bide.emit.views.jobs import JobView
from bide.emit.views.view import View
from bide.emit.words import prose
from bide.ir import Kind, Operation, Reply, Scalar, Stream
from bide.spec import names


class OperationView(View):
    def __init__(self, provider: Context, operation: Operation) -> None:
        super().__init__(provider)
        self._operation = operation
        self.endpoint = EndpointView(provider, operation.endpoint)

    @property
    def name(self) -> Code:
        return Code(self._operation.name)

    @property
    def call_name(self) -> Code:
        return self.name

    @property
    def docstring(self) -> Code:
        return docstring(prose.operation(self._operation, self.provider.texts), indent=8)

    @property
    def answers(self) -> list[Reply]:
        return [reply for reply in self._operation.replies if not reply.job]

    @property
    def returns(self) -> Code:
        """The type of a reply that is not a job."""
        kinds = dict.fromkeys(self.provider.reply_type(reply.type) for reply in self.answers)
        return Code(" | ".join(kinds) or "None")

    @property
    def arguments(self) -> list[Argument]:
        return self.endpoint.arguments

    @property
    def call(self) -> Code:
        """What its call function returns."""
        if self.stream is not None:
            fields = {"call": self._call(None), "reader": self.stream.reader}
            return row("StreamCall", fields, indent=4)
        return self._call(self._read, indent=4)

    @property
    def call_type(self) -> Code:
        if self.stream is not None:
            return Code(f"StreamCall[{self.stream.event}]")
        job = self.job
        return Code(f"Call[{self.returns}{f' | Record[{job.snapshot}, {job.result}]' if job else ''}]")

    def _call(self, read: Code | None, *, indent: int | None = None) -> Code:
        is_bytes = any(reply.type == Scalar(Kind.BYTES) for reply in self.answers)
        idempotent = self._operation.endpoint.idempotent
        return self.endpoint.call(read, accept="*/*" if is_bytes else None, idempotent=idempotent, indent=indent)

    @property
    def _read(self) -> Code | None:
        """The function that reads the reply."""
        answers = self.answers
        if self.job is not None and self.job_reply is not None:
            job, at = self.job, self.job_reply
            values = job.values(self._operation.endpoint, at.job_id)
            return Code(
                f"_reads_or_job({self.returns}, status={literal(at.status)}, kind=_jobs.{job.constant},"
                f" reply={job.reply}, job_id={job.id_at(at.job_id)}{f', values={literal(values)}' if values else ''})"
            )
        if all(reply.type is None for reply in answers):
            return None
        if len(answers) == 1:
            return Code(f"_reads({self.returns})")
        return Code(
            f"_reads_by_status({literal({each.status: self.provider.reply_type(each.type) for each in answers})})"
        )

    @property
    def job_reply(self) -> Reply | None:
        return next((reply for reply in self._operation.replies if reply.job), None)

    @property
    def job(self) -> JobView | None:
        name = self._operation.job
        return next((JobView(self.provider, job) for job in self.provider.ir.jobs if job.name == name), None)

    @property
    def stream(self) -> StreamView | None:
        return StreamView(self.provider, self._operation.stream) if self._operation.stream else None


class StreamView(View):
    def __init__(self, provider: Context, stream: Stream) -> None:
        super().__init__(provider)
        self._stream = stream

    @property
    def event(self) -> Code:
        return Code(f"models.{self._stream.union}")

    @property
    def reader(self) -> Code:
        """The reader of its events."""
        stream = self._stream
        fields = {
            "known": {name: Code(f"models.{model}") for name, model in stream.events} if stream.is_named else None,
            "every": None if stream.is_named else self.event,
            "kind": stream.kind,
            "is_lines": stream.is_lines,
            "last": stream.last,
            "end": stream.end,
            "other": Code(f"models.{names.other_class(stream.union)}") if stream.is_named else None,
            "error": stream.error_event,
            "error_message": stream.error_message,
        }
        return row("EventReader", fields)
