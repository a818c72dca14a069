"""Unions of models that are told apart by their shape."""

from __future__ import annotations

from bide_runtime.models.codec import decode
from bide_runtime.models.model import Model
from bide_runtime.models.variant import Other, Variant, register


class Node(Variant):
    pass


class OtherNode(Other, Node):
    pass


class Left(Model, Node):
    child: Node | None = None
    size: int


class Right(Model, Node):
    child: Node | None = None
    size: str


register(Node, shapes=(Left, Right), other=OtherNode)


def test_nested_unions_do_not_double_the_work() -> None:
    """Each level has two variants with a child, and sixty levels are read at once."""
    body = '{"child": ' * 60 + '{"size": "x"}' + ', "size": "x"}' * 60
    found = decode(Node, body.encode())

    assert isinstance(found, Right)
    assert isinstance(found.child, Right)
