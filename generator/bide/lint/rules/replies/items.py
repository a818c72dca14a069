"""bad-items: `items` points to a list of models with a status.

Why: the class of the result gets a property `failed_items`, which compares that status.

    items: {list: urls, status: status, failed: [failed]}       # refused, if urls is a list of text
    items: {list: results, status: status, failed: [failed]}    # fine, if results is a list of a model
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import parse_pointer, spelled
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    first: dict[str, tuple[str, Json]] = {}
    for name, job in spec.table("jobs").items():
        items = job.get("items")
        if items is None:
            continue
        path: Path = ("jobs", name, "items")
        if not spec.is_model(job["result"]):
            yield spec.at_key(path, "bad-items", f'the result must be a model, but "{job["result"]}" is not one')
            continue
        yield from _item_problems(spec, path, ir.Named(job["result"]), items)
        other, same = first.setdefault(job["result"], (name, items))
        if same != items:
            message = f'the job "{other}" has other items for the same result "{job["result"]}"'
            yield spec.at_key(path, "bad-items", message, "use the same items, or give this job its own result model")


def _item_problems(spec: Spec, path: Path, result: ir.Named, items: Mapping[str, Json]) -> Iterator[Diagnostic]:
    """Problems with the types of the items and their status. Pointers that lead nowhere are `unknown-pointer`."""
    found = spec.follow_or_none(items["list"], result)
    if found is None:
        return
    for key in ("list", "status"):
        if any(ir.INDEX.fullmatch(step) for step in parse_pointer(items[key])):
            yield spec.at_value((*path, key), "bad-items", f'"{items[key]}" leads into a list, which items cannot do')
            return
    if not isinstance(found, ir.ListOf) or not isinstance(found.item, ir.Named) or not spec.is_model(found.item.name):
        message = f'"{items["list"]}" is {spelled(found)}, but it must be a list of a model'
        yield spec.at_value((*path, "list"), "bad-items", message)
        return
    status = spec.follow_or_none(items["status"], found.item)
    if status == ir.Scalar(ir.Kind.ANY):
        yield spec.at_value((*path, "status"), "bad-items", f'"{items["status"]}" must be text or an enum')
    elif isinstance(status, ir.Named):
        values = spec.table("enums").get(status.name, {}).get("values", items["failed"])
        for index, word in enumerate(items["failed"]):
            if word not in values:
                message = f'"{word}" is not a value of {status.name}'
                yield spec.at_value((*path, "failed", index), "unknown-status", message, did_you_mean(word, values))
