"""Where the arguments and constants of a request are in its body, by wire names."""

from __future__ import annotations

from dataclasses import dataclass, field

from bide.emit.views.context import Context
from bide.ir import BodyModel, Json, Parameter, Pointer


@dataclass
class Placed:
    """The parts of a body."""

    constants: list[tuple[Pointer, Json]] = field(default_factory=list)
    arguments: list[tuple[Pointer, Parameter]] = field(default_factory=list)
    objects: list[Pointer] = field(default_factory=list)
    """The objects that are always sent."""


def placed(provider: Context, body: BodyModel) -> Placed:
    """The parts of *body*."""
    found = Placed()
    _place(provider, body, (), found)
    return found


def _place(provider: Context, body: BodyModel, path: Pointer, found: Placed) -> None:
    model = provider.ir.model(body.model)
    wires = {each.name: each.wire for each in [*model.fields, *([model.additional] if model.additional else [])]}
    for each in body.fields:
        where = (*path, wires[each.name])
        match each.value:
            case None:
                found.constants.append((where, each.const))
            case Parameter():
                found.arguments.append((where, each.value))
            case BodyModel():
                found.objects.append(where)
                _place(provider, each.value, where, found)
