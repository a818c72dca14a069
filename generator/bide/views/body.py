"""Where the arguments and the constants of a request go in its body, by wire names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..ir import BodyModel, Json, Parameter, Pointer

if TYPE_CHECKING:
    from .provider import ProviderView


@dataclass
class Placed:
    """A body, taken apart."""

    constants: list[tuple[Pointer, Json]] = field(default_factory=list)
    arguments: list[tuple[Pointer, Parameter]] = field(default_factory=list)
    objects: list[Pointer] = field(default_factory=list)
    """Objects in it that are always sent."""


def placed(provider: ProviderView, body: BodyModel) -> Placed:
    """Take a body apart."""
    found = Placed()
    _take_apart(provider, body, (), found)
    return found


def _take_apart(provider: ProviderView, body: BodyModel, path: Pointer, found: Placed) -> None:
    wires = {each.name: each.wire for each in provider.ir.model(body.model).fields}
    for each in body.fields:
        where = (*path, wires[each.name])
        match each.value:
            case None:
                found.constants.append((where, each.const))
            case Parameter():
                found.arguments.append((where, each.value))
            case BodyModel():
                found.objects.append(where)
                _take_apart(provider, each.value, where, found)
