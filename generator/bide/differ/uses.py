"""What a provider's models are used for: as values in requests, as replies, or only to make arguments of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bide import ir


@dataclass(frozen=True, slots=True)
class Uses:
    """The names of models by their use."""

    sent: frozenset[str]
    """Those that an argument can be or contain."""
    received: frozenset[str]
    flat: frozenset[str]
    """Those whose fields are arguments, while no argument is a value of them."""
    arguments: Mapping[str, tuple[ir.Field, ...]]
    """The arguments of all requests, by wire name."""


def uses(provider: ir.Provider) -> Uses:
    endpoints = [*(each.endpoint for each in provider.operations), *(each.submit for each in provider.jobs)]
    arguments: dict[str, tuple[ir.Field, ...]] = {}
    for parameter in (parameter for each in endpoints for parameter in each.parameters):
        arguments[parameter.field.wire] = (*arguments.get(parameter.field.wire, ()), parameter.field)
    bodies = {name for each in endpoints if each.body for name in _models(each.body)}
    inside = (model for model in provider.models if model.in_request and model.name not in bodies)
    fields = [field for found in arguments.values() for field in found] + [
        field for model in inside for field in model.fields
    ]
    flat = bodies - {name for field in fields for name in _named(field.type)}
    return Uses(
        sent=frozenset(model.name for model in provider.models if model.in_request) - flat,
        received=frozenset(model.name for model in provider.models if model.in_reply),
        flat=frozenset(flat),
        arguments=arguments,
    )


def _models(body: ir.BodyModel) -> Iterator[str]:
    yield body.model
    for field in body.fields:
        if isinstance(field.value, ir.BodyModel):
            yield from _models(field.value)


def _named(type_: ir.Type) -> Iterator[str]:
    match type_:
        case ir.Named(name):
            yield name
        case ir.ListOf(inner) | ir.MapOf(inner):
            yield from _named(inner)
        case ir.OneOf(types):
            for each in types:
                yield from _named(each)
