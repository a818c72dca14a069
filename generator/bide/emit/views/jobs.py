"""Jobs and their lifecycles as the templates see them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from bide.emit.python.code import Code, annotation, docstring, literal, row, seconds, spread
from bide.emit.views.context import Context
from bide.emit.views.endpoints import Argument, EndpointView
from bide.emit.views.view import View
from bide.emit.words import prose
from bide.ir import Endpoint, IdAt, Job, Lifecycle, Link, LongPoll, Named, Pages, Pointer, PollMany, State
from bide.spec import names


class LifecycleView(View):
    """The tables of a lifecycle, printed."""

    def __init__(self, provider: Context, lifecycle: Lifecycle) -> None:
        super().__init__(provider)
        self._lifecycle = lifecycle
        self._jobs = provider.jobs_of.get(lifecycle.name, [])
        self._snapshots = [Named(job.snapshot) for job in self._jobs if job.snapshot]

    @property
    def name(self) -> Code:
        return Code(f"_{self._lifecycle.name.upper()}")

    @property
    def settings(self) -> list[tuple[Code, Code]]:
        """(name, value) of each that differs from what the runtime assumes."""
        lifecycle = self._lifecycle
        own = {status: state for status, state in lifecycle.states.items() if not _is_code(status, lifecycle)}
        found = [("poll", self._address(lifecycle.poll))]
        if lifecycle.poll.method != "GET":
            found.append(("poll_method", literal(lifecycle.poll.method)))
        if lifecycle.long_poll is not None:
            found.append(("long_poll", _long_poll(lifecycle.long_poll)))
        if lifecycle.status:
            found += [("status", self._attributes(lifecycle.status)), ("states", _states(own))]
        if lifecycle.codes:
            found.append(("codes", _states(lifecycle.codes)))
        if set(lifecycle.accepts) != {200, 202}:
            found.append(("accepts", literal(frozenset(lifecycle.accepts))))
        if lifecycle.ignore_case:
            found.append(("ignore_case", literal(True)))
        for name, tests in (("ready", lifecycle.ready), ("failed_if", lifecycle.failed_if)):
            if tests:
                printed = [f"({self._attributes(path)}, {literal(value)})" for path, value in tests]
                found.append((name, row(printed, indent=4)))
        if lifecycle.result.endpoint is not None:
            found.append(("result", self._result_at))
        elif lifecycle.result.field:
            found.append(("result", self._attributes(lifecycle.result.field)))
        if lifecycle.poll_many is not None:
            found.append(("poll_many", self._poll_many(lifecycle.poll_many)))
        if lifecycle.cancel is not None:
            endpoint = lifecycle.cancel.endpoint
            found.append(("cancel", Code(f"({literal(endpoint.method)}, {self._address(endpoint)})")))
        if timeouts := self._timeouts:
            found.append(("timeouts", Code(f"{{{timeouts}}}")))
        for name, path in (
            ("failed_with", lifecycle.failed_with),
            ("error_code", lifecycle.error.code),
            ("error_message", lifecycle.error.message),
            ("retry_after", lifecycle.retry_after),
            ("credits", lifecycle.credits),
        ):
            if path:
                found.append((name, self._attributes(path)))
        if lifecycle.retry_after and lifecycle.retry_after_unit == "milliseconds":
            found.append(("retry_after_unit", literal(0.001)))
        if progress := self._progress:
            found.append(("progress", spread("{}", progress, indent=4)))
        return [(Code(name), value) for name, value in found]

    def _address(self, endpoint: Endpoint) -> Code:
        """A path, or where the provider hands the address out."""
        if endpoint.link is None:
            return literal(endpoint.path)
        return link(endpoint.link, name=f"{endpoint.method} {endpoint.path}")

    @property
    def _timeouts(self) -> str:
        lifecycle = self._lifecycle
        cancel = lifecycle.cancel.endpoint if lifecycle.cancel else None
        table = (("poll", lifecycle.poll), ("result", lifecycle.result.endpoint), ("cancel", cancel))
        return ", ".join(f"{literal(name)}: {seconds(each.timeout)}" for name, each in table if each and each.timeout)

    @property
    def _result_at(self) -> Code:
        result = self._lifecycle.result
        assert result.endpoint is not None
        parts = [f"path={self._address(result.endpoint)}"]
        if result.endpoint.method != "GET":
            parts.append(f"method={literal(result.endpoint.method)}")
        if set(result.not_ready) != {409}:
            parts.append(f"not_ready={literal(frozenset(result.not_ready))}")
        if set(result.gone) != {404, 410}:
            parts.append(f"gone={literal(frozenset(result.gone))}")
        if result.pages is not None:
            parts.append(f"pages={self._pages(result.pages)}")
        return Code(f"ResultAt({', '.join(parts)})")

    def _pages(self, pages: Pages) -> Code:
        results = [job.result for job in self._jobs]

        def attributes(path: Pointer) -> Code:
            return literal(self.provider.attributes(path, results[0]) if results else tuple(path))

        parts = [f"list={attributes(pages.list)}", f"query={literal(pages.query)}"]
        parts += [f"next={attributes(pages.next)}"] if pages.next else []
        parts += [f"more={attributes(pages.more)}"] if pages.more else []
        parts += [f"first={literal(pages.first)}"] if pages.first != 1 else []
        return Code(f"Pages({', '.join(parts)})")

    def _poll_many(self, many: PollMany) -> Code:
        parts = [f"path={literal(many.endpoint.path)}", f"ids={literal(many.ids)}", f"max_ids={literal(many.max_ids)}"]
        if many.endpoint.method != "GET":
            parts.append(f"method={literal(many.endpoint.method)}")
        if many.ids_in != "query":
            parts.append(f"ids_in={literal(many.ids_in)}")
        if many.list:
            parts.append(f"list={literal(tuple(many.list))}")
        parts.append(f"job_id={literal(tuple(many.job_id))}")
        return Code(f"PollMany({', '.join(parts)})")

    @property
    def _progress(self) -> list[str]:
        progress = self._lifecycle.progress
        table = (
            ("done", progress.done),
            ("total", progress.total),
            ("message", progress.message),
            ("share", progress.share),
            ("percent", progress.percent),
        )
        return [f"{literal(name)}: {self._attributes(path)}" for name, path in table if path]

    def _attributes(self, path: Pointer) -> Code:
        """The path in Python names; jobs that share a lifecycle agree on them."""
        for snapshot in self._snapshots:
            try:
                return literal(self.provider.attributes(path, snapshot))
            except KeyError:
                continue
        return literal(tuple(path))


class JobView(View):
    """A job as a namespace of the client."""

    def __init__(self, provider: Context, job: Job) -> None:
        super().__init__(provider)
        self.ir = job
        self.endpoint = EndpointView(provider, job.submit)
        self.lifecycle = LifecycleView(provider, job.lifecycle)

    @property
    def name(self) -> Code:
        return Code(self.ir.name)

    @property
    def call_name(self) -> Code:
        return Code(names.call_function(self.ir.name))

    @property
    def text(self) -> Code:
        """The name as a string."""
        return literal(self.ir.name)

    @property
    def constant(self) -> Code:
        return Code(self.ir.name.upper())

    @property
    def class_name(self) -> Code:
        return Code(names.jobs_class(self.ir.name))

    @property
    def async_class_name(self) -> Code:
        return Code(f"Async{self.class_name}")

    @property
    def params_class(self) -> Code:
        return Code(names.params_class(self.ir.name))

    @property
    def snapshot(self) -> Code:
        """The type of a poll reply. Where the HTTP status tells, its body may be anything."""
        if self.ir.snapshot is None:
            return Code("None")
        return Code(f"models.{self.ir.snapshot}{' | None' if self.ir.lifecycle.codes else ''}")

    @property
    def snapshot_class(self) -> Code:
        return Code("type(None)" if self.ir.snapshot is None else f"models.{self.ir.snapshot}")

    @property
    def result(self) -> Code:
        return annotation(self.ir.result, prefix="models.")

    @property
    def failed(self) -> Code | None:
        """The exception that has what a failed job has all the same."""
        return Code(names.failed_class(self.ir.name)) if self.ir.failed_result is not None else None

    @property
    def failed_result(self) -> Code:
        assert self.ir.failed_result is not None
        return annotation(self.ir.failed_result, prefix="models.")

    @property
    def failed_docstring(self) -> Code:
        return docstring(prose.failed(self.ir), indent=4)

    @property
    def handle(self) -> Code:
        return Code("CancellableJob" if self.ir.lifecycle.cancel else "Job")

    @property
    def can_be_cancelled(self) -> bool:
        return self.ir.lifecycle.cancel is not None

    @property
    def cancel_passed(self) -> Code:
        """The last argument of a call that has one more for jobs that can be cancelled."""
        return Code(", cancel_on_timeout" if self.can_be_cancelled else "")

    @property
    def reply(self) -> Code:
        return Code(f"models.{self.ir.reply}" if self.ir.reply else "type(None)")

    @property
    def reads_reply(self) -> Code:
        return Code(f"_reads({self.reply})" if self.ir.reply else "_reads_nothing")

    @property
    def job_id(self) -> Code:
        return self.id_at(self.ir.job_id)

    def id_at(self, at: IdAt) -> Code:
        """Where the id of such a job is, in the reply to a submit."""
        if at.header or at.template:
            return link(Link(header=at.header, field=at.field), template=at.template)
        return literal(self.provider.attributes(at.field, Named(self.ir.reply)) if self.ir.reply else ())

    @property
    def idempotency_header(self) -> Code | None:
        return literal(self.ir.idempotency_key) if self.ir.idempotency_key else None

    @cached_property
    def arguments(self) -> list[Argument]:
        key = [Argument(Code("idempotency_key"), Code("str | None"), False)] if self.ir.idempotency_key else []
        return [*self.endpoint.arguments, *key]

    @property
    def timeout(self) -> Code:
        return seconds(self.ir.polling.timeout)

    @property
    def polling(self) -> list[tuple[Code, Code]]:
        polling = self.ir.polling
        found = [("interval", _pair(polling.interval)), ("min_interval", seconds(polling.min_interval))]
        if polling.typical is not None:
            found.append(("typical", _pair(polling.typical)))
        found.append(("timeout", seconds(polling.timeout)))
        if polling.not_found_grace:
            found.append(("not_found_grace", seconds(polling.not_found_grace)))
        return [(Code(name), value) for name, value in found]

    @property
    def docstring(self) -> Code:
        return docstring(prose.namespace(self.ir), indent=4)

    @property
    def attribute_docstring(self) -> Code:
        return docstring(prose.sentence(self.ir.description), indent=8)

    @property
    def params_docstring(self) -> Code:
        return docstring(f"The arguments of one `{self.ir.name}` job, for `run_many`.", indent=4)

    @cached_property
    def submit_docstring(self) -> Code:
        return docstring(prose.submit(self.ir, self.provider.texts), indent=8)

    @property
    def run_docstring(self) -> Code:
        return docstring(prose.run(self.ir, self.provider.texts, is_async=False), indent=8)

    @property
    def async_run_docstring(self) -> Code:
        return docstring(prose.run(self.ir, self.provider.texts, is_async=True), indent=8)

    @property
    def run_many_docstring(self) -> Code:
        text = prose.run_many(self.ir, self.params_class, is_async=False)
        return docstring(text, indent=8)

    @property
    def async_run_many_docstring(self) -> Code:
        text = prose.run_many(self.ir, self.params_class, is_async=True)
        return docstring(text, indent=8)


def link(at: Link, *, template: str = "", name: str = "") -> Code:
    """Where the provider hands something out."""
    place = f"header={literal(at.header)}" if at.header else f"field={literal(tuple(at.field))}"
    more = "".join(f", {key}={literal(text)}" for key, text in (("template", template), ("name", name)) if text)
    return Code(f"Link({place}{more})")


def _long_poll(long_poll: LongPoll) -> Code:
    place = f"header={literal(long_poll.header)}" if long_poll.header else f"query={literal(long_poll.query)}"
    return Code(f"LongPoll({place}, max_seconds={seconds(long_poll.max_seconds)})")


def _is_code(status: str, lifecycle: Lifecycle) -> bool:
    return status in map(str, lifecycle.codes)


def _states(states: Mapping[str, State] | Mapping[int, State]) -> Code:
    return spread("{}", [f"{literal(status)}: State.{state.name}" for status, state in states.items()], indent=4)


def _pair(values: tuple[float, float]) -> Code:
    return Code(f"({seconds(values[0])}, {seconds(values[1])})")
