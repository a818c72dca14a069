"""Where the arguments and the constants of a request go in its body, by wire names."""

from __future__ import annotations

from dataclasses import dataclass, field

from bide.emit.views.context import Context
from bide.ir import BodyModel, Json, Parameter, Pointer


@dataclass
class Placed:
    """A body, taken apart."""

    constants: list[tuple[Pointer, Json]] = field(default_factory=list)
    arguments: list[tuple[Pointer, Parameter]] = field(default_factory=list)
    objects: list[Pointer] = field(default_factory=list)
    """Objects in it that are always sent."""


def placed(provider: Context, body: BodyModel) -> Placed:
    """Take a body apart."""
    found = Placed()
    _take_apart(provider, body, (), found)
    return found


def _take_apart(provider: Context, body: BodyModel, path: Pointer, found: Placed) -> None:
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
