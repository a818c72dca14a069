"""Operations and streams as the templates see them."""

from __future__ import annotations

from bide.emit.python.code import Code, docstring, literal
from bide.emit.views.context import Context
from bide.emit.views.endpoints import EndpointView
from bide.emit.views.jobs import JobView
from bide.emit.views.view import View
from bide.emit.words import prose
from bide.ir import (
    Kind,
    Named,
    Operation,
    Reply,
    Scalar,
    Stream,
)
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
    def docstring(self) -> Code:
        return docstring(prose.operation(self._operation, self.provider.texts), indent=8)

    @property
    def answers(self) -> list[Reply]:
        return [reply for reply in self._operation.replies if not reply.job]

    @property
    def returns(self) -> Code:
        """The type of an answer that is no job."""
        kinds = dict.fromkeys(self.provider.reply_type(reply.type) for reply in self.answers)
        return Code(" | ".join(kinds) or "None")

    @property
    def read(self) -> Code:
        """How the answer is read."""
        answers = self.answers
        if self.job_reply is not None:
            return Code("")
        if not answers or all(reply.type is None for reply in answers):
            return Code("_reads_nothing")
        if len(answers) == 1:
            return Code(f"_reads({self.returns})")
        table = ", ".join(f"{reply.status}: {self.provider.reply_type(reply.type)}" for reply in answers)
        return Code(f"_reads_by_status({{{table}}})")

    @property
    def accept(self) -> Code | None:
        """The media type that the answer should have, where that is not JSON."""
        return literal("*/*") if any(reply.type == Scalar(Kind.BYTES) for reply in self.answers) else None

    @property
    def job_reply(self) -> Reply | None:
        return next((reply for reply in self._operation.replies if reply.job), None)

    @property
    def job(self) -> JobView | None:
        name = self._operation.job
        return next((JobView(self.provider, job) for job in self.provider.ir.jobs if job.name == name), None)

    @property
    def job_status(self) -> Code:
        assert self.job_reply is not None
        return literal(self.job_reply.status)

    @property
    def job_id(self) -> Code:
        assert self.job_reply is not None
        assert self.job is not None
        return self.job.id_at(self.job_reply.job_id)

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
    def other(self) -> Code:
        return Code(f"models.{names.other_class(self._stream.union)}")

    @property
    def events(self) -> list[tuple[Code, Code]]:
        return [(literal(name), Code(f"models.{model}")) for name, model in self._stream.events]

    @property
    def last(self) -> Code:
        return literal(self._stream.last)

    @property
    def error(self) -> Code | None:
        return literal(self._stream.error_event) if self._stream.error_event else None

    @property
    def error_message(self) -> Code:
        model = dict(self._stream.events).get(self._stream.error_event or "")
        path = self._stream.error_message
        return literal(self.provider.attributes(path, Named(model)) if model else tuple(path))
