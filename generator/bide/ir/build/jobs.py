"""Build jobs: the submit, the lifecycle and the result."""

from __future__ import annotations

from collections.abc import Mapping

from bide import ir
from bide.ir import defaults
from bide.ir.build.endpoints import Bodies, build_endpoint, build_id
from bide.ir.build.fields import deprecation
from bide.ir.build.lifecycles import build_pages, build_polling
from bide.ir.notation import parse_duration, parse_pointer, parse_type
from bide.spec import names
from bide.spec.document import Json


def build_job(
    name: str, raw: Mapping[str, Json], lifecycle: ir.Lifecycle, polling: Mapping[str, Json], bodies: Bodies
) -> ir.Job:
    """A job of *lifecycle*. *polling* is the polling section of that lifecycle."""
    submit = raw["submit"]
    source = bodies.sources.of(submit, bodies.sources.of(raw))
    header, key_retention = _idempotency_key(submit.get("idempotency_key"))
    return ir.Job(
        name=names.identifier(name),
        description=(raw.get("description") or submit.get("description", "")).strip(),
        source=bodies.sources.of(raw, source),
        submit=build_endpoint(name, submit, bodies, source),
        reply=submit.get("returns"),
        job_id=build_id(submit.get("job_id")),
        idempotency_key=header,
        key_retention=key_retention,
        find=_find(name, submit["find"], bodies, source) if "find" in submit else None,
        lifecycle=lifecycle,
        snapshot=raw.get("snapshot"),
        result=parse_type(raw["result"]).type,
        failed_result=parse_type(raw["failed_result"]).type if "failed_result" in raw else None,
        polling=build_polling(polling, raw.get("polling", {})),
        items=_items(raw["items"]) if "items" in raw else None,
        webhook=_webhook(raw["webhook"]) if "webhook" in raw else None,
        deprecated=deprecation(raw),
        command=names.command(name, raw.get("cli")),
        tool=names.tool(name, raw.get("mcp")),
        is_free=raw.get("free", False),
    )


def _find(owner: str, raw: Mapping[str, Json], bodies: Bodies, source: ir.Source | None) -> ir.FindAt:
    pages = build_pages(raw["pages"]) if "pages" in raw else None
    return ir.FindAt(
        endpoint=build_endpoint(owner, raw, bodies, source, role="find"),
        returns=parse_type(raw["returns"]).type,
        argument=raw["argument"],
        list=pages.list if pages else parse_pointer(raw["list"]) if "list" in raw else (),
        reference=parse_pointer(raw["reference"]),
        job_id=build_id(raw.get("job_id")),
        pages=pages,
        visible_within=parse_duration(raw.get("visible_within", defaults.VISIBLE_WITHIN)),
        retention=parse_duration(raw.get("retention", defaults.LIST_RETENTION)),
    )


def _idempotency_key(raw: Json) -> tuple[str | None, float | None]:
    """The header, and for how many seconds keys are kept."""
    return (raw["header"], parse_duration(raw["retention"])) if isinstance(raw, Mapping) else (raw, None)


def _webhook(raw: Mapping[str, Json]) -> ir.WebhookAt:
    snapshot = parse_pointer(raw["snapshot"]) if "snapshot" in raw else ()
    return ir.WebhookAt(job_id=parse_pointer(raw["job_id"]), snapshot=snapshot)


def _items(raw: Mapping[str, Json]) -> ir.Items:
    return ir.Items(
        list=parse_pointer(raw["list"]),
        status=parse_pointer(raw["status"]),
        failed=tuple(raw["failed"]),
        error=parse_pointer(raw["error"]) if "error" in raw else (),
    )
