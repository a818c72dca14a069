"""same-name: no two things have the same Python name.

Why: one would replace the other in the generated package.

    fields: {jobId: string, job_id: string}                              # refused: both are job_id
    fields: {jobId: string, job_id: {type: string, name: old_job_id}}    # fine
    models: {JobFailed: ...}                                             # refused: every package has a class JobFailed

If no Python name can be made at all, `bad-name` is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bide.lint.spec import SECTIONS, EndpointView, FieldView, Spec
from bide.spec import names
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_RENAME = "choose another name"
_NAME_IT = "choose a Python name, as in {..., name: another_name}"


def check(spec: Spec) -> Iterator[Diagnostic]:
    yield from _classes(spec)
    yield from _namespaces(spec)
    for name, enum in spec.table("enums").items():
        values = [(("enums", name, "values", wire), wire, raw) for wire, raw in enum["values"].items()]
        yield from _distinct(spec, [(path, _maker(_member, wire, raw)) for path, wire, raw in values])
    for name in spec.table("models"):
        views = [view for view in spec.fields(name) if view.path[1] == name]
        views += [view for view in spec.additional(name) if view.path[1] == name]
        yield from _distinct(spec, [(view.path, _maker(_field, view)) for view in views])
    for endpoint in spec.endpoints:
        yield from _arguments(spec, endpoint)


def _member(wire: str, raw: Json) -> str:
    chosen = raw.get("name") if isinstance(raw, dict) else None
    return names.member_name(wire) if chosen is None else names.identifier(chosen)


def _field(view: FieldView) -> str:
    chosen = view.more.get("name")
    return names.field_name(view.wire) if chosen is None else names.chosen_field_name(chosen)


def _argument(view: FieldView) -> str:
    return names.argument_name(_field(view))


def _maker(make: Callable[..., str], *arguments: Json) -> Callable[[], str]:
    return lambda: make(*arguments)


def _distinct(spec: Spec, makers: Iterable[tuple[Path, Callable[[], str]]]) -> Iterator[Diagnostic]:
    """Things without a Python name, and things with the Python name of an earlier one."""
    first: dict[str, Path] = {}
    for path, make in makers:
        try:
            name = make()
        except names.BadName as bad:
            yield spec.at_key(path, "bad-name", str(bad), _NAME_IT)
            continue
        if first.setdefault(name, path) != path:
            line = spec.document.key_place(first[name]).line
            message = f'"{_wire(path)}" is {name} in Python, and so is "{_wire(first[name])}" on line {line}'
            yield spec.at_key(path, "same-name", message, _NAME_IT)


def _wire(path: Path) -> str:
    """The wire name: the key without the "?" of optional fields."""
    return str(path[-1]).removesuffix("?")


def _arguments(spec: Spec, endpoint: EndpointView) -> Iterator[Diagnostic]:
    """The arguments of one call come from the path, the query, headers and the body."""
    sent = [view for section in SECTIONS for view in endpoint.parameters(section)]
    problems = _distinct(spec, [(view.path, _maker(_argument, view)) for view in spec.arguments(endpoint)])
    # A field without a Python name is reported where it is declared, which may be in a model.
    yield from (problem for problem in problems if problem.code == "same-name")
    for view in sent:
        yield from _distinct(spec, [(view.path, _maker(_field, view))])
    yield from _distinct(spec, [(view.path, _maker(_field, view)) for view in endpoint.body_fields])


def _classes(spec: Spec) -> Iterator[Diagnostic]:
    """Names of classes: from the spec, generated for the spec, and of every package."""
    client = spec.document.data["class"]
    for key in ("name", "class"):
        try:
            names.identifier(spec.document.data[key])
        except names.BadName as bad:
            yield spec.at_value((key,), "bad-name", str(bad), _RENAME)
    if spec.document.data["name"] in names.DEVICES:
        yield spec.at_value(("name",), "bad-name", "Windows does not allow a folder of this name", _RENAME)
    taken = dict.fromkeys(names.OUR_CLASSES, "every package has a class of that name")
    beside = {**taken, **dict.fromkeys(names.OUR_IMPORTS, "every package uses that name")}
    for path, name in _job_classes(spec):
        if name in beside:
            yield spec.at_key(path, "same-name", f'"{name}": {beside[name]}', _RENAME)
        beside[name] = f"line {spec.document.key_place(path).line} defines a class of that name"
    for name in (client, f"Async{client}", f"{client}Error", f"Fake{client}"):
        if name in beside:
            yield spec.at_value(("class",), "same-name", f'"{name}": {beside[name]}')
        taken[name] = "the client has that name"
    for path, name in _made_classes(spec):
        if name in taken:
            yield spec.at_key(path, "same-name", f'"{name}": {taken[name]}', _RENAME)
        taken.setdefault(name, f"line {spec.document.key_place(path).line} defines a class of that name")


def _job_classes(spec: Spec) -> Iterator[tuple[Path, str]]:
    """The classes for jobs in the modules of the clients."""
    for name in spec.table("jobs"):
        if _has_names(name):
            yield ("jobs", name), names.jobs_class(name)
            yield ("jobs", name), f"Async{names.jobs_class(name)}"
            yield ("jobs", name), names.params_class(name)


def _made_classes(spec: Spec) -> Iterator[tuple[Path, str]]:
    """The classes of the spec and those generated for it, without names that `_namespaces` reports."""
    for table in ("enums", "models", "unions"):
        for name in spec.document.data.get(table, {}):
            yield (table, name), name
    for name in spec.table("enums"):
        yield ("enums", name), names.like_class(name)
    for name in spec.table("unions"):
        yield ("unions", name), names.other_class(name)
    for endpoint in spec.endpoints:
        if endpoint.body_fields and _has_names(endpoint.owner):
            yield (*endpoint.path, "body"), names.body_class(endpoint.owner)
    for name, job in spec.table("jobs").items():
        if "failed_result" in job and _has_names(name):
            yield ("jobs", name, "failed_result"), names.failed_class(name)
    for name, operation in spec.table("operations").items():
        if isinstance(operation.get("stream", {}).get("events"), dict) and _has_names(name):
            yield ("operations", name, "stream"), names.event_class(name)
            yield ("operations", name, "stream"), names.other_class(names.event_class(name))


def _has_names(name: str) -> bool:
    """Whether the name of an operation, job or lifecycle is valid in Python, as an attribute and in classes."""
    try:
        names.identifier(name)
        names.pascal_case(name)
    except names.BadName:
        return False
    return True


def _namespaces(spec: Spec) -> Iterator[Diagnostic]:
    """Names of operations and jobs, which are attributes of the client, and of lifecycles, which are tables."""
    for table in ("operations", "jobs", "lifecycles"):
        for name in spec.document.data.get(table, {}):
            if not _has_names(name):
                yield spec.at_key((table, name), "bad-name", f'"{name}" is a reserved word of Python', _RENAME)
    first: dict[str, Path] = {}
    submits = {names.call_function(job): job for job in spec.table("jobs")}
    for table in ("operations", "jobs"):
        for name in spec.document.data.get(table, {}):
            path: Path = (table, name)
            made = names.pascal_case(name) if _has_names(name) else name
            other = first.setdefault(made, path)
            if name in names.OUR_CLIENT_NAMES:
                yield spec.at_key(path, "same-name", f'every client already has an attribute "{name}"', _RENAME)
            elif table == "operations" and name in names.TYPES_IN_SIGNATURES:
                yield spec.at_key(
                    path, "same-name", f'"{name}" is the name of a type in the signatures of methods', _RENAME
                )
            elif table == "operations" and name in submits:
                yield spec.at_key(path, "same-name", f'the job "{submits[name]}" already defines "{name}"', _RENAME)
            elif other != path:
                line = spec.document.key_place(other).line
                message = f'"{other[-1]}" on line {line} has the same names in Python'
                yield spec.at_key(path, "same-name", message, _RENAME)
