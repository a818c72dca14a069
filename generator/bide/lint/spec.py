"""A spec as the rules read it: its names, the fields of its models, its endpoints.

Nothing here reports a problem or fails on an unknown name: one rule reports those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from bide import ir
from bide.ir.notation import NotationError, TypeText, parse_pointer, parse_type, secrets_in
from bide.ir.pointers import LeadsNowhere, follow
from bide.spec.diagnostics import Diagnostic, Severity
from bide.spec.document import Document, Json, Path

Table: TypeAlias = Literal["enums", "models", "unions", "operations", "jobs", "lifecycles", "sources"]
Section: TypeAlias = Literal["path", "query", "headers"]
METHODS = ("get", "post", "put", "patch", "delete")
SECTIONS: tuple[Section, ...] = ("path", "query", "headers")
"""Where arguments go, except the body."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a model, a parameter, or a field of an inline body."""

    path: Path
    key: str
    more: Mapping[str, Json]
    """Its mapping; `{"type": ...}` where the spec has only a type."""
    type: TypeText | None = None
    """Its type; `None` if it has none, or one that cannot be parsed."""

    @property
    def wire(self) -> str:
        return self.key.removesuffix("?")

    @property
    def is_optional(self) -> bool:
        return self.key.endswith("?")

    @property
    def type_path(self) -> Path:
        return (*self.path, "type")


@dataclass(frozen=True, slots=True)
class EndpointView:
    """A request: an operation, the submit or `find` of a job, or the poll, result or cancel of a lifecycle."""

    owner: str
    role: Literal["operation", "submit", "find", "poll", "poll_many", "result", "cancel"]
    path: Path
    raw: Mapping[str, Json]

    @property
    def method(self) -> str:
        return next(method for method in METHODS if method in self.raw)

    @property
    def method_path(self) -> Path:
        return (*self.path, self.method)

    @property
    def address(self) -> str:
        """The path; empty if the address is a link from a reply."""
        found = self.raw[self.method]
        return found if isinstance(found, str) else ""

    @property
    def link(self) -> Mapping[str, str]:
        """The `header` or `field` of the reply that has the address; empty if there is a path."""
        found = self.raw[self.method]
        return {} if isinstance(found, str) else found

    @property
    def is_of_a_job(self) -> bool:
        """Whether it is about one existing job, whose id is in its path."""
        return self.role in ("poll", "result", "cancel")

    @property
    def has_texts(self) -> bool:
        """Whether it declares no arguments: its query, headers and body are texts, with names in them."""
        return self.is_of_a_job or self.role == "find"

    def parameters(self, section: Section) -> Iterator[FieldView]:
        if not self.has_texts:
            yield from views((*self.path, section), self.raw.get(section, {}))

    @property
    def texts(self) -> Iterator[tuple[Path, str]]:
        """The path, and the texts in query, headers and body if it declares no arguments, with their places."""
        yield self.method_path, self.address
        if self.has_texts:
            for section in ("query", "headers", "body"):
                yield from (((*self.path, section, name), text) for name, text in self.raw.get(section, {}).items())

    @property
    def body_fields(self) -> list[FieldView]:
        """The fields of an inline body."""
        body = None if self.has_texts else self.raw.get("body")
        return list(views((*self.path, "body"), body)) if isinstance(body, dict) else []


def views(path: Path, raw: Mapping[str, Json]) -> Iterator[FieldView]:
    """The fields of one mapping of the spec."""
    for key, value in raw.items():
        more = value if isinstance(value, dict) else {"type": value}
        text = more.get("type", more.get("flatten"))
        yield FieldView((*path, key), key, more, None if text is None else _readable(text))


def _readable(text: str) -> TypeText | None:
    try:
        return parse_type(text)
    except NotationError:
        return None


@dataclass(frozen=True)
class Spec:
    """The spec that rules check. Values that several rules need are computed once."""

    document: Document
    _fields: dict[str, tuple[FieldView, ...]] = field(default_factory=dict, repr=False)
    _types: dict[str, dict[str, ir.Type]] = field(default_factory=dict, repr=False)

    # diagnostics

    def at_value(
        self, path: Path, code: str, message: str, help_: str = "", severity: Severity = "error"
    ) -> Diagnostic:
        return Diagnostic(self.document.value_place(path), code, message, help_, severity)

    def at_key(self, path: Path, code: str, message: str, help_: str = "", severity: Severity = "error") -> Diagnostic:
        return Diagnostic(self.document.key_place(path), code, message, help_, severity)

    # names

    def table(self, name: Table) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.document.data.get(name, {})
        return found

    @cached_property
    def type_names(self) -> list[str]:
        return [name for table in ("enums", "models", "unions") for name in self.document.data.get(table, {})]

    def is_type(self, name: str) -> bool:
        """Whether *name* is an enum, a model or a union."""
        return name in self.table("enums") or name in self.table("models") or name in self.table("unions")

    def is_numeric(self, enum: str) -> bool:
        """Whether the values of an enum are numbers: they are not in quotes."""
        return any(
            ("enums", enum, "values", value) in self.document.numbers for value in self.table("enums")[enum]["values"]
        )

    def is_model(self, name: str) -> bool:
        return name in self.table("models")

    # fields

    def fields(self, model: str) -> tuple[FieldView, ...]:
        """The fields of a model, or of its base; empty if there is no such model."""
        if model not in self._fields:
            name = self.table("models").get(model, {}).get("is", model)
            raw = self.table("models").get(name, {}).get("fields", {})
            self._fields[model] = tuple(views(("models", name, "fields"), raw))
        return self._fields[model]

    def additional(self, model: str) -> Iterator[FieldView]:
        """The map of the keys without a field, if a model or its base has one."""
        name = self.table("models").get(model, {}).get("is", model)
        text = self.table("models").get(name, {}).get("additional")
        if text is not None:
            yield FieldView(("models", name, "additional"), "additional?", {"type": text}, _readable(text))

    def variants(self, union: str) -> list[tuple[Path, str, str]]:
        """(path in the spec, value of the discriminator, model) of each variant. Without discriminator it is empty."""
        path: Path = ("unions", union, "variants")
        raw = self.table("unions").get(union, {}).get("variants", {})
        if isinstance(raw, list):
            return [((*path, index), "", model) for index, model in enumerate(raw)]
        return [((*path, tag), tag, model) for tag, model in raw.items()]

    def required(self, model: str) -> set[str]:
        """The wire names of the fields that a model always has, in the states of its `when` if it has one."""
        when = states_of(self.table("models").get(model, {}).get("when"))
        return {
            view.wire
            for view in self.fields(model)
            if not view.is_optional or (when and when <= states_of(view.more.get("when")))
        }

    def fields_of(self, name: str) -> Mapping[str, ir.Type] | None:
        """The types of the fields of a model by wire name; `any` for a type that cannot be parsed."""
        if name not in self._types and self.is_model(name):
            self._types[name] = {view.wire: _type_or_any(view) for view in self.fields(name)}
        return self._types.get(name)

    def follow(self, pointer: str, start: ir.Type) -> ir.Type:
        """The type that a pointer leads to. Raises `LeadsNowhere`."""
        return follow(parse_pointer(pointer), start, self.fields_of)

    def follow_or_none(self, pointer: str, start: ir.Type) -> ir.Type | None:
        try:
            return self.follow(pointer, start)
        except LeadsNowhere:
            return None

    @cached_property
    def all_fields(self) -> Sequence[FieldView]:
        """Every field in the spec: of models, parameters and inline bodies."""
        return tuple(self._every_field())

    def _every_field(self) -> Iterator[FieldView]:
        for name, raw in self.table("models").items():
            yield from views(("models", name, "fields"), raw.get("fields", {}))
            if "additional" in raw:
                yield from self.additional(name)
        for endpoint in self.endpoints:
            for section in SECTIONS:
                yield from endpoint.parameters(section)
            yield from endpoint.body_fields

    # requests

    def secrets(self) -> Iterator[tuple[Path, Mapping[str, Json]]]:
        """The secrets, each with its path in the spec."""
        yield from ((path, secret) for _, path, secret in self.secrets_in_ways())

    def secrets_in_ways(self) -> Iterator[tuple[int, Path, Mapping[str, Json]]]:
        """The same, with the way of each: 0, or its number among those of which one is enough."""
        for way, path, secret in secrets_in(self.document.data.get("auth", [])):
            yield way, ("auth", *path), secret

    @cached_property
    def endpoints(self) -> Sequence[EndpointView]:
        """Every request, in the order of the tables."""
        return tuple(self._every_endpoint())

    def _every_endpoint(self) -> Iterator[EndpointView]:
        for name, raw in self.table("operations").items():
            yield EndpointView(name, "operation", ("operations", name), raw)
        for name, raw in self.table("jobs").items():
            yield EndpointView(name, "submit", ("jobs", name, "submit"), raw["submit"])
            if "find" in raw["submit"]:
                yield EndpointView(name, "find", ("jobs", name, "submit", "find"), raw["submit"]["find"])
        for name, raw in self.table("lifecycles").items():
            path: Path = ("lifecycles", name)
            yield EndpointView(name, "poll", (*path, "poll"), raw["poll"])
            if "poll_many" in raw:
                yield EndpointView(name, "poll_many", (*path, "poll_many"), raw["poll_many"])
            if any(method in raw.get("result", {}) for method in METHODS):
                yield EndpointView(name, "result", (*path, "result"), raw["result"])
            if "cancel" in raw:
                yield EndpointView(name, "cancel", (*path, "cancel"), raw["cancel"])

    def sent_in_body(self, endpoint: EndpointView) -> Iterator[FieldView]:
        """The fields of the body of a request that are arguments or constants, with flattened models expanded."""
        body = endpoint.raw.get("body")
        if isinstance(body, str) and self.is_model(body):
            yield from self.fields(body)
            yield from self.additional(body)
        elif isinstance(body, str):
            yield FieldView((*endpoint.path, "body"), "body", {"type": body}, _readable(body))
        for view in endpoint.body_fields:
            if "flatten" in view.more:
                yield from self.fields(view.more["flatten"])
                yield from self.additional(view.more["flatten"])
            else:
                yield view

    def events(self, stream: Mapping[str, Json]) -> Mapping[str, str] | None:
        """The events of a stream, by name or by the discriminator of a union, with their models.

        `None` if there is one model for all.
        """
        events = stream.get("events", stream.get("lines"))
        if isinstance(events, dict):
            return events
        variants = self.table("unions").get(events, {}).get("variants")
        return variants if isinstance(variants, dict) else None

    def arguments(self, endpoint: EndpointView) -> list[FieldView]:
        """The arguments of a request, wherever they are sent."""
        sent = [view for section in SECTIONS for view in endpoint.parameters(section)]
        return [view for view in [*sent, *self.sent_in_body(endpoint)] if "const" not in view.more]

    # jobs

    def states(self, lifecycle: str) -> dict[str, ir.State]:
        """The state of every status of a lifecycle, including HTTP statuses of polls."""
        raw = self.table("lifecycles")[lifecycle]
        states = {**raw.get("states", {}), **raw["poll"].get("states", {})}
        return {status: ir.State(state) for status, state in states.items()}

    def final_states(self, lifecycle: str) -> set[ir.State]:
        """The states in which a job may end, by its status or by `ends`."""
        ends = {ir.State(end["state"]) for end in self.table("lifecycles")[lifecycle].get("ends", ())}
        return ends | {state for state in self.states(lifecycle).values() if state.is_final}

    def states_path(self, lifecycle: str) -> Path:
        """The path of the states in the spec."""
        path: Path = ("lifecycles", lifecycle)
        return (*path, "states") if "states" in self.table("lifecycles")[lifecycle] else (*path, "poll")

    def jobs_of(self, lifecycle: str) -> Sequence[tuple[str, Mapping[str, Json]]]:
        return self._jobs_by_lifecycle.get(lifecycle, ())

    @cached_property
    def _jobs_by_lifecycle(self) -> Mapping[str, Sequence[tuple[str, Mapping[str, Json]]]]:
        found: dict[str, list[tuple[str, Mapping[str, Json]]]] = {}
        for name, raw in self.table("jobs").items():
            found.setdefault(raw["lifecycle"], []).append((name, raw))
        return found

    def status_values(self, lifecycle: str) -> dict[str, list[str]]:
        """The possible statuses of the jobs of a lifecycle, by the name of their type: an enum, or `boolean`."""
        found: dict[str, list[str]] = {}
        pointer = self.table("lifecycles")[lifecycle].get("status")
        for _, job in self.jobs_of(lifecycle) if pointer else ():
            if "snapshot" not in job:
                continue
            status = self.follow_or_none(pointer, ir.Named(job["snapshot"]))
            if isinstance(status, ir.Named) and status.name in self.table("enums"):
                found[status.name] = list(self.table("enums")[status.name]["values"])
            elif status == ir.Scalar(ir.Kind.BOOLEAN):
                found["boolean"] = ["false", "true"]
        return found


def states_of(raw: Json) -> set[str]:
    """`when`, as a set."""
    if raw is None:
        return set()
    return {raw} if isinstance(raw, str) else set(raw)


def _type_or_any(view: FieldView) -> ir.Type:
    if view.type is not None:
        return view.type.type
    const = view.more.get("const")
    return ir.Scalar(ir.Kind.STRING if isinstance(const, str) else ir.Kind.ANY)


def conditions(path: Path, lifecycle: Mapping[str, Json]) -> Iterator[tuple[Path, str, Json]]:
    """The pointers of `ready` and `ends` of the lifecycle at *path*: their paths in the spec, and the values there.

    The value is `None` for a pointer to what only has to be present; its path is that of the pointer itself.
    """
    for pointer, value in lifecycle.get("ready", {}).items():
        yield (*path, "ready", pointer), pointer, value
    for number, end in enumerate(lifecycle.get("ends", ())):
        condition, at = end["if"], (*path, "ends", number, "if")
        if isinstance(condition, str):
            yield at, condition, None
        else:
            yield from (((*at, pointer), pointer, value) for pointer, value in condition.items())
