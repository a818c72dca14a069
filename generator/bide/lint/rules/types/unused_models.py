"""unused-model (warning): every model, enum and union is used in a request or a reply.

Why: an unused one has no effect, or a type that should refer to it is wrong.

    models: {Page: {fields: {url: string}}}
    jobs: {fetch: {result: object, ...}}       # warned about, if nothing else refers to Page
    jobs: {fetch: {result: Page, ...}}         # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.ir.notation import NotationError, leaves, parse_type
from bide.lint.spec import SECTIONS, FieldView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json


def check(spec: Spec) -> Iterator[Diagnostic]:
    reached: set[str] = set()
    waiting = list(_named_by_requests(spec))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _named_by(spec, name)
    if not all(spec.is_type(name) for name in reached):
        return  # it may be the one that a misspelt name stands for
    for table, noun in (("models", "model"), ("enums", "enum"), ("unions", "union")):
        for name in spec.document.data.get(table, {}):
            if name not in reached:
                message = f'the {noun} "{name}" is not used in any request or reply'
                help_ = "use it as a type, or remove it"
                yield spec.at_key((table, name), "unused-model", message, help_, "warning")


def _named_by(spec: Spec, name: str) -> Iterator[str]:
    """The names that an enum, a model or a union leads to."""
    yield from filter(None, (spec.table("models").get(name, {}).get("is"),))
    for view in spec.fields(name):
        yield from _of_field(view)
    for view in spec.additional(name):
        yield from _of_field(view)
    yield from (model for _, _, model in spec.variants(name))


def _named_by_requests(spec: Spec) -> Iterator[str]:
    """The names that requests and replies begin with."""
    for endpoint in spec.endpoints:
        raw = endpoint.raw
        for section in SECTIONS:
            for view in endpoint.parameters(section):
                yield from _of_field(view)
        for view in endpoint.body_fields:
            yield from _of_field(view)
        yield from _of_text(raw.get("body"))
        events = raw.get("stream", {}).get("events", raw.get("stream", {}).get("lines", {}))
        yield from [events] if isinstance(events, str) else events.values()
        replies = raw.get("returns")
        for reply in replies.values() if isinstance(replies, dict) else (replies,):
            yield from _of_text(reply)
    for job in spec.table("jobs").values():
        yield from _of_text(job.get("snapshot"))
        yield from _of_text(job["result"])
        yield from _of_text(job.get("failed_result"))


def _of_field(view: FieldView) -> Iterator[str]:
    if view.type is not None:
        yield from _of_type(view.type.type)


def _of_text(text: Json) -> Iterator[str]:
    if isinstance(text, str):
        try:
            yield from _of_type(parse_type(text).type)
        except NotationError:
            return


def _of_type(type_: ir.Type) -> Iterator[str]:
    yield from (each.name for each in leaves(type_) if isinstance(each, ir.Named))
