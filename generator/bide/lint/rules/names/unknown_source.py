"""unknown-source: a `source` is a key of `sources`.

Why: the generated documentation links to the provider's page.

    sources: {polling: {title: Polling, url: "https://example.com/polling"}}
    models: {Job: {source: poling, ...}}     # refused
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    known = spec.table("sources")
    for path, source in _sources(spec):
        if source not in known:
            help_ = did_you_mean(source, known) or "add it to sources"
            yield spec.at_value(path, "unknown-source", f'"{source}" is not in "sources"', help_)


def _sources(spec: Spec) -> Iterator[tuple[Path, str]]:
    """Every `source` key of the spec language, without fields of the provider that are called so."""
    for table in ("enums", "models", "unions", "operations", "jobs", "lifecycles"):
        for name, raw in spec.document.data.get(table, {}).items():
            yield from _of((table, name), raw)
            yield from _of_list((table, name, "examples"), raw.get("examples", []))
    for endpoint in spec.endpoints:
        yield from _of(endpoint.path, endpoint.raw)
        yield from _of_list((*endpoint.path, "examples"), endpoint.raw.get("examples", []))
    for view in spec.all_fields:
        yield from _of(view.path, view.more)
    yield from _of_list(("errors",), spec.document.data.get("errors", []))


def _of(path: Path, raw: Json) -> Iterator[tuple[Path, str]]:
    if isinstance(raw.get("source"), str):
        yield (*path, "source"), raw["source"]


def _of_list(path: Path, raw: list[Json]) -> Iterator[tuple[Path, str]]:
    for index, one in enumerate(raw):
        yield from _of((*path, index), one)
