"""The items of a batch result, some of which may fail. Independent of the job."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bide.ir import Items, Json, Kind, ListOf, Model, Scalar
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.pointer import MISSING, at, drop, put
from bide.simulator.bodies.values import Values, message

_COUNT = 2
"""The least number of items, unless the request decides it: one may fail and one succeed."""

_INDEX = re.compile(r"^(index|position)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Batches:
    """Makes the items of batch results."""

    catalog: Catalog
    values: Values

    def write(
        self,
        model: Model,
        body: dict[str, Json],
        items: Items,
        *,
        sent: Mapping[str, Json],
        failing: int | tuple[int, ...] | None,
    ) -> None:
        """Put the items into *body*, an object of *model*: one for each of the request.

        *failing* is the number or the indexes of failed items; `None`: all.
        """
        passed = self.catalog.fields_along(model, items.list)
        list_type = passed[-1].type if len(passed) == len(items.list) and passed else None
        item_model = self.catalog.model(list_type.item) if isinstance(list_type, ListOf) else None
        if item_model is None:
            return
        samples = at(body, items.list)
        samples = [each for each in samples if isinstance(each, dict)] if isinstance(samples, list) else []
        wire, requested = _requested(item_model, sent)
        count = len(requested) or max(len(samples), _COUNT)
        failing = count if failing is None else failing
        failed_numbers = set(range(count - failing, count)) if isinstance(failing, int) else set(failing)
        made = []
        for number in range(count):
            has_failed = number in failed_numbers
            fitting = [each for each in samples if (at(each, items.status) in items.failed) is has_failed]
            item = self._item(item_model, items, fitting[number % len(fitting)] if fitting else None, has_failed)
            if requested:
                item[wire] = requested[number]
            for field in item_model.fields:
                if _INDEX.search(field.wire) and field.type == Scalar(Kind.INTEGER):
                    item[field.wire] = number
            made.append(item)
        put(body, items.list, made)

    def _item(self, model: Model, items: Items, sample: dict[str, Json] | None, has_failed: bool) -> dict[str, Json]:
        """One item; a *sample* with the same ending is used unchanged."""
        item = self.values.model(model, full=not has_failed) if sample is None else copy.deepcopy(sample)
        if sample is not None and has_failed:
            return item
        if has_failed:
            put(item, items.status, items.failed[0])
            if items.error:
                self._put_error(model, items, item)
            return item
        if at(item, items.status) in (MISSING, *items.failed):
            put(item, items.status, self._good_status(model, items))
        if items.error and at(item, items.error) not in (MISSING, None):
            _clear_error(model, items, item)
        return item

    def _good_status(self, model: Model, items: Items) -> str:
        passed = self.catalog.fields_along(model, items.status)
        enum = self.catalog.named(passed[-1].type) if passed else None
        wires = [value.wire for value in getattr(enum, "values", ()) if value.wire not in items.failed]
        return next((wire for wire in wires if wire in self.values.preferred), wires[-1] if wires else "completed")

    def _put_error(self, model: Model, items: Items, item: dict[str, Json]) -> None:
        passed, text = self.catalog.fields_along(model, items.error), "The simulator was told to fail this item."
        field = passed[-1] if len(passed) == len(items.error) else None
        said = text if field is None else message(field.type, text)
        put(item, items.error, self.values.field(passed[-1]) if said is MISSING else said)


def _clear_error(model: Model, items: Items, item: dict[str, Json]) -> None:
    root = next((field for field in model.fields if field.wire == items.error[0]), None)
    if root and root.optional:
        drop(item, (root.wire,))
    elif root and root.nullable:
        item[root.wire] = None


def _requested(item: Model, sent: Mapping[str, Json]) -> tuple[str, list[Json]]:
    """The list in the request that these items correspond to: `urls` for items with a `url`."""
    for field in item.fields:
        for name in (field.wire, f"{field.wire}s", f"{field.wire}es"):
            if isinstance(sent.get(name), list):
                return field.wire, sent[name]
    return "", []
