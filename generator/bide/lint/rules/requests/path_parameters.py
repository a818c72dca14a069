"""path-parameter: every `{name}` of a path is declared in `path`, and the other way round.

Why: each becomes an argument, and none may be left in the address.

    get: "/monitors/{id}"
    path: {id: string}

In a lifecycle there is one name, `{job_id}`, and it is the job's id. The path of `poll_many` has none: the ids of many
jobs go into its query or its body.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_]+)\}")
JOB_ID = "job_id"


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        if endpoint.link:
            continue
        named = _PLACEHOLDER.findall(endpoint.address)
        yield from _repeated(spec, endpoint, named)
        if endpoint.role == "poll_many":
            yield from _of_many(spec, endpoint, named)
        else:
            yield from _of_job(spec, endpoint, named) if endpoint.is_of_a_job else _of_call(spec, endpoint, named)


def _repeated(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    for name, count in Counter(named).items():
        if count > 1:
            yield spec.at_value(endpoint.method_path, "path-parameter", f"{{{name}}} is in this path twice")


def _of_job(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    for name in named:
        if name != JOB_ID:
            message = f"{{{name}}} has no value here"
            yield spec.at_value(endpoint.method_path, "path-parameter", message, f"the job's id is {{{JOB_ID}}}")
    if not named:
        message = "this path does not say which job"
        yield spec.at_value(endpoint.method_path, "path-parameter", message, f"the job's id is {{{JOB_ID}}}")


def _of_many(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    for name in named:
        message = f"{{{name}}} has no value here"
        help_ = 'the ids of the jobs go where "ids" says'
        yield spec.at_value(endpoint.method_path, "path-parameter", message, help_)


def _of_call(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    declared = [view.wire for view in endpoint.parameters("path")]
    for name in named:
        if name not in declared:
            help_ = f"declare it beside the path: path: {{{name}: string}}"
            yield spec.at_value(endpoint.method_path, "path-parameter", f"{{{name}}} is not declared", help_)
    for view in endpoint.parameters("path"):
        if view.wire not in named:
            message = f'"{view.wire}" is not in the path'
            yield spec.at_key(view.path, "path-parameter", message, did_you_mean(view.wire, named))
