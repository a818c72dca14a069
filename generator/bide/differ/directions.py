"""Whether a model is sent, received, or only made of the arguments of requests, in either version."""

from __future__ import annotations

from bide import ir
from bide.differ.differences import Difference
from bide.differ.version import Pair, Version


def is_sent(model: str, pair: Pair) -> bool:
    """Whether a request can contain the model, as a value of its class."""
    return any(model in each.uses.sent for each in (pair.old, pair.new))


def is_received(model: str, pair: Pair) -> bool:
    """Whether a reply can contain the model."""
    return any(model in each.uses.received for each in (pair.old, pair.new))


def is_told_elsewhere(difference: Difference, pair: Pair) -> bool:
    """Whether a difference is one of an argument, too: of a field of a model that only requests are made of."""
    match difference.path:
        case ("models", model, "fields", wire, *_):
            return all(_is_of_arguments(model, wire, each) for each in (pair.old, pair.new))
    return False


def _is_of_arguments(model: str, wire: str, version: Version) -> bool:
    if model not in version.uses.flat or model in version.uses.received:
        return False
    found = version.provider.by_name.get(model)
    fields = found.fields if isinstance(found, ir.Model) else ()
    return all(field in version.uses.arguments.get(wire, ()) for field in fields if field.wire == wire)
