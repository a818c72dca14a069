"""Jobs and their lifecycles as the templates see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from urllib.parse import quote

from bide.emit.python.code import Code, docstring, literal
from bide.emit.python.table import row
from bide.emit.views.context import Context
from bide.emit.views.endpoints import Argument, EndpointView
from bide.emit.views.view import View
from bide.emit.words import prose
from bide.ir import End, Endpoint, FindAt, IdAt, Job, Lifecycle, Named, Pages, Place, Pointer, PollMany, ResultAt, State
from bide.spec import names


class LifecycleView(View):
    """The tables of a lifecycle."""

    def __init__(self, provider: Context, lifecycle: Lifecycle) -> None:
        super().__init__(provider)
        self._lifecycle = lifecycle
        self._jobs = provider.jobs_of.get(lifecycle.name, [])
        self._snapshots = [Named(job.snapshot) for job in self._jobs if job.snapshot]

    @property
    def name(self) -> Code:
        return Code(f"_{self._lifecycle.name.upper()}")

    @property
    def table(self) -> Code:
        """The tables of the lifecycle, as the runtime reads them."""
        lifecycle, attributes = self._lifecycle, self._attributes
        cancel = lifecycle.cancel.endpoint if lifecycle.cancel else None
        requests = {"poll": lifecycle.poll, "result": lifecycle.result.endpoint, "cancel": cancel}
        links = {name: each for name, each in requests.items() if each and each.link}
        codes = {str(code) for code in lifecycle.codes}
        fields = {
            "poll": self._address(lifecycle.poll),
            "poll_method": lifecycle.poll.method,
            "long_poll": row("LongPoll", asdict(lifecycle.long_poll)) if lifecycle.long_poll else None,
            "status": attributes(lifecycle.status),
            "states": {status: _state(state) for status, state in lifecycle.states.items() if status not in codes},
            "codes": {code: _state(state) for code, state in lifecycle.codes.items()},
            "accepts": frozenset(lifecycle.accepts),
            "ignore_case": lifecycle.ignore_case,
            "ready": tuple((attributes(path), value) for path, value in lifecycle.ready),
            "ends": tuple(self._end(end) for end in lifecycle.ends),
            "result": self._result_at(lifecycle.result),
            "pages": self._pages(lifecycle.result.pages) if self._continues else None,
            "poll_many": _poll_many(lifecycle.poll_many) if lifecycle.poll_many else None,
            "cancel": (cancel.method, self._address(cancel)) if cancel else None,
            "cancel_over": frozenset(lifecycle.cancel.over) if lifecycle.cancel else None,
            "values": self._values,
            "queries": _templates(links, Place.QUERY),
            "headers": _templates(requests, Place.HEADER),
            "bodies": _templates(requests, Place.BODY),
            "auth": {name: literal(each.auth) for name, each in requests.items() if each and each.auth is not None},
            "timeouts": {name: each.timeout for name, each in requests.items() if each and each.timeout},
            "error_code": attributes(lifecycle.error.code),
            "error_message": attributes(lifecycle.error.message),
            "progress": {name: attributes(path) for name, path in asdict(lifecycle.progress).items() if path},
            "retry_after": attributes(lifecycle.retry_after),
            "retry_after_unit": 0.001 if lifecycle.retry_after_unit == "milliseconds" else 1.0,
            "credits": attributes(lifecycle.credits),
        }
        return row("Lifecycle", fields, indent=0)

    def _end(self, end: End) -> Code:
        fields = {
            "state": _state(end.state),
            "values": tuple((self._attributes(path), value) for path, value in end.values),
            "present": self._attributes(end.present),
        }
        return row("End", fields)

    @property
    def _values(self) -> dict[str, Pointer]:
        """Where replies have the values that later requests need, by JSON names."""
        return {name: pointer for job in self._jobs for name, pointer in job.address_values.items()}

    def _result_at(self, result: ResultAt) -> Code | Pointer:
        """The row of a result with its own address, or the path of one in the poll reply."""
        if result.endpoint is None:
            return self._attributes(result.field)
        fields = {
            "path": self._address(result.endpoint),
            "method": result.endpoint.method,
            "not_ready": frozenset(result.not_ready),
            "gone": frozenset(result.gone),
            "failed": frozenset(result.failed),
            "pages": self._pages(result.pages) if result.pages else None,
        }
        return row("ResultAt", fields)

    @property
    def _continues(self) -> bool:
        """Whether the poll reply is the first page of the result."""
        return self._lifecycle.result.endpoint is None and self._lifecycle.result.pages is not None

    def _pages(self, pages: Pages | None) -> Code:
        assert pages is not None
        paths = {"list": pages.list, "next": pages.next, "more": pages.more}
        if self._jobs:
            result = self._jobs[0].result
            paths = {name: self.provider.attributes(path, result) for name, path in paths.items()}
        return row("Pages", {**asdict(pages), **paths})

    def _address(self, endpoint: Endpoint) -> Code | str:
        """The path, or the link."""
        if endpoint.link is None:
            return _path_and_query(endpoint)
        fields = {**asdict(endpoint.link), "name": f"{endpoint.method} {endpoint.path}"}
        return row("Link", {**fields, "envelope": self._envelope if endpoint.link.field else ""})

    @property
    def _envelope(self) -> str:
        """The envelope of the replies that have the links."""
        replies = [job.reply for job in self._jobs] + [job.snapshot for job in self._jobs]
        return next((envelope for name in replies if name and (envelope := self.provider.envelope(name))), "")

    def _attributes(self, path: Pointer) -> Pointer:
        """The path in Python names, which are the same for all jobs of the lifecycle."""
        for snapshot in self._snapshots:
            try:
                return self.provider.attributes(path, snapshot)
            except KeyError:
                continue
        return path


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
        """The type of a poll reply. `None`: the HTTP status is the status, and the body is ignored."""
        if self.ir.snapshot is None:
            return Code("None")
        return Code(f"models.{self.ir.snapshot}{' | None' if self.ir.lifecycle.codes else ''}")

    @property
    def snapshot_class(self) -> Code:
        return Code("type(None)" if self.ir.snapshot is None else f"models.{self.ir.snapshot}")

    @property
    def result(self) -> Code:
        return self.provider.reply_type(self.ir.result)

    @property
    def failed(self) -> Code | None:
        """The exception for a failed job that still has something."""
        return Code(names.failed_class(self.ir.name)) if self.ir.failed_result is not None else None

    @property
    def failed_result(self) -> Code:
        assert self.ir.failed_result is not None
        return self.provider.reply_type(self.ir.failed_result)

    @property
    def failed_docstring(self) -> Code:
        return docstring(prose.failed(self.ir), indent=4)

    @property
    def handle(self) -> Code:
        return Code("CancellableJob" if self.ir.lifecycle.cancel else "Job")

    @property
    def has_webhook(self) -> bool:
        return self.ir.webhook is not None

    @property
    def receive_docstring(self) -> Code:
        return docstring(prose.receive(), indent=8)

    @property
    def can_be_cancelled(self) -> bool:
        return self.ir.lifecycle.cancel is not None

    @property
    def reply(self) -> Code:
        return Code(f"models.{self.ir.reply}" if self.ir.reply else "type(None)")

    def id_at(self, at: IdAt) -> Code:
        """Where a reply to a submit has the id."""
        if at.header or at.template or at.argument:
            envelope = self.provider.envelope(self.ir.reply) if at.field and self.ir.reply else ""
            return row("Link", {**asdict(at), "envelope": envelope})
        return literal(self.provider.attributes(at.field, Named(self.ir.reply)) if self.ir.reply else ())

    def values(self, endpoint: Endpoint, at: IdAt) -> dict[str, Code]:
        """The arguments of a request that makes this job which its id and later requests need."""
        return {name: Code(each.name) for name, each in self.ir.needs_of(endpoint, at).items()}

    @cached_property
    def arguments(self) -> list[Argument]:
        key = [Argument(Code("idempotency_key"), Code("str | None"), False)] if self.ir.idempotency_key else []
        return [*self.endpoint.arguments, *key]

    @property
    def timeout(self) -> Code:
        return literal(self.ir.polling.timeout)

    @property
    def table(self) -> Code:
        """The kind of job, as the runtime reads it."""
        fields = {
            "provider": self.provider.ir.name,
            "name": self.ir.name,
            "lifecycle": self.lifecycle.name,
            "snapshot": self.snapshot_class,
            "result": self.result,
            "failed_result": self.failed_result if self.failed else None,
            "failed": Code(f"_errors.{self.failed}") if self.failed else None,
            "polling": row("Polling", asdict(self.ir.polling)),
            "submit": self._submit_at,
            "retention": self.ir.lifecycle.result.retention,
            "webhook": row("WebhookAt", asdict(self.ir.webhook)) if self.ir.webhook else None,
        }
        return row("JobKind", fields, indent=0)

    @property
    def _submit_at(self) -> Code | None:
        key = self.ir.idempotency_key
        fields = {
            "reply": self.reply if self.ir.reply else None,
            "job_id": self.id_at(self.ir.job_id),
            **({f"idempotency_{key.place}": key.name, "key_retention": key.retention} if key else {}),
            "find": self._find_at(self.ir.find) if self.ir.find else None,
        }
        found = row("SubmitAt", fields)
        return None if found == "SubmitAt()" else found

    def _find_at(self, find: FindAt) -> Code:
        parameter = self.ir.submit.named[find.argument]
        fields = {
            "argument": find.argument,
            "parameter": parameter.name if parameter.field.optional else "",
            "path": _path_and_query(find.endpoint),
            "reply": self.provider.reply_type(find.returns),
            "list": find.list,
            "reference": find.reference,
            "job_id": row("Link", asdict(find.job_id)) if find.job_id.template else find.job_id.field,
            "pages": row("Pages", asdict(find.pages)) if find.pages else None,
            "visible_within": find.visible_within,
            "retention": find.retention,
            "timeout": find.endpoint.timeout,
            "auth": None if find.endpoint.auth is None else literal(find.endpoint.auth),
        }
        return row("FindAt", fields)

    @property
    def call(self) -> Code:
        """What its call function returns."""
        fields = {
            "kind": Code(f"_jobs.{self.constant}"),
            "call": self.endpoint.call(),
            "idempotency_key": Code("idempotency_key") if self.ir.idempotency_key else None,
            "values": {name: Code(each.name) for name, each in self.ir.kept_arguments.items()},
        }
        return row("Submission", fields, indent=4)

    @property
    def call_type(self) -> Code:
        return Code(f"Submission[{self.snapshot}, {self.result}]")

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


def _path_and_query(endpoint: Endpoint) -> str:
    """The path with the query, with names in braces."""
    query = "&".join(f"{_encoded(name)}={_encoded(text)}" for at, name, text in endpoint.constants if at is Place.QUERY)
    return f"{endpoint.path}?{query}" if query else endpoint.path


def _encoded(text: str) -> str:
    """A text for a query; names in braces stay, and are filled in by the runtime."""
    return "".join(part if part.startswith("{") else quote(part, safe="") for part in re.split(r"(\{[^}]*\})", text))


def _templates(requests: Mapping[str, Endpoint | None], place: Place) -> dict[str, dict[str, str]]:
    """The texts of each request in one place."""
    found = {
        role: {name: text for at, name, text in endpoint.constants if at is place}
        for role, endpoint in requests.items()
        if endpoint is not None
    }
    return {role: texts for role, texts in found.items() if texts}


def _poll_many(many: PollMany) -> Code:
    fields = {
        "path": many.endpoint.path,
        "ids": many.ids,
        "max_ids": many.max_ids,
        "method": many.endpoint.method,
        "ids_in": many.ids_in,
        "list": many.list,
        "job_id": many.job_id,
    }
    return row("PollMany", fields)


def _state(state: State) -> Code:
    return Code(f"State.{state.name}")
