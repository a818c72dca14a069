"""How a spec says the jobs of a row, in the names of its constructions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from evidence.jobs.rows import Row, spec_of

_METHODS = ("get", "post", "put", "patch", "delete")
_NAME = re.compile(r"\{\+?([\w.]+)\}")


def words(row: Row) -> str:
    """Poll, id, status, body, result and cancellation, without what most jobs share."""
    spec = spec_of(row.spec)
    jobs = [spec["jobs"][name] for name in row.jobs]
    [lifecycle] = {job["lifecycle"]: spec["lifecycles"][job["lifecycle"]] for job in jobs}.values()
    found = [
        *_poll(lifecycle, jobs),
        *_ids(jobs),
        *_status(lifecycle),
        *_bodies(jobs, spec),
        *_result(lifecycle, jobs),
        *_cancel(lifecycle),
    ]
    if row.operations:
        found.append("an operation with `{202: {job: ...}}`")
    return "; ".join(dict.fromkeys(found))


def _target(request: Mapping[str, Any]) -> Any:
    return next(request[method] for method in _METHODS if method in request)


def _link(target: Mapping[str, str]) -> str:
    return f"link `{target.get('header') or target.get('field')}`"


def _poll(lifecycle: Mapping[str, Any], jobs: list[Any]) -> Iterator[str]:
    poll = lifecycle["poll"]
    target = _target(poll)
    if isinstance(target, dict):
        yield _link(target)
    else:
        places = {place: " ".join(poll.get(place, {}).values()) for place in ("query", "headers", "body")}
        inside = [place for place, text in places.items() if "{job_id}" in text]
        yield f"id in the {inside[0]}" if inside else "`{+job_id}`" if "{+job_id}" in target else "path"
        for name in _names(target, *places.values()):
            yield f"`{{{name}}}` {_origin(name, jobs)}"
        yield from (f"constant {place}" for place, text in places.items() if text and "{" not in text)
    yield from (f"poll by {method.upper()}" for method in _METHODS[1:] if method in poll)
    if "accepts" in poll:
        yield f"`accepts: [{', '.join(map(str, poll['accepts']))}]`"
    if "states" in poll:
        yield "HTTP statuses as states"
    if "long_poll" in poll:
        yield "`long_poll`"


def _names(*texts: str) -> list[str]:
    return [name for text in texts for name in _NAME.findall(text) if name != "job_id"]


def _origin(name: str, jobs: list[Any]) -> str:
    """Where the jobs have a name from."""
    given = [_is_argument(name, job["submit"]) for job in jobs]
    if all(given):
        return "of the submit"
    return "of the submit or its reply" if any(given) else "of the reply"


def _is_argument(name: str, submit: Mapping[str, Any]) -> bool:
    body = submit.get("body", {})
    return any(name in place for place in (submit.get("path", {}), submit.get("query", {}), body) if place is not None)


def _ids(jobs: list[Any]) -> Iterator[str]:
    for job in jobs:
        found = job["submit"].get("job_id")
        if isinstance(found, dict):
            kind = next(kind for kind in ("header", "argument", "field") if kind in found)
            template = ", template" if "template" in found else ""
            yield (
                f"`job_id: {{{kind}: {found[kind]}}}`{template}" if kind != "field" else f"id `{found[kind]}`{template}"
            )
        elif found and "." in found:
            yield f"id `{found}`"


def _status(lifecycle: Mapping[str, Any]) -> Iterator[str]:
    status = lifecycle.get("status", "")
    if "true" in lifecycle.get("states", {}):
        yield f"boolean `{status}`"
    elif "." in status:
        yield f"status `{status}`"
    yield from (f"`{key}`" for key in ("ready", "ends") if key in lifecycle)


def _bodies(jobs: list[Any], spec: Mapping[str, Any]) -> Iterator[str]:
    for job in jobs:
        body = job["submit"].get("body")
        media = job["submit"].get("headers", {}).get("Content-Type", {}).get("const", "")
        if isinstance(body, dict):
            types = [field if isinstance(field, str) else field.get("type", "") for field in body.values()]
            if "list of file" in types:
                yield "list of files"
            elif "file" in types:
                yield "file"
            elif "multipart" in media or "urlencoded" in media:
                yield f"`{media}` without a file" if "multipart" in media else "form"
        elif body in spec.get("unions", {}):
            by = "a discriminator" if "discriminator" in spec["unions"][body] else "shape"
            yield f"body a union by {by}"
        elif body and body != "object" and body not in spec["models"]:
            yield f"`body: {body}`"
        if media.startswith("text/"):
            yield "a text body"


def _result(lifecycle: Mapping[str, Any], jobs: list[Any]) -> Iterator[str]:
    result = lifecycle.get("result")
    if not result:
        return
    if "field" in result:
        yield f"result `{result['field']}`"
    else:
        target = _target(result)
        named = re.sub(r"^.*\{job_id\}", "...", target) if isinstance(target, str) else ""
        texts = " ".join(result.get("query", {}).keys() | result.get("headers", {}).keys())
        yield f"result at {_link(target)}" if isinstance(target, dict) else f"result at `{named}`"
        yield from ([f"constant `{texts}`"] if texts else [])
        yield from (["body of the result"] if "body" in result else [])
    yield from (["`pages`"] if "pages" in result else [])
    yield from (f"as {kind}" for kind in ("bytes", "string") if {job.get("result") for job in jobs} == {kind})


def _cancel(lifecycle: Mapping[str, Any]) -> Iterator[str]:
    if cancel := lifecycle.get("cancel"):
        method = next(method for method in _METHODS if method in cancel)
        yield f"cancel by {method.upper()}" + (" with a body" if "body" in cancel else "")
