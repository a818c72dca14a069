"""path-parameter: each `{name}` in a path is declared in `path`, and each parameter in `path` is in the path.

Why: each one becomes an argument.

    get: "/monitors/{id}"
    path: {id: string}

The requests of a lifecycle declare nothing. In their paths, queries, headers and bodies stand `{job_id}`, required
arguments of the submit, and pointers into the replies of the job:

    poll: {get: "/{endpoint}/status/{job_id}"}             # fine, if each submit has an argument `endpoint`
    poll: {get: /status, query: {id: "{job_id}"}}
    result: {get: "/files/{output.file_id}/content"}       # fine, if the reply has it
    poll: {get: /status}                                   # refused: of which job?

The path of `poll_many` has no parameter: the ids go into the query or the body. In the path and the query of a `find`
stand the argument that it finds a job by, and required arguments of the submit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from bide import ir
from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean

JOB_ID = "job_id"


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        if endpoint.is_of_a_job:
            yield from _of_job(spec, endpoint)
        elif endpoint.role == "find":
            yield from _of_list(spec, endpoint)
        elif not endpoint.link:
            named = ir.NAME.findall(endpoint.address)
            yield from _repeated(spec, endpoint.method_path, named)
            of = _of_many if endpoint.role == "poll_many" else _of_call
            yield from of(spec, endpoint, named)


def _repeated(spec: Spec, place: Path, named: list[str]) -> Iterator[Diagnostic]:
    for name, count in Counter(named).items():
        if count > 1:
            yield spec.at_value(place, "path-parameter", f"{{{name}}} appears twice here")


def _of_job(spec: Spec, endpoint: EndpointView) -> Iterator[Diagnostic]:
    has_name = bool(endpoint.link)
    for place, text in endpoint.texts:
        named = ir.NAME.findall(text)
        has_name = has_name or bool(named)
        yield from _repeated(spec, place, named)
        for name in named:
            jobs = [job for _, job in spec.jobs_of(endpoint.owner)]
            if name != JOB_ID and name in [_id_of(job) for job in jobs]:
                message = f"{{{name}}} is the id of the job"
                yield spec.at_value(place, "path-parameter", message, f"use {{{JOB_ID}}}, as attach() and get() do")
            elif name != JOB_ID and not all(_is_known(spec, name, job, endpoint.role) for job in jobs):
                message = f"{{{name}}} is neither a required argument of the submit nor a text in the replies"
                yield spec.at_value(place, "path-parameter", message, f"use {{{JOB_ID}}} for the id of the job")
    if not has_name:
        message = "nothing says which job this is about"
        help_ = f"use {{{JOB_ID}}} in the path, or in query, headers or body"
        yield spec.at_value(endpoint.method_path, "path-parameter", message, help_)


def _is_known(spec: Spec, name: str, job: Mapping[str, Json], role: str) -> bool:
    """Whether a job has a value of this name: a required argument of its submit, or a field of its replies.

    A poll needs it before its first reply. What is the id of the job has the name `job_id`.
    """
    submit = EndpointView("", "submit", (), job["submit"])
    if any(view.wire == name and not view.is_optional for view in spec.arguments(submit)):
        return True
    replies = (job["submit"].get("returns"), job.get("snapshot") if role != "poll" else None)
    models = [model for model in replies if model and spec.is_model(model)]
    found = [spec.follow_or_none(name, ir.Named(model)) for model in models]
    return any(isinstance(each, ir.Scalar) and each.kind in _ID_KINDS for each in found)


def _id_of(job: Mapping[str, Json]) -> Json:
    """The pointer to the id of a job, or the argument that is its id."""
    job_id = job["submit"].get("job_id")
    return job_id.get("argument", job_id.get("field")) if isinstance(job_id, dict) else job_id


_ID_KINDS = (ir.Kind.STRING, ir.Kind.INTEGER, ir.Kind.ANY)


def _of_list(spec: Spec, endpoint: EndpointView) -> Iterator[Diagnostic]:
    """Problems of a `find`, whose names are arguments of its submit."""
    submit = EndpointView("", "submit", (), spec.table("jobs")[endpoint.owner]["submit"])
    known = {view.wire for view in spec.arguments(submit) if not view.is_optional} | {endpoint.raw["argument"]}
    for place, text in endpoint.texts:
        named = ir.NAME.findall(text)
        yield from _repeated(spec, place, named)
        for name in named:
            if name not in known:
                message = f"{{{name}}} is neither a required argument of the submit nor the reference"
                yield spec.at_value(place, "path-parameter", message, did_you_mean(name, sorted(known)))


def _of_many(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    for name in named:
        message = f"{{{name}}} is not known here"
        help_ = 'the ids of the jobs are sent as "ids" says'
        yield spec.at_value(endpoint.method_path, "path-parameter", message, help_)


def _of_call(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    declared = [view.wire for view in endpoint.parameters("path")]
    for name in named:
        if name not in declared:
            help_ = f"add path: {{{name}: string}}"
            yield spec.at_value(endpoint.method_path, "path-parameter", f"{{{name}}} is not declared", help_)
    for view in endpoint.parameters("path"):
        if view.wire not in named:
            message = f'"{view.wire}" is not in the path'
            yield spec.at_key(view.path, "path-parameter", message, did_you_mean(view.wire, named))
