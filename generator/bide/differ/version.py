"""One version of a spec, and where its facts are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bide import ir
from bide.differ.differences import Path
from bide.differ.facts import Tree, facts
from bide.differ.uses import Uses, uses
from bide.ir import Json
from bide.lint.spec import METHODS, SECTIONS
from bide.spec import document as source
from bide.spec.diagnostics import Place

_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "base_url": ("base_url",),
    "class_name": ("class",),
    "command": ("cli",),
    "server": ("mcp",),
    "tool": ("mcp",),
    "request_id_header": ("request_id",),
    "request_id_field": ("request_id",),
    "webhooks": ("webhooks",),
    "timestamp_pair": ("timestamp",),
    "path": METHODS,
    "fallback": METHODS,
    "wire": (),
    "method": METHODS,
    "constants": ("query", "headers", "body", "path"),
    "replies": ("returns",),
    "reply": ("returns",),
    "promised": ("when",),
    "tag_field": ("discriminator",),
    "union": ("stream",),
    "oauth": ("auth",),
    "is_numeric": ("values",),
    "optional": (),
    "nullable": ("type",),
    "has_default": ("default",),
    "is_const": ("const",),
    "codes": ("states",),
    "long_poll": ("long_poll",),
    "over": ("over",),
}
"""Keys of a spec for facts with another name."""

_THROUGH = frozenset(("endpoint", "bounds"))
"""Facts that have no key of their own: their parts are written in the mapping above."""


@dataclass(frozen=True)
class Version:
    """A spec: its text with places, and its meaning."""

    document: source.Document
    provider: ir.Provider

    @cached_property
    def facts(self) -> dict[str, Tree]:
        """Everything that its package is made of."""
        return facts(self.provider)

    @cached_property
    def uses(self) -> Uses:
        """What its models are used for."""
        return uses(self.provider)

    def place(self, path: Path) -> Place:
        """Where a fact is written, or else the nearest thing around it."""
        at = self._at(path)
        return self.document.key_place(at) if at else self.document.value_place(())

    def _at(self, path: Path) -> source.Path:
        match path:
            case ("jobs", job, "polling", *_):
                return self._polling(job, path)
            case ("jobs" | "operations" as table, owner, "submit" | "endpoint", "arguments" | "body_constants", *rest):
                at: source.Path = (table, owner, "submit") if table == "jobs" else (table, owner)
                found = self._argument(at, rest[0].partition(" #")[0].rpartition(".")[2]) if rest else None
                return self._below(found, tuple(rest[1:])) if found else self._below((), path[:3])
            case ("models", name, *rest) if self.document.get("models", name) is None:
                return self._inline(name, tuple(rest))
        return self._below((), path)

    def _below(self, at: source.Path, path: Path) -> source.Path:
        """The path in the document of the steps *path* below *at*, as far as they are there."""
        for step in path:
            here = self.document.get(*at) if at else self.document.data
            if step in _THROUGH and not (isinstance(here, Mapping) and step in here):
                continue
            key = _key_in(here, step)
            if key is None:
                break
            at = (*at, key)
        return at

    def _polling(self, job: str, path: Path) -> source.Path:
        lifecycle = self.document.get("jobs", job, "lifecycle")
        for at in (path, ("lifecycles", lifecycle, *path[2:]), ("lifecycles", lifecycle, "polling")):
            if self.document.get(*at) is not None:
                return at
        return self._below((), path[:2])

    def _argument(self, at: source.Path, wire: str) -> source.Path | None:
        """Where an argument of a request is declared: in the request, or in the model of its body."""
        raw = self.document.get(*at) or {}
        for section in SECTIONS:
            if key := _exact(raw.get(section), wire):
                return (*at, section, key)
        body = raw.get("body")
        if isinstance(body, str):
            return self._field(body, wire)
        if key := _exact(body, wire):
            return (*at, "body", key)
        flattened = (more.get("flatten") for more in (body or {}).values() if isinstance(more, Mapping))
        return next((found for model in flattened if model and (found := self._field(model, wire))), None)

    def _field(self, model: str, wire: str) -> source.Path | None:
        raw = self.document.get("models", model)
        if raw is None:
            return None
        name = raw.get("is", model)
        key = _exact(self.document.get("models", name, "fields"), wire)
        return ("models", name, "fields", key) if key else ("models", name)

    def _inline(self, name: str, rest: Path) -> source.Path:
        """A model that was made of the fields of a body."""
        for at, endpoint in self._requests():
            if endpoint.body is not None and endpoint.body.model == name:
                key = _exact(self.document.get(*at, "body"), rest[1]) if len(rest) > 1 else None
                return self._below((*at, "body", key), rest[2:]) if key else (*at, "body")
        return ()

    def _requests(self) -> Iterator[tuple[source.Path, ir.Endpoint]]:
        yield from ((("operations", each.name), each.endpoint) for each in self.provider.operations)
        yield from ((("jobs", each.name, "submit"), each.submit) for each in self.provider.jobs)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of a spec."""

    old: Version
    new: Version


def _key_in(here: Json, step: str) -> str | int | None:
    if isinstance(here, list):
        numbered = step.isdecimal() and 1 <= int(step) <= len(here)
        return int(step) - 1 if numbered else _named(here, step)
    if not isinstance(here, Mapping):
        return None
    return _exact(here, step) or next((key for key in _ELSEWHERE.get(step, ()) if key in here), None)


def _named(here: list[Json], step: str) -> int | None:
    """The item of a list with this name."""
    names = [each.get("name") if isinstance(each, Mapping) else each for each in here]
    return names.index(step) if step in names else None


def _exact(here: Json, wire: str) -> str | None:
    """The key for *wire*, which may be marked as optional."""
    if not isinstance(here, Mapping):
        return None
    return next((key for key in (wire, f"{wire}?") if key in here), None)
