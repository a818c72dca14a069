"""path-parameter: each `{name}` in a path is declared in `path`, and each parameter in `path` is in the path.

Why: each one becomes an argument.

    get: "/monitors/{id}"
    path: {id: string}

The paths of a lifecycle have one parameter, `{job_id}`, which is not declared. The path of `poll_many` has none: the
ids go into the query or the body.
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
            yield spec.at_value(endpoint.method_path, "path-parameter", f"{{{name}}} appears twice in this path")


def _of_job(spec: Spec, endpoint: EndpointView, named: list[str]) -> Iterator[Diagnostic]:
    for name in named:
        if name != JOB_ID:
            message = f"{{{name}}} is not known here"
            yield spec.at_value(
                endpoint.method_path, "path-parameter", message, f"use {{{JOB_ID}}} for the id of the job"
            )
    if not named:
        message = "this path has no {job_id}"
        yield spec.at_value(endpoint.method_path, "path-parameter", message, f"use {{{JOB_ID}}} for the id of the job")


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
