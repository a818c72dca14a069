"""unknown-pointer: a pointer leads to a field of its model.

Why: a status, an id or a message is never found in the wrong place.

    models: {Job: {fields: {status: string, error?: JobError}}}
    status: state                            # refused: Job has no "state"
    error: {message: error.message}          # fine, if JobError has a message

Pointers use JSON names. They lead through optional and nullable fields, but not into unions. A number is a place in a
list, from 0: `errors.0.message`. Free-form JSON (`any`, `object`) and maps have every field.

If several jobs share a lifecycle, all of them must have the status, the result, the id among many, and the fields of
`ready` and `ends`. For error, progress, `retry_after` and credits, one of them is enough.

wrong-pointer: the value that a pointer leads to has a suitable type.

Why: for example, an error message must be text, not an object.

    models: {Job: {fields: {status: string, error?: JobError}}}
    error: {message: error}                  # refused: "error" is JobError, not text
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bide import ir
from bide.ir.notation import NotationError, parse_type, spelled
from bide.ir.pointers import LeadsNowhere
from bide.lint.listed import listed
from bide.lint.spec import Spec, conditions
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean, first_of

_TEXT = "text"
_MESSAGE = "text or a list of texts"
_NUMBER = "a number"
_ID = "text or a whole number"
_STATUS = "text, a whole number or a boolean"
_ANYTHING = "anything"

_KINDS = {
    _TEXT: {ir.Kind.STRING, ir.Kind.UUID},
    _MESSAGE: {ir.Kind.STRING, ir.Kind.UUID},
    _NUMBER: {ir.Kind.INTEGER, ir.Kind.NUMBER},
    _ID: {ir.Kind.STRING, ir.Kind.UUID, ir.Kind.INTEGER},
    _STATUS: {ir.Kind.STRING, ir.Kind.INTEGER, ir.Kind.BOOLEAN},
}


@dataclass(frozen=True, slots=True)
class _Use:
    """A pointer: its place in the spec, the type it starts from and what it must lead to."""

    path: Path
    pointer: str
    start: ir.Type
    wanted: str
    is_key: bool = False
    somewhere: bool = False
    """Whether one of the jobs of the lifecycle is enough."""


def check(spec: Spec) -> Iterator[Diagnostic]:
    lost: dict[tuple[_Use, str], list[ir.Type]] = {}
    found_somewhere: set[_Use] = set()
    for use in _uses(spec):
        if not _exists(spec, use.start):
            continue
        anywhere = replace(use, start=ir.Scalar(ir.Kind.ANY))
        try:
            found = spec.follow(use.pointer, use.start)
        except LeadsNowhere as error:
            lost.setdefault((anywhere, error.step), []).append(error.holder)
        else:
            found_somewhere.add(anywhere)
            if not _can_be(spec, found, use.wanted):
                message = f'"{use.pointer}" is {spelled(found)}, but it must be {use.wanted}'
                yield _problem(spec, use, "wrong-pointer", message)
    for (use, step), holders in lost.items():
        if use.somewhere and use in found_somewhere:
            continue
        message, help_ = _lost(spec, step, holders)
        yield _problem(spec, use, "unknown-pointer", message, _rewritten(spec, use.pointer, step, holders) or help_)


def _problem(spec: Spec, use: _Use, code: str, message: str, help_: str = "") -> Diagnostic:
    at = spec.at_key if use.is_key else spec.at_value
    return at(use.path, code, message, help_)


def _lost(spec: Spec, step: str, holders: list[ir.Type]) -> tuple[str, str]:
    """The message and the help for a field that is missing in the types of one or several jobs."""
    names = sorted({spelled(holder) for holder in holders})
    fields = {wire for name in names for wire in spec.fields_of(name) or ()}
    verb = "has" if len(names) == 1 else "have"
    if any(isinstance(holder, ir.ListOf) for holder in holders):
        help_ = f'a number from 0 leads to one of its items, as in "0.{step}"'
        return f'{", ".join(names)} is a list and has no field "{step}"', help_
    return f'{", ".join(names)} {verb} no field "{step}"', did_you_mean(step, sorted(fields)) or first_of(
        sorted(fields)
    )


def _rewritten(spec: Spec, pointer: str, step: str, holders: list[ir.Type]) -> str:
    """What to write for a pointer in another notation, or for one that begins outside of the envelope."""
    if step == "$":
        return f"a pointer begins with a key: {pointer.removeprefix('$.')}"
    models = spec.table("models")
    raw = [models.get(holder.name, {}) for holder in holders if isinstance(holder, ir.Named)]
    envelopes = {models.get(model.get("is"), model).get("envelope") for model in raw}
    if envelopes == {step} and pointer.startswith(f"{step}."):
        return f'pointers begin inside of the envelope "{step}": {pointer.removeprefix(f"{step}.")}'
    return ""


def _exists(spec: Spec, start: ir.Type) -> bool:
    """Whether the type exists. If it does not, `unknown-model` reports it."""
    return not isinstance(start, ir.Named) or spec.is_model(start.name)


def _can_be(spec: Spec, found: ir.Type, wanted: str) -> bool:
    match found:
        case ir.Scalar(ir.Kind.ANY):
            return True
        case ir.Scalar(kind):
            return wanted == _ANYTHING or kind in _KINDS[wanted]
        case ir.ListOf(item):
            return wanted == _ANYTHING or (wanted == _MESSAGE and _can_be(spec, item, _TEXT))
        case ir.OneOf(types):
            return any(_can_be(spec, each, wanted) for each in types)
        case ir.Named(name) if name in spec.table("enums"):
            return wanted != _NUMBER or spec.is_numeric(name)
        case ir.Named(name) if not spec.is_type(name):
            return True
        case _:
            return wanted == _ANYTHING


def _uses(spec: Spec) -> Iterator[_Use]:
    jobs = spec.table("jobs")
    for name, job in jobs.items():
        submit = job["submit"]
        if "returns" in submit:
            yield from _id_uses(("jobs", name, "submit", "job_id"), submit.get("job_id"), ir.Named(submit["returns"]))
        if "find" in submit:
            yield from _find_uses(spec, ("jobs", name, "submit", "find"), submit["find"])
        yield from _item_uses(spec, ("jobs", name, "items"), job)
        yield from _webhook_uses(("jobs", name, "webhook", "job_id"), job)
        lifecycle = spec.table("lifecycles").get(job["lifecycle"])
        if lifecycle is not None and "snapshot" in job:
            yield from _lifecycle_uses(("lifecycles", job["lifecycle"]), lifecycle, ir.Named(job["snapshot"]))
        if lifecycle is not None and spec.is_model(job["result"]):
            pages = lifecycle.get("result", {}).get("pages", {})
            yield from _page_uses(("lifecycles", job["lifecycle"], "result", "pages"), pages, ir.Named(job["result"]))
    for name, operation in spec.table("operations").items():
        returns = operation.get("returns")
        for status, reply in returns.items() if isinstance(returns, dict) else ():
            if isinstance(reply, dict) and reply["job"] in jobs:
                made = jobs[reply["job"]]["submit"].get("returns")
                path = ("operations", name, "returns", status, "job_id")
                yield from _id_uses(path, reply.get("job_id"), ir.Named(made)) if made else ()
        stream = operation.get("stream", {})
        error, events = stream.get("error", {}), spec.events(stream)
        one = stream.get("events", stream.get("lines"))
        model = one if events is None else events.get(error.get("event"))
        if error and isinstance(model, str):
            at: Path = ("operations", name, "stream", "error", "message")
            yield _Use(at, error["message"], ir.Named(model), _TEXT)


def _page_uses(path: Path, pages: Mapping[str, Json], reply: ir.Type) -> Iterator[_Use]:
    for key, wanted in (("list", _ANYTHING), ("next", _ID), ("more", _ANYTHING)):
        if isinstance(pages.get(key), str):
            yield _Use((*path, key), pages[key], reply, wanted)
    if "field" in (following := pages.get("next", {})) and isinstance(following, dict):
        of_next = _ID if "query" in pages else _TEXT
        yield _Use((*path, "next", "field"), following["field"], reply, of_next)


def _find_uses(spec: Spec, path: Path, find: Mapping[str, Json]) -> Iterator[_Use]:
    try:
        reply = parse_type(find["returns"]).type
    except NotationError:
        return
    if isinstance(reply, ir.Named):
        yield from _page_uses((*path, "pages"), find.get("pages", {}), reply)
        if "list" in find:
            yield _Use((*path, "list"), find["list"], reply, _ANYTHING)
    item = listed(spec, find)
    if isinstance(item, ir.Named):
        yield _Use((*path, "reference"), find["reference"], item, _TEXT)
        yield from _id_uses((*path, "job_id"), find.get("job_id"), item)


def _id_uses(path: Path, raw: Json, reply: ir.Type) -> Iterator[_Use]:
    if isinstance(raw, str):
        yield _Use(path, raw, reply, _ID)
    elif raw and "field" in raw:
        yield _Use((*path, "field"), raw["field"], reply, _TEXT if "template" in raw else _ID)


def _lifecycle_uses(path: Path, lifecycle: Mapping[str, Json], snapshot: ir.Type) -> Iterator[_Use]:
    if "status" in lifecycle:
        yield _Use((*path, "status"), lifecycle["status"], snapshot, _STATUS)
    for place, pointer, _ in conditions(path, lifecycle):
        yield _Use(place, pointer, snapshot, _ANYTHING, is_key=place[-1] == pointer)
    for table, key, wanted in _PLACES:
        if key in lifecycle.get(table, {}):
            yield _Use((*path, table, key), lifecycle[table][key], snapshot, wanted, somewhere=table != "result")
    if "poll_many" in lifecycle:
        yield _Use((*path, "poll_many", "job_id"), lifecycle["poll_many"]["job_id"], snapshot, _ID)
    if "credits" in lifecycle:
        yield _Use((*path, "credits"), lifecycle["credits"], snapshot, _NUMBER, somewhere=True)


_PLACES = (
    ("result", "field", _ANYTHING),
    ("error", "code", _ID),
    ("error", "message", _MESSAGE),
    ("progress", "done", _NUMBER),
    ("progress", "total", _NUMBER),
    ("progress", "message", _TEXT),
    ("progress", "share", _NUMBER),
    ("progress", "percent", _NUMBER),
    ("retry_after", "seconds", _NUMBER),
    ("retry_after", "milliseconds", _NUMBER),
)


def _webhook_uses(path: Path, job: Mapping[str, Json]) -> Iterator[_Use]:
    """The id in a webhook, if it is in the snapshot."""
    if "webhook" in job and "snapshot" in job:
        before = f"{job['webhook']['snapshot']}." if "snapshot" in job["webhook"] else ""
        pointer = job["webhook"]["job_id"]
        if pointer.startswith(before):
            yield _Use(path, pointer.removeprefix(before), ir.Named(job["snapshot"]), _ID)


def _item_uses(spec: Spec, path: Path, job: Mapping[str, Json]) -> Iterator[_Use]:
    items = job.get("items")
    if items is None:
        return
    try:
        result = parse_type(job["result"]).type
    except NotationError:
        return
    yield _Use((*path, "list"), items["list"], result, _ANYTHING)
    found = spec.follow_or_none(items["list"], result) if _exists(spec, result) else None
    if isinstance(found, ir.ListOf) and isinstance(found.item, ir.Named):
        yield _Use((*path, "status"), items["status"], found.item, _TEXT)
        if "error" in items:
            yield _Use((*path, "error"), items["error"], found.item, _ANYTHING)
