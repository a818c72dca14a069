"""Which types a query can hold: as text, or as an object whose values have names in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide import ir
from bide.ir.notation import alternatives, spelled
from bide.lint.spec import FieldView, Spec

_WRITABLE = frozenset(ir.Kind) - {ir.Kind.ANY, ir.Kind.OBJECT, ir.Kind.BYTES, ir.Kind.BASE64, ir.Kind.FILE}


def wrong_in_brackets(spec: Spec, type_: ir.Type, at: str) -> str:
    """What keeps values of this type from being sent in brackets; empty if nothing does."""
    return next(_wrong(spec, type_, at, (), set()), "")


def _wrong(spec: Spec, type_: ir.Type, at: str, inside: tuple[str, ...], fine: set[str]) -> Iterator[str]:
    """What is wrong, the first of it. *inside* are the models around the type, and *fine* those without a problem."""
    if getattr(type_, "nullable", False):
        yield f'"{at}" may be null'
    for each in alternatives(type_):
        match each:
            case ir.ListOf(item):
                if not is_text(spec, item) or isinstance(type_, ir.OneOf):
                    yield f'"{at}" has the type {spelled(type_)}'
            case ir.MapOf(value):
                yield from _wrong(spec, value, f"{at}[...]", inside, fine)
            case ir.Named(name) if name in inside:
                yield f'"{at}" has the type {name}, which contains itself'
            case ir.Named(name) if spec.is_model(name):
                for view in () if name in fine else [*spec.fields(name), *spec.additional(name)]:
                    yield from _wrong_in(spec, view, at, (*inside, name), fine)
                fine.add(name)
            case _ if not is_text(spec, each):
                yield f'"{at}" has the type {spelled(each)}'


def _wrong_in(spec: Spec, view: FieldView, at: str, inside: tuple[str, ...], fine: set[str]) -> Iterator[str]:
    """What is wrong with a field of an object."""
    here = f"{at}[{'...' if view.key == 'additional?' else view.wire}]"
    if _NAME.fullmatch(view.wire) is None:
        yield f'"{here}" has brackets in its name'
    if view.type is not None:
        if view.type.nullable:
            yield f'"{here}" may be null'
        yield from _wrong(spec, view.type.type, here, inside, fine)


_NAME = re.compile(r"[^\[\]]+(\[\])?")


def is_object(spec: Spec, type_: ir.Type) -> bool:
    """Whether values of this type are objects with known types in them."""
    return isinstance(type_, ir.MapOf) or (isinstance(type_, ir.Named) and spec.is_model(type_.name))


def has_list(spec: Spec, type_: ir.Type) -> bool:
    """Whether an object has a list in it, which `join` of its parameter says how to write."""
    waiting, seen = [type_], set[str]()
    while waiting:
        match waiting.pop():
            case ir.ListOf():
                return True
            case ir.MapOf(value):
                waiting.append(value)
            case ir.OneOf(types):
                waiting += types
            case ir.Named(name) if name not in seen:
                seen.add(name)
                views = [*spec.fields(name), *spec.additional(name)]
                waiting += [view.type.type for view in views if view.type is not None]
    return False


def is_text(spec: Spec, type_: ir.Type) -> bool:
    """Whether every value of this type has a text form."""
    is_writable = all(_is_writable(spec, each) for each in alternatives(type_))
    return is_writable and not getattr(type_, "nullable", False)


def _is_writable(spec: Spec, type_: ir.Type) -> bool:
    return (isinstance(type_, ir.Scalar) and type_.kind in _WRITABLE) or (
        isinstance(type_, ir.Named) and (type_.name in spec.table("enums") or not spec.is_type(type_.name))
    )
