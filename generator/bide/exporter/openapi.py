"""A spec as an OpenAPI 3.1 document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bide import ir
from bide.exporter.addresses import Paths
from bide.exporter.bodies import body_at, error_response
from bide.exporter.components import Components
from bide.exporter.security import schemes, usual
from bide.ir import Json

_ERROR = {"default": {"$ref": "#/components/responses/Error"}}


def openapi(provider: ir.Provider) -> dict[str, Json]:
    """The document, as plain data: the same for the same spec."""
    return _Document(provider).whole()


class _Document:
    def __init__(self, provider: ir.Provider) -> None:
        self._provider = provider
        self._components = Components(provider)
        self._paths = Paths(provider, self._components)

    def whole(self) -> dict[str, Json]:
        provider = self._provider
        for lifecycle in provider.lifecycles:  # first, since links lead to polls
            self._lifecycle(lifecycle)
        for job in provider.jobs:
            self._submit(job)
        for operation in provider.operations:
            self._operation(operation)
        security = usual(provider)
        document = {
            "openapi": "3.1.0",
            "info": {"title": provider.title, "version": provider.package.version, "description": provider.description},
            "externalDocs": {"url": provider.docs},
            "servers": [self._server()],
            **({"security": security} if security else {}),
            "paths": self._paths.found,
            "components": {
                "responses": {"Error": error_response(provider)},
                **({"securitySchemes": schemes(provider)} if provider.auth else {}),
            },
        }
        finished: dict[str, Json] = self._components.finished(document)
        return finished

    def _server(self) -> Json:
        variables = {
            each.name: {
                "default": each.sample,
                **({"enum": sorted({each.sample, *(value for value, _ in each.values)})} if each.values else {}),
                **({"description": each.description} if each.description else {}),
            }
            for each in self._provider.variables
            if not each.is_of_token_url
        }
        return {"url": self._provider.base_url, **({"variables": variables} if variables else {})}

    def _operation(self, operation: ir.Operation) -> None:
        replies = {str(reply.status or 200): self._reply(reply) for reply in operation.replies}
        if operation.stream is not None:
            kind = "application/x-ndjson" if operation.stream.is_lines else "text/event-stream"
            types = [ir.Named(model) for _, model in operation.stream.events]
            schema = self._components.received(types)
            replies = {"200": {"description": "A stream of events.", "content": {kind: {"schema": schema}}}}
        self._add(operation.name, operation.endpoint, replies, operation.description, operation.deprecated)

    def _add(
        self,
        name: str,
        endpoint: ir.Endpoint,
        replies: Json,
        description: str,
        deprecated: str = "",
        key: ir.KeyAt | None = None,
        **more: Json,
    ) -> None:
        about = {
            "operationId": name,
            **({"description": description} if description else {}),
            **({"deprecated": True} if deprecated else {}),
            **more,
        }
        responses = {**(replies or {"200": {"description": "Done."}}), **_ERROR}
        self._paths.add(endpoint, {**about, "responses": responses}, key)

    def _reply(self, reply: ir.Reply) -> Json:
        if reply.job is not None:
            job = next(each for each in self._provider.jobs if each.name == reply.job)
            return {
                **self._content(_models([job.reply])),
                "description": f"A job: {job.name}.",
                **self._links(job, reply.job_id),
            }
        return {**self._content([reply.type] if reply.type else []), "description": "The reply."}

    def _content(self, types: Iterable[ir.Type]) -> Json:
        types = list(types)
        if not types:
            return {}
        is_bytes = types == [ir.Scalar(ir.Kind.BYTES)]
        kind = "application/octet-stream" if is_bytes else "application/json"
        return {"content": {kind: {"schema": self._components.received(types)}}}

    # --- jobs ---

    def _submit(self, job: ir.Job) -> None:
        reply = {**self._content(_models([job.reply])), "description": "The job.", **self._links(job, job.job_id)}
        self._add(
            f"{job.name}.submit", job.submit, {"200": reply}, job.description, job.deprecated, job.idempotency_key
        )

    def _links(self, job: ir.Job, job_id: ir.IdAt) -> Json:
        """The link from a submit to the poll of its job."""
        poll = job.lifecycle.poll
        names = self._paths.names(poll)
        if poll.link is not None or "job_id" not in names:
            return {}
        values = {"job_id": self._expression(job_id, job)}
        values |= {name: _argument(each) for name, each in job.address_arguments.items()}
        values |= {name: body_at(self._provider, job.reply, at) for name, at in job.address_values.items()}
        parameters = {names[name]: value for name, value in values.items() if name in names and value}
        if len(parameters) < len(names):
            return {}
        return {"links": {"poll": {"operationId": self._poll_id(job.lifecycle), "parameters": parameters}}}

    def _links_of_poll(self, lifecycle: ir.Lifecycle) -> Json:
        """The links from a poll to the result and to the cancellation, where these need no more than the poll."""
        given = self._paths.names(lifecycle.poll)
        targets = {
            "result": lifecycle.result.endpoint,
            "cancel": lifecycle.cancel.endpoint if lifecycle.cancel is not None else None,
        }
        links = {}
        for name, endpoint in targets.items():
            if endpoint is None or endpoint.link is not None:
                continue
            names = self._paths.names(endpoint)
            if "job_id" in names and names.keys() <= given.keys():
                parameters = {spelled: f"$request.path.{given[each]}" for each, spelled in names.items()}
                links[name] = {"operationId": f"{lifecycle.name}.{name}", "parameters": parameters}
        return {"links": links} if links else {}

    def _poll_id(self, lifecycle: ir.Lifecycle) -> str:
        """The id of the operation at the address of a poll, which lifecycles may share."""
        at = self._paths.found[self._paths.path(lifecycle.poll)][lifecycle.poll.method.lower()]
        found: str = at["operationId"]
        return found

    def _lifecycle(self, lifecycle: ir.Lifecycle) -> None:
        jobs = [job for job in self._provider.jobs if job.lifecycle.name == lifecycle.name]
        if lifecycle.poll.link is None:
            content = self._content(_models(job.snapshot for job in jobs))
            codes = [code for code in (*lifecycle.accepts, *lifecycle.codes) if code < 300] or [200]
            reply = {"description": "The state of the job.", **content, **self._links_of_poll(lifecycle)}
            replies = {str(code): reply for code in dict.fromkeys(codes)}
            polling = list(self._polling(lifecycle, jobs))
            more: Json = {"x-speakeasy-polling": polling} if polling else {}
            self._add(f"{lifecycle.name}.poll", lifecycle.poll, replies, lifecycle.description, **more)
        result = lifecycle.result
        if result.endpoint is not None and result.endpoint.link is None:
            replies = {"200": {"description": "The result.", **self._content(job.result for job in jobs)}}
            replies |= {str(code): {"description": "Not ready yet."} for code in result.not_ready}
            replies |= {str(code): {"description": "The result is gone."} for code in result.gone}
            self._add(f"{lifecycle.name}.result", result.endpoint, replies, "Fetch the result of a job.")
        cancel = lifecycle.cancel
        if cancel is not None and cancel.endpoint.link is None:
            replies = {
                "200": {"description": "Cancelled.", **self._content([cancel.returns] if cancel.returns else [])}
            }
            replies |= {str(code): {"description": "The job is over already."} for code in cancel.over}
            self._add(f"{lifecycle.name}.cancel", cancel.endpoint, replies, "Cancel a job.")

    def _expression(self, job_id: ir.IdAt, job: ir.Job) -> str:
        """Where an id is, as a runtime expression; empty if it is a part of a text."""
        if job_id.template:
            return ""
        if job_id.argument:
            given = job.submit.named.get(job_id.argument)
            return _argument(given) if given else ""
        if job_id.header:
            return f"$response.header.{job_id.header}"
        return body_at(self._provider, job.reply, job_id.field) if job_id.field else ""

    def _polling(self, lifecycle: ir.Lifecycle, jobs: list[ir.Job]) -> Iterator[Json]:
        """The polling of Speakeasy: one entry for each status that ends well."""
        if not lifecycle.status or not jobs:
            return
        polling = jobs[0].polling
        low, high = polling.interval
        at = body_at(self._provider, jobs[0].snapshot, lifecycle.status)
        bad = [status for status, state in lifecycle.states.items() if state.is_final and not state.has_result]
        failures = [{"condition": f'{at} == "{status}"'} for status in bad]
        for status in (status for status, state in lifecycle.states.items() if state.has_result):
            yield {
                "name": "WaitFor" + "".join(part.capitalize() for part in status.replace("-", "_").split("_")),
                "delaySeconds": max(1, round(polling.initial_delay or low)),
                "intervalSeconds": max(1, round(high)),
                "limitCount": max(1, round(polling.timeout / max(high, 1))),
                "successCriteria": [{"condition": f'{at} == "{status}"'}],
                **({"failureCriteria": failures} if failures else {}),
            }


def _models(names: Iterable[str | None]) -> list[ir.Type]:
    return [ir.Named(name) for name in names if name is not None]


def _argument(parameter: ir.Parameter) -> str:
    wire = parameter.field.wire
    return f"$request.body#/{wire}" if parameter.place is ir.Place.BODY else f"$request.{parameter.place}.{wire}"
