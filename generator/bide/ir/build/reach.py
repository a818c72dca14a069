"""Find the models that requests send and replies have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bide import ir
from bide.ir.notation import leaves


def reached(names: Iterable[str], by_name: Mapping[str, ir.Enum | ir.Model | ir.Union]) -> frozenset[str]:
    """*names* and the names of everything that they can contain."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _next(by_name[name])
    return frozenset(seen)


def _next(thing: ir.Enum | ir.Model | ir.Union) -> Iterator[str]:
    match thing:
        case ir.Model():
            for field in thing.fields:
                yield from named(field.type)
            if thing.additional:
                yield from named(thing.additional.type)
            if thing.base:
                yield thing.base
        case ir.Union():
            for _, model in thing.variants:
                yield model


def named(type_: ir.Type | None) -> Iterator[str]:
    """The names in a type."""
    if type_ is not None:
        yield from (each.name for each in leaves(type_) if isinstance(each, ir.Named))


def sent(operations: Iterable[ir.Operation], jobs: Iterable[ir.Job]) -> Iterator[str]:
    """The names in the arguments and bodies of requests, not what they contain."""
    endpoints = [operation.endpoint for operation in operations] + [job.submit for job in jobs]
    for endpoint in endpoints:
        if endpoint.body:
            yield endpoint.body.model
        for parameter in endpoint.parameters:
            yield from named(parameter.field.type)


def received(
    operations: Iterable[ir.Operation], jobs: Iterable[ir.Job], lifecycles: Iterable[ir.Lifecycle]
) -> Iterator[str]:
    """The names in replies, not what they contain."""
    for operation in operations:
        for reply in operation.replies:
            yield from named(reply.type)
        if operation.stream:
            yield operation.stream.union
    for job in jobs:
        if job.reply:
            yield job.reply
        if job.snapshot:
            yield job.snapshot
        if job.find:
            yield from named(job.find.returns)
        yield from named(job.result)
        yield from named(job.failed_result)
    for lifecycle in lifecycles:
        if lifecycle.cancel:
            yield from named(lifecycle.cancel.returns)
