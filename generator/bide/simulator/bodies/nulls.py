"""Nulls for optional fields, as from a server that writes every key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bide.ir import Json, ListOf, MapOf, Model, OneOf, Pointer, State, Type
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.life.view import JobView


@dataclass(frozen=True, slots=True)
class Nulls:
    """Writes nulls into the replies about a job. Independent of HTTP."""

    catalog: Catalog

    def write(self, model: Model, body: dict[str, Json], view: JobView) -> dict[str, Json]:
        """*body*, with null in each optional field if the view has nulls.

        Fields that the job's state promises, and those that show how the job ended, keep their values.
        """
        if not view.has_nulls:
            return body
        return self._object(model, body, view.state, spared={pointer[0] for pointer in _telling(view) if pointer})

    def _object(self, model: Model, body: dict[str, Json], state: State, spared: set[str]) -> dict[str, Json]:
        written = dict(body)
        for field in model.fields:
            stays = not field.optional or field.is_const or state in field.when or field.wire in spared
            if not stays:
                written[field.wire] = None
            elif field.wire in body:
                written[field.wire] = self._value(field.type, body[field.wire], state)
        return written

    def _value(self, type_: Type, value: Json, state: State) -> Json:
        model = self.catalog.model(type_)
        if model and isinstance(value, dict):
            return self._object(model, value, state, spared=set())
        match type_:
            case ListOf(item) if isinstance(value, list):
                return [self._value(item, each, state) for each in value]
            case OneOf(types):
                for each in types:
                    value = self._value(each, value, state)
            case MapOf(of) if isinstance(value, dict):
                return {key: self._value(of, each, state) for key, each in value.items()}
        return value


def _telling(view: JobView) -> Iterator[Pointer]:
    """The pointers that a client needs for the status, the ending and the result of the job."""
    lifecycle = view.job.lifecycle
    yield lifecycle.status
    yield from (pointer for pointer, _ in lifecycle.ready)
    for end in lifecycle.ends:
        yield end.present
        yield from (pointer for pointer, _ in end.values)
    if view.state is State.FAILED:
        yield lifecycle.error.code
        yield lifecycle.error.message
    if view.state.has_result:
        yield lifecycle.result.field
        if view.job.items:
            yield view.job.items.list
