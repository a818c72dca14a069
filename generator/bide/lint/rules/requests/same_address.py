"""same-address: no two requests have the same method and path, unless their bodies tell them apart.

Why: the simulator and the package's fake choose the reply by method, path and body. They would answer one of the two
with the reply of the other. Two bodies are told apart by a constant in both, or by their media types.

    operations: {status: {get: "/jobs/{id}", path: {id: string}, returns: Job}}
    lifecycles: {job: {poll: {get: "/jobs/{job_id}"}, ...}}         # refused: the operation has this address already
    jobs:
      fetch: {submit: {post: /jobs, body: {kind: {const: fetch}, url: string}, ...}, ...}
      crawl: {submit: {post: /jobs, body: {kind: {const: crawl}, url: string}, ...}, ...}       # fine: by "kind"
      upload: {submit: {post: /jobs, body: {page: file}, ...}, ...}        # fine: by multipart/form-data

A `find` and an operation are told apart by a name in the query of the `find` which the operation does not take.
Several lifecycles may poll, fetch and cancel at one address: the id of the job tells them apart. To read a job outside
of a wait, call `get()` of its kind instead of declaring an operation for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bide.lint.media import media_type
from bide.lint.spec import EndpointView, FieldView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json

_PARAMETER = re.compile(r"\{[^{}]*\}")
_OF_JOBS = frozenset(("find", "poll", "poll_many", "result", "cancel"))
_NOUNS = {
    "operation": "the operation",
    "submit": "the submit of",
    "find": "the `find` of",
    "poll": "the poll of",
    "poll_many": "the `poll_many` of",
    "result": "the result of",
    "cancel": "the cancel of",
}


def check(spec: Spec) -> Iterator[Diagnostic]:
    before: dict[tuple[str, str], list[EndpointView]] = {}
    for endpoint in spec.endpoints:
        if not endpoint.address:
            continue
        others = before.setdefault((endpoint.method, _PARAMETER.sub("{}", endpoint.address)), [])
        other = next((each for each in others if not _are_told_apart(spec, each, endpoint)), None)
        if other is not None:
            line = spec.document.key_place(other.method_path).line
            message = f'{_NOUNS[other.role]} "{other.owner}" at line {line} has the same method and path'
            yield spec.at_value(endpoint.method_path, "same-address", message, _help(other, endpoint))
        others.append(endpoint)


def _are_told_apart(spec: Spec, one: EndpointView, other: EndpointView) -> bool:
    if one.role == other.role and one.role in _OF_JOBS:
        return True
    if {one.role, other.role} == {"find", "poll_many"}:
        return True  # by the ids
    if {one.role, other.role} == {"find", "operation"}:
        find, operation = sorted((one, other), key=lambda each: each.role)
        return bool(find.raw.get("query", {}).keys() - {each.wire for each in operation.parameters("query")})
    if {one.role, other.role} <= {"operation", "submit"}:
        types = {media_type(spec, one), media_type(spec, other)}
        if len(types) == 2 and "" not in types:
            return True
    mine, theirs = _constants(spec, one), _constants(spec, other)
    return any(_differ(mine[place], theirs[place]) for place in mine.keys() & theirs.keys())


def _differ(one: Json, other: Json) -> bool:
    """Whether two constants are different JSON: `true` is not 1."""
    return one != other or isinstance(one, bool) != isinstance(other, bool)


def _constants(spec: Spec, endpoint: EndpointView) -> Mapping[tuple[str, ...], Json]:
    """The constants in the body, by the keys that lead to each."""
    body = endpoint.raw.get("body")
    found = dict(_of((), spec.fields(body) if isinstance(body, str) else endpoint.body_fields))
    for view in endpoint.body_fields:
        if "flatten" in view.more:
            found |= dict(_of((view.wire,), spec.fields(view.more["flatten"])))
    return found


def _of(
    above: tuple[str, ...], views: tuple[FieldView, ...] | list[FieldView]
) -> Iterator[tuple[tuple[str, ...], Json]]:
    yield from (((*above, view.wire), view.more["const"]) for view in views if "const" in view.more)


def _help(one: EndpointView, other: EndpointView) -> str:
    if {one.role, other.role} == {"operation", "find"}:
        return (
            "take the operation out: find() of each kind of job reads the list; or ask in the query of `find` for one "
            "job, by a name that the operation does not take"
        )
    if {one.role, other.role} == {"operation", "cancel"}:
        return "keep one of them: the handle of a job has cancel(), also after attach() or resume()"
    if {one.role, other.role} == {"operation", "result"}:
        return "take the operation out: attach() and result() of a handle fetch the result"
    if "operation" in (one.role, other.role) and {one.role, other.role} & _OF_JOBS:
        return "take the operation out: every kind of job has get(), which reads a job"
    if {one.role, other.role} <= {"operation", "submit"}:
        return (
            "give both bodies a field with a constant, such as kind: {const: ...}, or different media types, or make "
            "them one"
        )
    if {one.role, other.role} == {"poll", "result"}:
        return "if the poll reply has the result, leave the method and path of the result out"
    return "give each of them a method and path of its own"
