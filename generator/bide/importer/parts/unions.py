"""In which order models can be told apart by their shape."""

from __future__ import annotations

from collections.abc import Mapping

from bide.importer.documents.reading import Json
from bide.importer.parts.number import Number
from bide.lint.covers import covers
from bide.lint.spec import Spec
from bide.spec.document import Document


def told_apart(
    variants: list[str], models: Mapping[str, Json], enums: Mapping[str, Json], unions: Mapping[str, Json]
) -> list[str] | None:
    """The variants in an order in which none hides a later one; `None` if there is none."""
    numbers = frozenset(
        ("enums", name, "values", value)
        for name, enum in enums.items()
        for value in enum["values"]
        if isinstance(value, Number)
    )
    data = {"models": models, "enums": enums, "unions": unions}
    spec = Spec(Document("import.yaml", "", data, {}, {}, numbers=numbers))
    rest, order = list(dict.fromkeys(variants)), list[str]()
    while rest:
        free = next((each for each in rest if not any(covers(spec, each, one) for one in rest if one != each)), None)
        if free is None:
            return None
        order.append(free)
        rest.remove(free)
    return order
