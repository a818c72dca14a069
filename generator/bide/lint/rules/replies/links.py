"""no-job-id: each submit reply has the id of the job, or the address to poll.

Why: without either, the job cannot be polled.

    submit: {post: /jobs, returns: Ticket}                              # refused, if the poll path has {job_id}
    submit: {post: /jobs}                                               # fine with poll: {get: {header: Location}}
    submit: {post: /jobs, job_id: id}                                   # refused: no "returns" for the reply with "id"
    submit: {put: "/jobs/{id}", path: {id: string}, job_id: {argument: id}}          # fine: a required argument

An address in the field of a body must exist in a reply, or it is an `unknown-pointer`:

    poll: {get: {field: urls.get}}                                      # refused, if no submit reply has the field
    result: {get: {field: urls.result}}                                 # fine, if a submit or poll reply has the field
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import spelled
from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean

_ONE_PLACE = "use either a header or a field, not both"
_IDS = tuple(ir.Scalar(kind) for kind in (ir.Kind.STRING, ir.Kind.UUID, ir.Kind.INTEGER))


def check(spec: Spec) -> Iterator[Diagnostic]:
    addresses = {(each.owner, each.role): each for each in spec.endpoints if each.is_of_a_job and each.link}
    for name, job in spec.table("jobs").items():
        poll = addresses.get((job["lifecycle"], "poll"))
        submit = EndpointView(name, "submit", ("jobs", name, "submit"), job["submit"])
        yield from _ids(spec, submit.path, job["submit"].get("job_id"), job, poll, submit)
        for path, reply, operation in _replies_with(spec, name):
            yield from _ids(spec, path, reply.get("job_id"), job, poll, operation)
    for (lifecycle, role), endpoint in addresses.items():
        if role == "poll" and "path" not in endpoint.link and "poll_many" in spec.table("lifecycles")[lifecycle]:
            message = '"poll_many" needs a poll path with {job_id}'
            yield spec.at_key(("lifecycles", lifecycle, "poll_many"), "conflicting-keys", message)
        if "field" in endpoint.link:
            yield from _fields(spec, endpoint)
        if {"header", "field"} <= endpoint.link.keys():
            yield spec.at_key((*endpoint.method_path, "field"), "conflicting-keys", _ONE_PLACE)
        if "path" in endpoint.link and ir.NAME.findall(endpoint.link["path"]) != ["job_id"]:
            message = "a path beside a link has {job_id} in it, and no other name"
            yield spec.at_value((*endpoint.method_path, "path"), "path-parameter", message)


def _replies_with(spec: Spec, job: str) -> Iterator[tuple[Path, Mapping[str, Json], EndpointView]]:
    """The replies of operations that are this job, and these operations."""
    for name, operation in spec.table("operations").items():
        replies = operation.get("returns")
        for status, reply in replies.items() if isinstance(replies, dict) else ():
            if isinstance(reply, dict) and reply["job"] == job:
                endpoint = EndpointView(name, "operation", ("operations", name), operation)
                yield ("operations", name, "returns", status), reply, endpoint


def _ids(
    spec: Spec, path: Path, job_id: Json, job: Mapping[str, Json], poll: EndpointView | None, maker: EndpointView
) -> Iterator[Diagnostic]:
    if job_id is None and (poll is None or "path" in poll.link):
        message = "this reply has no job id"
        yield spec.at_key(
            path,
            "no-job-id",
            message,
            'add "job_id", or poll an address from the reply, as in poll: {get: {header: Location}}',
        )
    if isinstance(job_id, dict) and "argument" in job_id:
        yield from _argument(spec, (*path, "job_id"), job_id, maker)
    elif isinstance(job_id, dict) and "header" in job_id and "field" in job_id:
        yield spec.at_key((*path, "job_id", "field"), "conflicting-keys", _ONE_PLACE)
    elif job_id and "returns" not in job["submit"] and (isinstance(job_id, str) or "field" in job_id):
        message, help_ = (
            '"job_id" is a field of the reply, and "returns" is missing',
            "returns: the model of that reply",
        )
        yield spec.at_key((*path, "job_id"), "no-job-id", message, help_)


def _argument(spec: Spec, path: Path, job_id: Mapping[str, str], maker: EndpointView) -> Iterator[Diagnostic]:
    """Problems of an id that is an argument of *maker*, the request that makes the job."""
    for key in ("header", "field", "template"):
        if key in job_id:
            message = f'the id is either an argument or in the reply, so "{key}" cannot be used with "argument"'
            yield spec.at_key((*path, key), "conflicting-keys", message)
    name = job_id["argument"]
    arguments = {view.wire: view for view in spec.arguments(maker) if not view.is_optional}
    view = arguments.get(name)
    if view is None:
        message = f'"{name}" is not a required argument of this request'
        yield spec.at_value((*path, "argument"), "no-job-id", message, did_you_mean(name, arguments))
    elif view.type is not None and view.type.type not in _IDS:
        message = f'"{name}" is {spelled(view.type.type)}, but an id must be text or a whole number'
        yield spec.at_value((*path, "argument"), "no-job-id", message)


def _fields(spec: Spec, endpoint: EndpointView) -> Iterator[Diagnostic]:
    """Addresses in fields that no reply has. Poll addresses are in submit replies, others may be in polls too."""
    pointer = endpoint.link["field"]
    for name, job in spec.jobs_of(endpoint.owner):
        models = [job["submit"].get("returns"), None if endpoint.role == "poll" else job.get("snapshot")]
        known = [model for model in models if model is not None and spec.is_model(model)]
        if not any(spec.follow_or_none(pointer, ir.Named(model)) for model in known):
            of = " and ".join(known) or "the reply"
            message = f'{of} of the job "{name}" {"has" if len(known) < 2 else "have"} no field "{pointer}"'
            yield spec.at_value((*endpoint.method_path, "field"), "unknown-pointer", message)
