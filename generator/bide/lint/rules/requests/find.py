"""bad-find: a `find` finds the job of a submit in a list, by an argument that comes back there.

Why: a client that got no reply to a submit searches the list for the reference that it had sent. If it cannot be found
by it, the client would take a job that exists for one that does not, and pay twice.

    submit:
      post: /jobs
      body: {url: string, external_id?: string}
      find: {get: /jobs, returns: JobList, argument: external_id, list: jobs, reference: external_id, job_id: id}
      find: {get: /jobs, returns: JobList, argument: label, ...}           # refused: the submit has no argument `label`
      find: {get: /jobs, returns: JobList, list: count, ...}               # refused: `count` is no list of models

If the caller gives no reference, the client sends a new one: 32 hexadecimal digits. So the argument is a `string` that
may be these. An item of the list has the id of its job, and what else a poll needs: a link, or a name in its path that
is no argument of the submit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import NotationError, parse_type, spelled
from bide.lint.listed import list_of, listed
from bide.lint.rules.replies.pages import ways
from bide.lint.spec import EndpointView, FieldView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean

_DIGITS = 32
"""How many characters a reference of a client has."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, job in spec.table("jobs").items():
        find = job["submit"].get("find")
        if find is None:
            continue
        path: Path = ("jobs", name, "submit", "find")
        job_id = job["submit"].get("job_id")
        if isinstance(job_id, dict) and "argument" in job_id:
            message = "the id of the job is an argument of its submit, so no list is needed to find it"
            yield spec.at_key(path, "bad-find", message, "remove it")
        yield from _argument(spec, path, find, EndpointView(name, "submit", path[:-1], job["submit"]))
        yield from _list(spec, path, find)
        item = listed(spec, find)
        if isinstance(item, ir.Named) and spec.is_model(item.name):
            yield from _polled(spec, path, find, job, item)


def _argument(spec: Spec, path: Path, find: Mapping[str, Json], submit: EndpointView) -> Iterator[Diagnostic]:
    """Problems of the argument that is the reference."""
    name, at = find["argument"], (*path, "argument")
    arguments = {view.wire: view for view in spec.arguments(submit)}
    view = arguments.get(name)
    if view is None:
        message = f'"{name}" is no argument of this submit'
        yield spec.at_value(at, "bad-find", message, did_you_mean(name, arguments))
    elif view.type is not None and view.type.type != ir.Scalar(ir.Kind.STRING):
        message = f'"{name}" is {spelled(view.type.type)}, but a reference must be a string'
        yield spec.at_value(at, "bad-find", message)
    elif view.is_optional and not _takes_any(view):
        message = f'"{name}" cannot have {_DIGITS} hexadecimal digits, which a client sends if the caller gives none'
        yield spec.at_value(at, "bad-find", message, f'make it required, as "{name}", so that the caller gives one')


def _takes_any(view: FieldView) -> bool:
    """Whether an argument can be what a client chooses."""
    pattern = view.more.get("pattern", "")
    try:
        fits = all(re.search(pattern, digit * _DIGITS) for digit in "0f")
    except re.error:
        return True  # bad-bounds reports that
    return fits and view.more.get("min_length", 0) <= _DIGITS <= view.more.get("max_length", _DIGITS)


def _list(spec: Spec, path: Path, find: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """Problems of the list and its pages."""
    if "pages" in find:
        yield from ways(spec, (*path, "pages"), find["pages"])
        if "list" in find:
            message = 'with "pages", the list of each page is said there'
            yield spec.at_key((*path, "list"), "conflicting-keys", message, f"pages: {{list: {find['list']}, ...}}")
    try:
        reply = parse_type(find["returns"]).type
    except NotationError:
        return
    pointer, item = list_of(find), listed(spec, find)
    is_known = not isinstance(reply, ir.Named) or (
        spec.is_model(reply.name) and (pointer is None or spec.follow_or_none(pointer, reply) is not None)
    )
    if is_known and not (isinstance(item, ir.Named) and spec.is_type(item.name) and spec.is_model(item.name)):
        what = f'"{pointer}"' if pointer is not None else f'"{find["returns"]}"'
        help_ = "" if pointer is not None else "add list: a pointer to the list of jobs in it"
        yield spec.at_key(path, "bad-find", f"{what} is no list of models, in which jobs could be found", help_)


def _polled(
    spec: Spec, path: Path, find: Mapping[str, Json], job: Mapping[str, Json], item: ir.Named
) -> Iterator[Diagnostic]:
    """What the items lack without which a job cannot be polled."""
    lifecycle = spec.table("lifecycles").get(job["lifecycle"])
    if lifecycle is None:
        return
    poll = EndpointView(job["lifecycle"], "poll", ("lifecycles", job["lifecycle"], "poll"), lifecycle["poll"])
    is_link = bool(poll.link) and "path" not in poll.link
    if "job_id" not in find and not is_link:
        message = "nothing says where the items of the list have the id of the job"
        yield spec.at_key(path, "bad-find", message, "add job_id: a pointer to it")
    if is_link and "field" not in poll.link:
        message = f"these jobs are polled at the address in the header {poll.link['header']}, which no list has"
        yield spec.at_key(path, "bad-find", message, "remove it, or give the poll a path too")
    elif is_link and spec.follow_or_none(poll.link["field"], item) is None:
        message = f'{item.name} has no field "{poll.link["field"]}", the address where these jobs are polled'
        yield spec.at_key(path, "bad-find", message)
    submit = EndpointView("", "submit", (), job["submit"])
    given = {view.wire for view in spec.arguments(submit) if not view.is_optional}
    for _, text in poll.texts:
        for name in ir.NAME.findall(text):
            if name != "job_id" and name not in given and spec.follow_or_none(name, item) is None:
                message = f'{item.name} has no field "{name}", which the poll of these jobs needs'
                yield spec.at_key(path, "bad-find", message)
