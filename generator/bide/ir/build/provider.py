"""Build the provider from its parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bide import ir
from bide.ir import defaults
from bide.ir.build.endpoints import Bodies
from bide.ir.build.jobs import build_job
from bide.ir.build.lifecycles import build_lifecycle
from bide.ir.build.models import build_enum, build_models, build_union, with_variants
from bide.ir.build.operations import build_operation, event_union
from bide.ir.build.reach import reached, received, sent
from bide.ir.build.secrets import build_oauth, build_secrets
from bide.ir.build.sources import Sources, sources
from bide.ir.notation import parse_duration, parse_pointer
from bide.ir.pointers import LeadsNowhere, follow
from bide.spec import names
from bide.spec.document import Document, Json


def build(document: Document) -> ir.Provider:
    """The meaning of a checked document."""
    raw = document.data
    pages = sources(raw.get("sources", {}))
    numeric = {path[1] for path in document.numbers if path[0] == "enums"}
    enums = tuple(
        build_enum(name, value, pages, is_numeric=name in numeric)
        for name, value in raw.get("enums", {}).items()
    )
    models = build_models(raw.get("models", {}), pages)
    unions = [build_union(name, value, pages) for name, value in raw.get("unions", {}).items()]
    bodies = Bodies(models, pages)

    declared = {union.name: union for union in unions}
    operations = tuple(
        build_operation(name, value, bodies, declared) for name, value in raw.get("operations", {}).items()
    )
    unions += [union for union in map(event_union, operations) if union]
    by_name: dict[str, ir.Enum | ir.Model | ir.Union] = {
        thing.name: thing for things in (enums, models.values(), unions) for thing in things
    }
    caseless = _caseless(raw, by_name)
    lifecycles = {
        name: build_lifecycle(name, value, bodies, ignore_case=name in caseless)
        for name, value in raw.get("lifecycles", {}).items()
    }
    jobs = tuple(
        _job(name, value, raw["lifecycles"], lifecycles, bodies) for name, value in raw.get("jobs", {}).items()
    )

    endpoints = [each.endpoint for each in operations]
    endpoints += [job.submit for job in jobs]
    endpoints += [each for lifecycle in lifecycles.values() for each in lifecycle.endpoints]
    named = {argument for endpoint in endpoints for argument in endpoint.auth or ()}

    finished = with_variants([*models.values(), *bodies.made], unions)
    by_name |= {model.name: model for model in finished}
    is_sent = reached(sent(operations, jobs), by_name)
    is_received = reached(received(operations, jobs, lifecycles.values()), by_name)
    items = _items(jobs, by_name)
    finished = [
        replace(
            model,
            items=items.get(model.name),
            in_request=model.name in is_sent,
            in_reply=model.name in is_received,
        )
        for model in finished
    ]
    by_name |= {model.name: model for model in finished}

    return ir.Provider(
        name=names.identifier(raw["name"]),
        title=raw["title"],
        class_name=names.identifier(raw["class"]),
        description=raw["description"].strip(),
        docs=raw["docs"],
        base_url=raw["base_url"].rstrip("/"),
        variables=tuple(_variable(name, more, raw["base_url"]) for name, more in raw.get("variables", {}).items()),
        query=tuple(raw.get("query", {}).items()),
        auth=build_secrets(raw.get("auth", []), named),
        oauth=build_oauth(raw.get("auth", [])),
        webhooks=_signature(raw["webhooks"]) if "webhooks" in raw else None,
        headers=tuple(raw.get("headers", {}).items()),
        request_id_header=raw.get("request_id", {}).get("header"),
        request_id_field=_pointer(raw.get("request_id", {}).get("field")),
        hosts=tuple(raw.get("hosts", ())),
        sources=tuple(pages.by_key.values()),
        errors=tuple(_error_shape(shape, pages) for shape in raw.get("errors", ())),
        transient=tuple(raw.get("transient", ())),
        enums=enums,
        models=tuple(finished),
        unions=tuple(unions),
        operations=operations,
        jobs=jobs,
        lifecycles=tuple(lifecycles.values()),
        spec_file=re.split(r"[/\\]", document.file)[-1],
        package=_package(raw["name"], raw.get("package")),
        command=names.command(raw["name"], raw.get("cli")),
        server=names.tool(raw["name"], raw.get("mcp")),
        by_name=by_name,
    )


def _job(
    name: str,
    raw: Mapping[str, Json],
    raw_lifecycles: Mapping[str, Json],
    lifecycles: Mapping[str, ir.Lifecycle],
    bodies: Bodies,
) -> ir.Job:
    lifecycle = raw["lifecycle"]
    return build_job(name, raw, lifecycles[lifecycle], raw_lifecycles[lifecycle].get("polling", {}), bodies)


def _items(jobs: Iterable[ir.Job], by_name: Mapping[str, ir.Enum | ir.Model | ir.Union]) -> dict[str, ir.Items]:
    """The items that may fail one by one, by the model that holds their list."""
    found: dict[str, ir.Items] = {}
    for job in jobs:
        for type_ in (job.result, job.failed_result):
            model = by_name[type_.name] if isinstance(type_, ir.Named) else None
            if job.items and isinstance(model, ir.Model) and job.items.list[0] in {each.wire for each in model.fields}:
                found[model.name] = job.items
    return found


def _caseless(raw: Mapping[str, Json], by_name: Mapping[str, ir.Enum | ir.Model | ir.Union]) -> set[str]:
    """The lifecycles with a job whose status is an enum that ignores case."""

    def fields_of(model: str) -> Mapping[str, ir.Type] | None:
        thing = by_name[model]
        return {field.wire: field.type for field in thing.fields} if isinstance(thing, ir.Model) else None

    found: set[str] = set()
    for job in raw.get("jobs", {}).values():
        pointer = raw["lifecycles"][job["lifecycle"]].get("status")
        if pointer is None or "snapshot" not in job:
            continue
        try:
            status = follow(parse_pointer(pointer), ir.Named(job["snapshot"]), fields_of)
        except LeadsNowhere:
            continue
        enum = by_name[status.name] if isinstance(status, ir.Named) else None
        if isinstance(enum, ir.Enum) and enum.ignore_case:
            found.add(job["lifecycle"])
    return found


def _package(provider: str, given: Mapping[str, Json] | None) -> ir.Package:
    raw = given or {}
    authors = tuple(ir.Author(name=one["name"], email=one.get("email", "")) for one in raw.get("authors", ()))
    return ir.Package(
        name=raw.get("name", f"{provider.replace('_', '-')}-client"),
        version=raw.get("version", "0.1.0"),
        license=raw.get("license", ""),
        authors=authors,
        urls=tuple(raw.get("urls", {}).items()),
        is_published=given is not None,
    )


_STANDARD = {
    "header": "webhook-signature",
    "encoding": "base64",
    "prefix": "v1,",
    "signed": "{id}.{timestamp}.{body}",
    "timestamp": {"header": "webhook-timestamp"},
    "id": {"header": "webhook-id"},
}
"""What `standard: true` stands for: https://www.standardwebhooks.com."""


def _signature(given: Mapping[str, Json]) -> ir.Signature:
    raw = {**(_STANDARD if "standard" in given else {}), **given}
    return ir.Signature(
        header=raw["header"],
        env=raw["env"],
        hmac=raw.get("hmac", "sha256"),
        encoding=raw.get("encoding", "hex"),
        prefix=raw.get("prefix", ""),
        signed=raw.get("signed", "{body}"),
        timestamp=raw.get("timestamp", {}).get("header", ""),
        timestamp_pair=raw.get("timestamp", {}).get("pair", ""),
        id=raw.get("id", {}).get("header", ""),
        tolerance=parse_duration(raw.get("tolerance", defaults.WEBHOOK_TOLERANCE)),
        base64_key="standard" in given,
    )


def _variable(name: str, raw: Mapping[str, Json], base_url: str) -> ir.Variable:
    return ir.Variable(
        name=names.identifier(name),
        env=raw.get("env", ""),
        default=raw.get("default", ""),
        values=tuple((value, meaning.strip()) for value, meaning in raw.get("values", {}).items()),
        description=raw.get("description", "").strip(),
        is_of_token_url=f"{{{name}}}" not in base_url,
    )


def _error_shape(raw: Mapping[str, Json], pages: Sources) -> ir.ErrorShape:
    return ir.ErrorShape(
        name=raw["name"],
        code=_pointer(raw.get("code")),
        message=_pointer(raw.get("message")),
        description=raw.get("description", "").strip(),
        source=pages.of(raw),
    )


def _pointer(raw: str | None) -> ir.Pointer:
    return () if raw is None else parse_pointer(raw)
