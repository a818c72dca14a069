"""unknown-status, bad-items: the items of a finished job can be told from those that failed.

items: {list: results, status: status, failed: [faild]}     # refused, if the status is an enum without "faild"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.diagnostics import Diagnostic
from bide.hints import did_you_mean
from bide.lint.spec import Spec
from bide.source import Json


def check(spec: Spec) -> Iterator[Diagnostic]:
    first: dict[str, tuple[str, Json]] = {}
    for name, job in spec.table("jobs").items():
        items = job.get("items")
        if items is None:
            continue
        path = ("jobs", name, "items")
        if not spec.is_model(job["result"]):
            yield spec.at_key(path, "bad-items", f'the result has to be a model, and "{job["result"]}" is none')
            continue
        yield from _unknown_statuses(spec, name, job["result"], items)
        other, same = first.setdefault(job["result"], (name, items))
        if same != items:
            message = f'the job "{other}" says other things about the items of "{job["result"]}"'
            yield spec.at_key(path, "bad-items", message, "make a result of its own for it")


def _unknown_statuses(spec: Spec, job: str, result: str, items: Mapping[str, Json]) -> Iterator[Diagnostic]:
    found = spec.follow_or_none(items["list"], ir.Named(result))
    status = spec.follow_or_none(items["status"], found.item) if isinstance(found, ir.ListOf) else None
    enum = spec.table("enums").get(status.name) if isinstance(status, ir.Named) else None
    if enum is None:
        return
    for index, word in enumerate(items["failed"]):
        if word not in enum["values"]:
            message = f'"{word}" is no value of {status.name}' if isinstance(status, ir.Named) else ""
            path = ("jobs", job, "items", "failed", index)
            yield spec.at_value(path, "unknown-status", message, did_you_mean(word, enum["values"]))
