"""Whether a model is sent, received, or only made of the arguments of requests."""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.differ.differences import Difference
from bide.differ.version import Pair


def is_sent(model: str, pair: Pair) -> bool:
    """Whether a request can contain the model, as a value of its class."""
    return any(_has(each, model, "in_request") and not _is_flat(each, model) for each in _both(pair))


def is_received(model: str, pair: Pair) -> bool:
    """Whether a reply can contain the model."""
    return any(_has(each, model, "in_reply") for each in _both(pair))


def is_told_elsewhere(difference: Difference, pair: Pair) -> bool:
    """Whether a difference is one of an argument, too: of a field of a model that only requests are made of."""
    match difference.path:
        case ("models", model, "fields", wire, *_):
            is_only_sent = all(_is_flat(each, model) and not _has(each, model, "in_reply") for each in _both(pair))
            return is_only_sent and all(
                field in [parameter.field for endpoint in _requests(each) for parameter in endpoint.parameters]
                for each in _both(pair)
                for field in _fields(each, model)
                if field.wire == wire
            )
    return False


def _both(pair: Pair) -> tuple[ir.Provider, ir.Provider]:
    return pair.old.provider, pair.new.provider


def _fields(provider: ir.Provider, model: str) -> tuple[ir.Field, ...]:
    found = provider.by_name.get(model)
    return found.fields if isinstance(found, ir.Model) else ()


def _has(provider: ir.Provider, model: str, what: str) -> bool:
    found = provider.by_name.get(model)
    return isinstance(found, ir.Model) and bool(getattr(found, what))


def _is_flat(provider: ir.Provider, model: str) -> bool:
    """Whether the fields of a model are arguments, and no argument is a value of it."""
    endpoints = _requests(provider)
    bodies = {name for each in endpoints if each.body for name in _models(each.body)}
    if model not in bodies:
        return False
    types = [parameter.field.type for each in endpoints for parameter in each.parameters]
    types += [
        field.type for each in provider.models if each.in_request and each.name not in bodies for field in each.fields
    ]
    return not any(model in _named(type_) for type_ in types)


def _requests(provider: ir.Provider) -> list[ir.Endpoint]:
    return [*(each.endpoint for each in provider.operations), *(each.submit for each in provider.jobs)]


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
