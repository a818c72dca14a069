"""no-job-id: the id of a job is in a reply that there is, or its address is.

Why: a job whose id or address is looked for in the wrong place is lost.

    submit: {post: /jobs, returns: Ticket}                              # refused, if polls go to a path with {job_id}
    submit: {post: /jobs}                                               # fine beside poll: {get: {header: Location}}
    submit: {post: /jobs, job_id: id}                                   # refused: no "returns" says what the reply is

An address that is handed out in a body has to be in a reply as well, or it is an `unknown-pointer`:

    poll: {get: {field: urls.get}}                                      # refused, if no submit reply has that
    result: {get: {field: urls.result}}                                 # fine, if submit reply or poll reply has that
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_ONE_PLACE = "it is handed out in one place: in a header or in a field"


def check(spec: Spec) -> Iterator[Diagnostic]:
    addresses = {(each.owner, each.role): each for each in spec.endpoints if each.is_of_a_job and each.link}
    for name, job in spec.table("jobs").items():
        poll = addresses.get((job["lifecycle"], "poll"))
        yield from _ids(spec, ("jobs", name, "submit"), job["submit"].get("job_id"), job, poll)
        for path, reply in _replies_with(spec, name):
            yield from _ids(spec, path, reply.get("job_id"), job, poll)
    for (lifecycle, role), endpoint in addresses.items():
        if role == "poll" and "poll_many" in spec.table("lifecycles")[lifecycle]:
            message = '"poll_many" needs jobs that are polled by their id'
            yield spec.at_key(("lifecycles", lifecycle, "poll_many"), "conflicting-keys", message)
        if "field" in endpoint.link:
            yield from _fields(spec, endpoint)
        if len(endpoint.link) > 1:
            yield spec.at_key((*endpoint.method_path, "field"), "conflicting-keys", _ONE_PLACE)


def _replies_with(spec: Spec, job: str) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    """The replies of operations that are such a job."""
    for name, operation in spec.table("operations").items():
        replies = operation.get("returns")
        for status, reply in replies.items() if isinstance(replies, dict) else ():
            if isinstance(reply, dict) and reply["job"] == job:
                yield ("operations", name, "returns", status), reply


def _ids(
    spec: Spec, path: Path, job_id: Json, job: Mapping[str, Json], poll: EndpointView | None
) -> Iterator[Diagnostic]:
    if job_id is None and poll is None:
        message = "nothing says where the id of the job is in the reply"
        yield spec.at_key(path, "no-job-id", message, 'give "job_id", or let polls go to an address that is handed out')
    if isinstance(job_id, dict) and "header" in job_id and "field" in job_id:
        yield spec.at_key((*path, "job_id", "field"), "conflicting-keys", _ONE_PLACE)
    elif job_id and "returns" not in job["submit"] and (isinstance(job_id, str) or "field" in job_id):
        yield spec.at_key((*path, "job_id"), "no-job-id", '"returns" does not say what the reply is')


def _fields(spec: Spec, endpoint: EndpointView) -> Iterator[Diagnostic]:
    """An address in a body has to be in the submit reply; but those of results and for cancelling may come later."""
    pointer = endpoint.link["field"]
    for name, job in spec.jobs_of(endpoint.owner):
        models = [job["submit"].get("returns"), None if endpoint.role == "poll" else job.get("snapshot")]
        known = [model for model in models if model is not None and spec.is_model(model)]
        if not any(spec.follow_or_none(pointer, ir.Named(model)) for model in known):
            of = " and ".join(known) or "the reply"
            message = f'{of} of the job "{name}" {"has" if len(known) < 2 else "have"} no field "{pointer}"'
            yield spec.at_value((*endpoint.method_path, "field"), "unknown-pointer", message)
