"""The jobs of a spec as Arazzo 1.0.1 workflows over its OpenAPI document: submit, poll until it is over, fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bide import ir
from bide.exporter.bodies import body_at
from bide.exporter.openapi import openapi
from bide.ir import Json

SOURCE = "api"
"""The name of the OpenAPI document in the workflows."""


def arazzo(provider: ir.Provider, *, url: str = "openapi.yaml") -> dict[str, Json]:
    """The document, as plain data. *url* is where the OpenAPI document is.

    A job whose poll or result cannot be reached by values of its submit is left out.
    """
    document = openapi(provider)
    found = (_workflow(provider, job, document) for job in provider.jobs)
    return {
        "arazzo": "1.0.1",
        "info": {"title": provider.title, "version": provider.package.version},
        "sourceDescriptions": [{"name": SOURCE, "url": url, "type": "openapi"}],
        "workflows": [workflow for workflow in found if workflow],
    }


def _workflow(provider: ir.Provider, job: ir.Job, document: Json) -> Json:
    status = body_at(provider, job.snapshot, job.lifecycle.status)
    submit = _operation(document, f"{job.name}.submit") or _shared(document, job)
    if submit is None or not job.lifecycle.status:
        return None
    link = next((reply["links"]["poll"] for reply in submit["responses"].values() if "links" in reply), None)
    if link is None:
        return None
    poll = _operation(document, link["operationId"])
    outputs = {name: value for name, value in link["parameters"].items() if value.startswith("$response")}
    given = {name: f"$steps.submit.outputs.{name}" for name in outputs}
    for name, value in link["parameters"].items():
        if value.startswith("$request.body"):
            return None  # inputs have the body as a whole
        if name not in given:
            given[name] = f"$inputs.{value.rpartition('.')[2]}"
    inputs = {each["name"]: each for each in submit.get("parameters", []) if "const" not in each["schema"]}
    steps = [
        {
            "stepId": "submit",
            "operationId": submit["operationId"],
            **_parameters({each["name"]: f"$inputs.{each['name']}" for each in inputs.values()}, inputs.values()),
            **({"requestBody": {"payload": "$inputs.body"}} if "requestBody" in submit else {}),
            "successCriteria": [{"condition": "$statusCode < 300"}],
            **({"outputs": outputs} if outputs else {}),
        },
        {
            "stepId": "poll",
            "operationId": link["operationId"],
            **_parameters(given, poll["parameters"]),
            "successCriteria": [{"condition": _any_status(job, status, lambda state: state.has_result)}],
            "onFailure": _endings(job, status),
            "outputs": {"status": status, "job": body_at(provider, job.snapshot)},
        },
    ]
    result = _operation(document, f"{job.lifecycle.name}.result")
    in_result = _in_path(result) if result is not None else []
    for name in in_result:
        model = _model_with(provider, job, job.address_values.get(name, ()))
        if name not in given and model is not None:
            step = steps[1 if model == job.snapshot else 0]
            step.setdefault("outputs", {})[name] = body_at(provider, model, job.address_values[name])
            given[name] = f"$steps.{step['stepId']}.outputs.{name}"
    if not all(name in given for name in in_result):
        return None
    if result is not None:
        steps.append(
            {
                "stepId": "result",
                "operationId": result["operationId"],
                **_parameters(given, result.get("parameters", [])),
                "successCriteria": [{"condition": "$statusCode == 200"}],
                "outputs": {"result": body_at(provider, job.result.name if isinstance(job.result, ir.Named) else None)},
            }
        )
    last = "$steps.result.outputs.result" if result is not None else "$steps.poll.outputs.job"
    properties: dict[str, Json] = {name: {} for name in inputs} | ({"body": {}} if "requestBody" in submit else {})
    return {
        "workflowId": job.name,
        **({"description": job.description} if job.description else {}),
        **({"inputs": {"type": "object", "properties": properties}} if properties else {}),
        "steps": steps,
        "outputs": {"result": last},
    }


def _operation(document: Json, name: str) -> Json:
    """The operation of this id; `None` if there is none."""
    found = (each for methods in document["paths"].values() for each in methods.values())
    return next((each for each in found if each["operationId"] == name), None)


def _model_with(provider: ir.Provider, job: ir.Job, at: ir.Pointer) -> str | None:
    """The model of a poll, or else of the reply to the submit, that has this place."""
    models = [name for name in (job.snapshot, job.reply) if name is not None and at]
    return next((name for name in models if any(each.wire == at[0] for each in provider.model(name).fields)), None)


def _in_path(operation: Json) -> list[str]:
    return [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]


def _shared(document: Json, job: ir.Job) -> Json:
    """The operation that a submit became a part of."""
    path = document["paths"].get(job.submit.path, {})
    return path.get(job.submit.method.lower())


def _parameters(values: dict[str, str], declared: Iterable[Json]) -> Json:
    found = [
        {"name": each["name"], "in": each["in"], "value": values[each["name"]]}
        for each in declared
        if each["name"] in values
    ]
    return {"parameters": found} if found else {}


def _any_status(job: ir.Job, at: str, is_meant: Callable[[ir.State], bool]) -> str:
    """That the status is one of those whose state is meant."""
    statuses = [status for status, state in job.lifecycle.states.items() if is_meant(state)]
    return " || ".join(f"{at} == {_literal(status)}" for status in statuses) or "false"


def _literal(status: str) -> str:
    """A status in a condition: text in single quotes, which are doubled inside of it."""
    return status if status in ("true", "false") else "'" + status.replace("'", "''") + "'"


def _endings(job: ir.Job, at: str) -> list[Json]:
    """What to do if the job has no result: end if it has failed, else ask again until the deadline."""
    pause = max(1.0, job.polling.interval[1])
    again = {
        "name": "ask_again",
        "type": "retry",
        "retryAfter": pause,
        "retryLimit": max(1, round(job.polling.timeout / pause)),
    }
    has_failed = _any_status(job, at, lambda state: state.is_final and not state.has_result)
    if has_failed == "false":
        return [again]
    return [{"name": "failed", "type": "end", "criteria": [{"condition": has_failed}]}, again]
