"""The fields whose values are words of the provider: statuses, members of enums, discriminators and constants."""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir.provider import Provider
from bide.ir.types import ListOf, MapOf, Named, OneOf, Type


def words(provider: Provider) -> frozenset[str]:
    """The names of these fields in JSON."""
    return frozenset(_words(provider))


def _words(provider: Provider) -> Iterator[str]:
    enums = {each.name for each in provider.enums}
    for model in provider.models:
        if model.tag_field:
            yield model.tag_field
        yield from (each.wire for each in model.fields if each.is_const or not enums.isdisjoint(_names(each.type)))
    yield from (each.tag_field for each in provider.unions if each.tag_field)
    for lifecycle in provider.lifecycles:
        yield from lifecycle.status[-1:]
        for end in lifecycle.ends:
            for pointer, _ in end.values:
                yield from pointer[-1:]


def _names(type_: Type) -> Iterator[str]:
    """The named types in a type."""
    match type_:
        case Named(name):
            yield name
        case ListOf(inside) | MapOf(inside):
            yield from _names(inside)
        case OneOf(types, _):
            for each in types:
                yield from _names(each)
